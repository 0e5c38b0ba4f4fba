"""One file per page: a result in, a page as data out. No page reads a file or asks a wiki."""
