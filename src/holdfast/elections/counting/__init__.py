"""Counting methods: the folder is the list, every file without a leading underscore is one."""
