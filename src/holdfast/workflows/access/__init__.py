"""Who may see non-public data: the register, its public board, and the way back into the office."""
