"""Simulated communities with known truth, for demos, calibration and power curves. Nobody in them is real."""
