"""One step on one wiki: what was seen, what is asked, how it is read back."""
