"""The kinds of action. The folder is the list: a file without a leading underscore declares one as `KIND`."""
