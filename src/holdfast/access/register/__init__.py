"""Who holds which access: persons, grants, imports, and what a change would do."""
