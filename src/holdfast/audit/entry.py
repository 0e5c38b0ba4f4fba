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
from holdfast.facts import MemberId, StreamId

NOBODY = MemberId("nobody")
"""Somebody who has not signed in."""

_MEMBER = re.compile(r"(m-[0-9a-f]{12}|system|nobody)\Z")
_CODE = re.compile(r"[a-z][a-z0-9._ -]{0,79}\Z")
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")


class Verb(StrEnum):
    """What can be done. A closed list: what has no verb is not done."""

    SIGN_IN = "sign in"
    SIGN_OUT = "sign out"
    CONFIRM = "confirm"
    """A fresh passkey opened the sealed parts for one session."""
    LIST = "list"
    """Rows without anything sealed."""
    SEARCH = "search"
    READ = "read"
    """Sealed data was opened: what the daily budget counts."""
    ADD = "add"
    """A fact was appended."""
    PROPOSE = "propose"
    SIGN = "sign"
    CARRY_OUT = "carry out"
    EXPORT = "export"
    SEAL = "seal"
    OPEN_SEAL = "open seal"
    ERASE = "erase"
    PUBLISH = "publish"
    SUSPEND = "suspend"
    """A member's access ends at once; by the member, or by others."""
    READMIT = "readmit"
    REVOKE = "revoke"
    """Sessions ended."""
    APPOINT = "appoint"
    """A role was given."""
    DISMISS = "dismiss"
    ENROL = "enrol"
    """A passkey was added."""
    WITHDRAW = "withdraw"
    """A passkey was taken away."""
    BACK_UP = "back up"
    RESTORE = "restore"
    UPGRADE = "upgrade"
    SPLIT_KEY = "split key"
    ROTATE_KEY = "rotate key"
    TICK = "tick"
    ALARM = "alarm"


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
    object: StreamId | None = None
    """What it was done to; null for the console as a whole."""
    rules: tuple[str, ...] = ()
    """The rules that decided, by name."""
    reason: str = ""
    """The purpose that was given, or the code of the refusal; a code, never free text."""
    detail_sha256: str = ""
    """Hash of the sealed detail (its ciphertext), which the store keeps beside the entry; empty for none."""

    def __post_init__(self) -> None:
        wrong = [
            name
            for name, fits in (
                ("member", _MEMBER.match(self.member)),
                ("rules", all(_CODE.match(rule) for rule in self.rules)),
                ("reason", not self.reason or _CODE.match(self.reason)),
                ("detail_sha256", not self.detail_sha256 or _DIGEST.match(self.detail_sha256)),
                ("at", self.at.tzinfo is not None),
            )
            if not fits
        ]
        if wrong:
            raise InputRefusedError(
                "audit.entry.words",
                "an audit entry holds ids, codes and hashes, and no free text",
                expected="small letters, digits, dots, hyphens and spaces; aware times",
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
            kind, _, name = (value["object"] or "").partition("/")
            event = Event(
                at=parse_at(value["at"]),
                member=MemberId(value["member"]),
                verb=Verb(value["verb"]),
                outcome=Outcome(value["outcome"]),
                object=StreamId(kind=kind, id=name) if kind else None,
                rules=tuple(value["rules"]),
                reason=value["reason"],
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
        "object": str(event.object) if event.object else None,
        "outcome": event.outcome.value,
        "rules": list(event.rules),
        "reason": event.reason,
        "detail_sha256": event.detail_sha256,
        "previous": previous,
    }


def entry_sha256(seq: int, event: Event, previous: str) -> str:
    """SHA-256 of the canonical bytes (RFC 8785) of an entry's fields, in hexadecimal."""
    return sha256_hex(canonical_bytes(entry_fields(seq, event, previous)))
