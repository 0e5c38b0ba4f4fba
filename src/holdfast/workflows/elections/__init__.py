"""Rolls, counts, outcomes and their publication. Reaches no store."""
