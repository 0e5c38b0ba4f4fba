"""Simulated communities with known truth."""
