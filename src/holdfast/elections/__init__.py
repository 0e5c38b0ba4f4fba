"""Elections: rules as data, rolls, counting."""
