"""A word for a name that is not known, with the known name that it is nearest to."""

import difflib
from collections.abc import Iterable


def unknown_name(thing: str, name: str, known: Iterable[str]) -> str:
    """`there is no field 'seets' here; seats is meant?`"""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"there is no {thing} {name[:60]!r} here" + (f"; {near[0]} is meant?" if near else "")
