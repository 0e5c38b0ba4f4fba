"""The office itself: opening, members, keys, backups, upkeep."""
