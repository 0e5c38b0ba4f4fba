"""From a draft to a sweep that is reconciled."""
