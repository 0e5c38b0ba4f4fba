"""Freezes, their order and lifting, and the review of each person after one."""
