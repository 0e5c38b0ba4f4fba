"""Ballot files: the folder is the list, every file without a leading underscore reads one format."""
