"""Who may see non-public data: the register, freezes and reviews."""
