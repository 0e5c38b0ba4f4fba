"""Canonical tables: what they hold, where they lie, what computes on them."""
