"""Reports: charts, one self-contained page, machine-readable twins."""
