"""What happens by itself when its time comes: the folder is the list, every file declares one `CLOCK`."""
