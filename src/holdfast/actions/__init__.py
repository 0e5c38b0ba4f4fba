"""Actions: a plan of what is to be done on wikis, who approved it, and the executor that does it exactly once."""
