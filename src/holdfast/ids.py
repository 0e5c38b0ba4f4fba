"""Identifiers are types, never bare strings."""

import re
from typing import NewType

from holdfast.errors import UsageError

WikiName = NewType("WikiName", str)
"""A wiki's short name in a lake, `[a-z][a-z0-9_-]{0,63}`; only `wiki_name` makes one."""

_WIKI = re.compile(r"[a-z][a-z0-9_-]{0,63}\Z")


def wiki_name(text: str) -> WikiName:
    """The checked name of a wiki.

    Raises UsageError `ids.wiki` when the text is not a letter followed by at most 63 of `a-z 0-9 _ -`.
    """
    if not _WIKI.match(text):
        raise UsageError(
            "ids.wiki",
            "this is not a name for a wiki",
            expected="a small letter, then up to 63 of a-z, 0-9, _ and -",
            got=repr(text[:80]),
            hint="choose a short name such as enwiki or my-wiki",
        )
    return WikiName(text)
