"""What two people approve: the folder is the list, every file declares one kind as `PROPOSAL`."""
