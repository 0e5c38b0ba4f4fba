"""Words that stand everywhere in the same form."""

PROTECTIVE = "protective, no fault"
"""The type of every freeze, wherever it shows (D5). No report counts what has this type as misconduct."""
