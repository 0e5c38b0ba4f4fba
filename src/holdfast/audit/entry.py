"""One entry of the audit: what was done or refused, to what, by which rule.

An entry is read by people who may not know the names, so none fits in: every field is an id, a code or a hash.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from holdfast.canonical import canonical_bytes, sha256_hex
from holdfast.clock import parse_at
from holdfast.errors import HoldfastError, InputRefusedError
from holdfast.facts import MemberId

NOBODY = MemberId("nobody")
"""Somebody who has not signed in."""

_MEMBER = re.compile(r"(m-[0-9a-f]{12}|system|nobody)\Z")
_WORDS = re.compile(r"[a-z][a-z0-9.,_' -]{0,119}\Z")
_KIND = re.compile(r"([a-z][a-z0-9-]{0,31})?\Z")
_STREAM = re.compile(r"[a-z0-9-]{0,64}\Z")
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")


class Verb(StrEnum):
    """What can be done. A closed list; the first six are decided by the rules (`access/policies`), in their words."""

    READ_LIST = "read_list"
    """Rows without anything sealed."""
    READ_SEALED = "read_sealed"
    """Sealed data was opened: what the daily budget counts."""
    WRITE = "write"
    APPROVE = "approve"
    EXPORT = "export"
    ADMINISTER = "administer"
    ERASE = "erase"
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    CONFIRM = "confirm"
    """The passkey was used again, for what needs it fresh."""
    ENROL = "enrol"
    """A passkey was added."""
    WITHDRAW = "withdraw"
    """A passkey was taken away."""
    SUSPEND_OWN = "suspend_own"
    """A member ended their own access; no reason is asked for."""
    SUSPEND = "suspend"
    READMIT = "readmit"
    APPOINT = "appoint"
    """A member's roles were set."""
    BACK_UP = "back_up"
    RESTORE = "restore"
    UPGRADE = "upgrade"
    SPLIT_KEY = "split_key"
    RESTORE_KEY = "restore_key"
    ROTATE_KEY = "rotate_key"
    TICK = "tick"


class Outcome(StrEnum):
    """Whether it was let through."""

    ALLOWED = "allowed"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Event:
    """What is to be written into the audit, before it has a place in the chain.

    Raises InputRefusedError `audit.entry.words` when a field could hold more than an id, a code or a hash.
    """

    at: datetime
    member: MemberId
    verb: Verb
    outcome: Outcome
    kind: str = ""
    """The kind of stream it was done to; empty for the office as a whole."""
    stream_id: str = ""
    """Which stream; empty for all of the kind."""
    rules: tuple[str, ...] = ()
    """The rules that decided, by name."""
    purpose: str = ""
    """What for, in a few fixed words of the code: never what somebody typed."""
    detail_sha256: str = ""
    """Hash of the sealed detail (its ciphertext), which the store keeps beside the entry; empty for none."""

    def __post_init__(self) -> None:
        wrong = [
            name
            for name, fits in (
                ("member", _MEMBER.match(self.member)),
                ("kind", _KIND.match(self.kind) and (self.kind or not self.stream_id)),
                ("stream_id", _STREAM.match(self.stream_id)),
                ("rules", all(_WORDS.match(rule) for rule in self.rules)),
                ("purpose", not self.purpose or _WORDS.match(self.purpose)),
                ("detail_sha256", not self.detail_sha256 or _DIGEST.match(self.detail_sha256)),
                ("at", self.at.tzinfo is not None),
            )
            if not fits
        ]
        if wrong:
            raise InputRefusedError(
                "audit.entry.words",
                "an audit entry holds ids, codes and hashes, and no free text",
                expected="fixed words in small letters, ids and hashes; aware times",
                got=f"something else in {', '.join(wrong)}",
            )


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An event in its place: `sha256` is over all the rest, `previous` is the entry before."""

    seq: int
    """From 1, without a gap."""
    event: Event
    previous: str
    sha256: str

    def to_json(self) -> dict[str, Any]:
        """As it stands in an export, one line."""
        return {**entry_fields(self.seq, self.event, self.previous), "sha256": self.sha256}

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "Entry":
        """From an export; checks the form and no hash. Raises InputRefusedError `audit.entry.unreadable`."""
        try:
            event = Event(
                at=parse_at(value["at"]),
                member=MemberId(value["member"]),
                verb=Verb(value["verb"]),
                outcome=Outcome(value["outcome"]),
                kind=value["kind"],
                stream_id=value["stream"],
                rules=tuple(value["rules"]),
                purpose=value["purpose"],
                detail_sha256=value["detail_sha256"],
            )
            entry = Entry(seq=value["seq"], event=event, previous=value["previous"], sha256=value["sha256"])
            if type(entry.seq) is not int or entry.to_json() != value:
                raise ValueError("another form")
        except (HoldfastError, KeyError, ValueError, TypeError, AttributeError):
            raise InputRefusedError("audit.entry.unreadable", "this is not an entry of an audit") from None
        return entry


def entry_fields(seq: int, event: Event, previous: str) -> dict[str, Any]:
    """What the hash of an entry is over."""
    return {
        "seq": seq,
        "at": event.at.astimezone(UTC).isoformat(),
        "member": event.member,
        "verb": event.verb.value,
        "kind": event.kind,
        "stream": event.stream_id,
        "outcome": event.outcome.value,
        "rules": list(event.rules),
        "purpose": event.purpose,
        "detail_sha256": event.detail_sha256,
        "previous": previous,
    }


def entry_sha256(seq: int, event: Event, previous: str) -> str:
    """SHA-256 of the canonical bytes (RFC 8785) of an entry's fields, in hexadecimal."""
    return sha256_hex(canonical_bytes(entry_fields(seq, event, previous)))
