"""The list of seals that nobody has opened yet, `seals`: so that everyone is shown the overdue ones at once.

One line each: `<index> at <time>` or `<index> condition`. A verifier makes the list itself and refuses a log whose
list leaves one out.
"""

import re
from datetime import datetime

from holdfast.clock import parse_at
from holdfast.errors import CheckFailedError
from holdfast.record.entry import Entry
from holdfast.record.tiles import Fetch

SEALS_PATH = "seals"
_LINE = re.compile(r"(0|[1-9]\d{0,18}) (?:condition|at (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ))", re.ASCII)

Seals = dict[int, str]
"""Index to the time when it is due; empty for a condition."""


def parse_seals(data: bytes) -> Seals:
    """Read the list. Raises CheckFailedError `record.seals.damaged`, naming the line."""
    found: Seals = {}
    for number, line in enumerate(data.decode("utf-8", "replace").split("\n")[:-1], 1):
        parts = _LINE.fullmatch(line)
        if parts is None:
            raise CheckFailedError(
                "record.seals.damaged",
                "the list of seals is damaged",
                place=f"{SEALS_PATH}, line {number}",
                hint="fetch it again; if it stays damaged, the log's keepers must restore it",
            )
        found[int(parts[1])] = parts[2] or ""
    return found


def encode_seals(seals: Seals) -> bytes:
    """The list as it lies beside the log."""
    lines = [f"{index} at {at}\n" if at else f"{index} condition\n" for index, at in sorted(seals.items())]
    return "".join(lines).encode()


def seal_of(entry: Entry) -> str:
    """When the seal of an entry is due; empty for a condition."""
    return entry.opens_at or ""


def overdue_seals(fetch: Fetch, size: int, now: datetime) -> list[tuple[int, str]]:
    """(index, date) of every seal of a log of `size` entries whose date has passed, as the log lists them."""
    seals = parse_seals(fetch(SEALS_PATH))
    return [(index, at) for index, at in sorted(seals.items()) if index < size and at and parse_at(at) < now]


def check_seals(data: bytes, sealed: dict[int, Entry]) -> None:
    """Return when the list holds each of these seals. Raises CheckFailedError `record.seals.incomplete`."""
    listed = parse_seals(data)
    for index, entry in sealed.items():
        if listed.get(index) != seal_of(entry):
            raise CheckFailedError(
                "record.seals.incomplete",
                "the list of seals hides one, or gives it another date",
                expected=f"{seal_of(entry) or 'a condition'}",
                got=listed.get(index, "no line"),
                place=f"{SEALS_PATH}, entry {index}",
                hint="ask the log's keepers to correct the list",
            )
