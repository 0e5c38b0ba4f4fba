"""What stands in the `params` of a log entry: PHP-serialized since 2012, lines of text before.

Forms as in MediaWiki's RightsLogFormatter, BlockLogFormatter and NewUsersLogFormatter.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from holdfast.sources._log_rows import Block, Rights
from holdfast.sources._php import NotPhpError, unserialize

Groups = Mapping[str, datetime | None]

_SERIALIZED = re.compile(r"(?:[abdisOC]:|N;)")
_GROUP = re.compile(r"[^,\n{}\"]{1,255}\Z")
_FLAGS = re.compile(r"[a-z-]*(,[a-z-]+)*\Z")
_NO_GROUPS = frozenset({"", "(none)", "none"})
_EXPIRY = re.compile(r"\d{14}\Z")


class UnknownParamsError(ValueError):
    """Params of no known form; the text says what is odd, never what a person wrote."""

    def __init__(self, what: str, expected: str) -> None:
        super().__init__(what)
        self.expected = expected


def _parsed(text: str, expected: str) -> Any:
    """The serialized value; None for the older lines of text."""
    if not _SERIALIZED.match(text):
        return None
    try:
        found = unserialize(text)
    except NotPhpError as reason:
        raise UnknownParamsError(str(reason), expected) from None
    if not isinstance(found, dict):
        raise UnknownParamsError("a serialized value that is not an array", expected)
    return found


def _first(found: Mapping[int | str, Any], *keys: int | str) -> Any:
    return next((found[key] for key in keys if key in found), None)


_RIGHTS = "4::oldgroups and 5::newgroups, or two lines of group names"


def rights_params(text: str) -> Rights | None:
    """The groups before and after, each with its expiry; None when the entry is so old that it records none.

    Raises UnknownParamsError.
    """
    if not text.strip():
        return None
    found = _parsed(text, _RIGHTS)
    if found is None:
        lines = text.split("\n")
        if len(lines) != 2:
            raise UnknownParamsError(f"{len(lines)} lines of text", _RIGHTS)
        before, after = (_group_names(line) for line in lines)
        return Rights(old=dict.fromkeys(before), new=dict.fromkeys(after))
    if not found:
        return None
    old = _first(found, "4::oldgroups", "4:array:oldgroups", "oldgroups", 0)
    new = _first(found, "5::newgroups", "5:array:newgroups", "newgroups", 1)
    if old is None or new is None:
        raise UnknownParamsError("an array without old and new groups", _RIGHTS)
    return Rights(
        old=_dated(_group_names(old), found.get("oldmetadata")),
        new=_dated(_group_names(new), found.get("newmetadata")),
    )


def _group_names(found: Any) -> list[str]:
    if isinstance(found, str):
        names = [] if found.strip() in _NO_GROUPS else [name.strip() for name in found.split(",")]
    elif isinstance(found, dict):
        names = list(found.values())
    else:
        raise UnknownParamsError("groups that are neither a list nor text", _RIGHTS)
    if not all(isinstance(name, str) and _GROUP.match(name) for name in names):
        raise UnknownParamsError("a group name of no known form", _RIGHTS)
    return names


def _dated(names: list[str], metadata: Any) -> Groups:
    """Group names with their expiries, which stand in a parallel array."""
    entries = list(metadata.values()) if isinstance(metadata, dict) else []
    found: dict[str, datetime | None] = {}
    for place, name in enumerate(names):
        entry = entries[place] if place < len(entries) else None
        expiry = entry.get("expiry") if isinstance(entry, dict) else None
        if expiry is None:
            found[name] = None
        elif isinstance(expiry, str) and _EXPIRY.match(expiry):
            found[name] = datetime.strptime(expiry, "%Y%m%d%H%M%S")  # noqa: DTZ007  (tables hold UTC without zone)
        else:
            raise UnknownParamsError("an expiry that is not 14 digits", _RIGHTS)
    return found


_BLOCK = "5::duration and 6::flags, or a line with the length and one with the flags"


def block_params(text: str) -> Block:
    """The params of a block or reblock; empty ones mean "without end", as BlockLogFormatter says of such old entries.

    Raises UnknownParamsError.
    """
    if not text.strip():
        return Block(duration="infinity", flags=(), is_sitewide=None)
    found = _parsed(text, _BLOCK)
    if found is None:
        lines = text.split("\n")
        if len(lines) > 2 or (len(lines) == 2 and not _FLAGS.match(lines[1])):
            raise UnknownParamsError(f"{len(lines)} lines of text, not a length and flags", _BLOCK)
        return Block(duration=lines[0], flags=_flags(lines[1] if len(lines) == 2 else ""), is_sitewide=None)
    if not found:
        return Block(duration="infinity", flags=(), is_sitewide=None)
    duration = _first(found, "5::duration", "duration", 0)
    flags = _first(found, "6::flags", "6:array:flags", "flags", 1)
    sitewide = found.get("sitewide")
    if not isinstance(duration, str):
        raise UnknownParamsError("an array without a duration", _BLOCK)
    return Block(duration=duration, flags=_flags(flags), is_sitewide=None if sitewide is None else bool(sitewide))


def _flags(found: Any) -> tuple[str, ...]:
    words = found.values() if isinstance(found, dict) else found.split(",") if isinstance(found, str) else ()
    return tuple(word for word in words if isinstance(word, str) and word)


def new_account_id(text: str) -> int | None:
    """The number of a new account, where the entry gives it. Raises UnknownParamsError for damaged params."""
    expected = "4::userid, or a number"
    found = _parsed(text, expected) if text.strip() else {}
    number = text.strip() if found is None else _first(found, "4::userid", "userid", 0)
    if number is None:
        return None
    if isinstance(number, int) or (isinstance(number, str) and number.isdecimal()):
        return int(number) or None
    return None
