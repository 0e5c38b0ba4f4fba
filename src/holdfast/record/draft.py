"""Drafts and receipts: what is handed to the log, and what it answers."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from holdfast.record.entry import Act, Entry, TextState, commit, common_entry, parse_entry, payload_text
from holdfast.record.kinds import kind_named
from holdfast.record.lookalike import oddities
from holdfast.record.queue import Queued

AT_FORMAT = "%Y-%m-%dT%H:%M:%SZ"

Prepared = tuple[Queued, str, tuple[str, ...]]
"""What goes into the queue, the name of its kind, and what is odd in its text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """One entry to be: what, of which kind, and when its text may be seen."""

    kind: str
    payload: Any
    public: bool = True
    """False: the text is never published by the log, only committed."""
    until: datetime | None = None
    """Sealed until this moment (aware)."""
    condition: str | None = None
    """Sealed until this condition holds, in words."""
    salt: bytes | None = None
    """32 secret bytes of the caller's own, who knows the entry by them again after a crash; else fresh ones."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """The log's word that an entry is durable and will stand at this index."""

    index: int
    leaf_hash: str
    at: str
    kind: str
    oddities: tuple[str, ...] = ()
    """Signs in the text that read differently than they look; it was taken as it is."""


def prepare(draft: Draft, at: str, salt: bytes, act: Act | None = None, target: int | str | None = None) -> Prepared:
    """Check a draft and make its entry.

    Raises InputRefusedError `record.entry.…` or `canonical.not_json` for what the log does not take,
    CheckFailedError `record.entry.unreadable` for a seal on an empty or endless condition.
    """
    kind = kind_named(draft.kind)
    kind.check(draft.payload)
    text = payload_text(draft.payload)
    commitment = commit(salt, text)
    if draft.until is None and draft.condition is None and act is None:
        state = TextState.PUBLIC if draft.public else TextState.PRIVATE
        data = common_entry(at, commitment, kind.name, state)
    else:
        state = TextState.PUBLIC if act else TextState.SEALED
        data = Entry(
            at=at,
            commitment=commitment,
            kind=kind.name,
            text=state,
            opens_at=None if draft.until is None else draft.until.astimezone(UTC).strftime(AT_FORMAT),
            opens_on=draft.condition,
            act=act,
            target=target,
        ).encode()
        parse_entry(data)
    odd = () if text.isascii() else oddities(text.decode())
    return Queued(state, salt, data, text), kind.name, odd
