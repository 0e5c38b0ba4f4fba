"""Who acts or votes together beyond what opportunity explains."""
