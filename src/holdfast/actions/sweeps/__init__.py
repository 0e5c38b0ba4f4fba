"""A plan carried out exactly once: executor, journal, status, reconciliation."""
