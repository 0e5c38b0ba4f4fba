"""The story of an office, played by simulated people on real software: `holdfast demo office`."""
