"""The rooms of the console: the folder is the list; every file declares `ROOM`."""
