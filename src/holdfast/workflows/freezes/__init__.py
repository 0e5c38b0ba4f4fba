"""Freezes, from the order to what is given back, and the review of each person."""
