"""Who may do what: Cedar policies, roles and rights."""
