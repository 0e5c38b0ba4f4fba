"""Indicators of how open a wiki's governance is: one file each, declared once, run on any engine."""
