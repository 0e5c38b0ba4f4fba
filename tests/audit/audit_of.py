"""Audits made up for tests; the members are nobody."""

from datetime import UTC, datetime, timedelta
from typing import Any

from holdfast.audit import START, Entry, Event, Outcome, Verb, append
from holdfast.audit.chain import head_of
from holdfast.facts import MemberId

NOON = datetime(2026, 9, 13, 12, tzinfo=UTC)


def event(number: int = 0, **more: Any) -> Event:
    """One read of one case."""
    fields: dict[str, Any] = {
        "at": NOON + timedelta(seconds=number),
        "member": MemberId(f"m-{number % 7:012x}"),
        "verb": Verb.READ_SEALED,
        "kind": "case",
        "stream_id": f"c{number % 5}",
        "outcome": Outcome.ALLOWED,
        "rules": ("investigator_reads_cases",),
        "purpose": "case shown",
    }
    return Event(**(fields | more))


def chain_of(size: int) -> list[Entry]:
    """A whole chain of `size` entries."""
    entries: list[Entry] = []
    head = START
    for number in range(size):
        entries.append(append(head, event(number)))
        head = head_of(entries[-1])
    return entries
