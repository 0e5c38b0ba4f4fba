"""Input formats, one file each. The folder is the list."""
