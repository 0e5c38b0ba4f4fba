"""What people write: TOML, JSON, CSV and lists, read in one way, with every problem and its line and column."""
