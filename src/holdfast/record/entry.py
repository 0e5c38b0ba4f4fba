"""Entries: what the tree is made of. An entry says when, which kind, and commits to its text.

An entry is canonical JSON (RFC 8785) with the fields `at`, `commitment`, `kind`, `text`, `v`; a sealed one also has
`opens`, and an entry by which the log itself acts (opens a seal, erases a text, changes its key) has `act`.
The commitment is SHA-256(salt, text) with 32 random bytes of salt and the canonical JSON of the payload: without the
salt nobody can test a guess, so a text whose salt is deleted is gone.
"""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from holdfast.canonical import canonical_bytes, parse_json
from holdfast.clock import parse_at
from holdfast.crypto.notes import parse_verifier_key
from holdfast.errors import CheckFailedError, HoldfastError, InputRefusedError
from holdfast.record.tiles import ENTRY_LIMIT_BYTES

SALT_BYTES = 32  # bytes; as long as SHA-256, so that a redacted text cannot be guessed from its hash
PAYLOAD_LIMIT_BYTES = ENTRY_LIMIT_BYTES
CONDITION_LIMIT = 500  # characters; chosen
VERSION = 1  # of the form of an entry; stored

_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z", re.ASCII)
_HEX = re.compile(r"[0-9a-f]{64}\Z")


class TextState(StrEnum):
    """What the log promised about an entry's text when it was committed."""

    PUBLIC = "public"
    SEALED = "sealed"
    """Opened at a date or on a condition."""
    PRIVATE = "private"
    """Never published by the log; whoever holds salt and text can prove them."""


class Act(StrEnum):
    """What the log itself does by an entry."""

    OPEN = "open"
    ERASE = "erase"
    ROTATE = "rotate"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry as it stands in the tree."""

    at: str
    """When the log took it: UTC, whole seconds, `2026-11-23T15:00:00Z`; never earlier than the entry before."""
    commitment: str
    """SHA-256(salt, text) in hexadecimal."""
    kind: str
    text: TextState = TextState.PUBLIC
    opens_at: str | None = None
    opens_on: str | None = None
    act: Act | None = None
    target: int | str | None = None
    """What `act` is about: an entry's index, or for a new key its verifier key."""

    def encode(self) -> bytes:
        """The bytes that are hashed into the tree."""
        if self.opens_at is None and self.opens_on is None and self.act is None:
            return common_entry(self.at, self.commitment, self.kind, self.text)
        value: dict[str, Any] = {
            "at": self.at,
            "commitment": self.commitment,
            "kind": self.kind,
            "text": self.text.value,
            "v": VERSION,
        }
        if self.opens_at is not None:
            value["opens"] = {"at": self.opens_at}
        elif self.opens_on is not None:
            value["opens"] = {"condition": self.opens_on}
        if self.act is not None:
            value["act"] = {self.act.value: self.target}
        return canonical_bytes(value)


def common_entry(at: str, commitment: str, kind: str, text: TextState) -> bytes:
    """The bytes of an entry without seal and act, written out: a twentieth of the cost of the general encoder."""
    return (
        f'{{"at":"{at}","commitment":"{commitment}","kind":"{kind}","text":"{text.value}","v":{VERSION}}}'
    ).encode("ascii")


def commit(salt: bytes, text: bytes) -> str:
    """The commitment to a text, in hexadecimal."""
    return hashlib.sha256(salt + text).hexdigest()


# what nearly every entry looks like, read at a twentieth of the general reader's cost: at, commitment, kind, text
COMMON_FORM = re.compile(
    rb'\{"at":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)","commitment":"([0-9a-f]{64})",'
    rb'"kind":"([a-z ]{1,40})","text":"(public|private)","v":1\}'
)


def parse_entry(data: bytes, *, place: str = "") -> Entry:
    """Read an entry. Raises CheckFailedError `record.entry.unreadable`, naming `place`."""
    common = COMMON_FORM.fullmatch(data)
    if common is not None:
        at, commitment, kind, text = (part.decode("ascii") for part in common.groups())
        return Entry(at=at, commitment=commitment, kind=kind, text=TextState(text))
    try:
        entry = _entry(parse_json(data))
        if entry.encode() != data:
            raise ValueError("not the canonical bytes")
    except (ValueError, TypeError, KeyError, HoldfastError) as reason:
        raise CheckFailedError(
            "record.entry.unreadable",
            "an entry is not of the form that this log writes",
            got=str(reason)[:120],
            place=place,
            hint="compare it with docs/record.md; the log's keepers must explain it",
        ) from None
    return entry


def _entry(value: dict[str, Any]) -> Entry:
    if set(value) - {"act", "opens"} != {"at", "commitment", "kind", "text", "v"} or value["v"] != VERSION:
        raise ValueError("its fields are others")
    opens, act = value.get("opens", {}), value.get("act", {})
    if len(opens) > 1 or set(opens) - {"at", "condition"} or len(act) > 1:
        raise ValueError("its fields are others")
    state = TextState(value["text"])
    if (state is TextState.SEALED) != bool(opens):
        raise ValueError("a sealed entry, and no other, says when it opens")
    for name in ("at", "commitment", "kind"):
        if not isinstance(value[name], str):
            raise ValueError(f"{name} is not text")
    if not _AT.match(value["at"]) or not _HEX.match(value["commitment"]):
        raise ValueError("time or commitment")
    entry_act, target = None, None
    for name, about in act.items():
        entry_act, target = Act(name), _target(Act(name), about)
    return Entry(
        at=value["at"],
        commitment=value["commitment"],
        kind=value["kind"],
        text=state,
        opens_at=_opening_time(opens["at"]) if "at" in opens else None,
        opens_on=_condition(opens["condition"]) if "condition" in opens else None,
        act=entry_act,
        target=target,
    )


def _target(act: Act, about: Any) -> int | str:
    if act is Act.ROTATE:
        return str(parse_verifier_key(about))
    if not isinstance(about, int) or isinstance(about, bool) or about < 0:
        raise ValueError("no index")
    return about


def _opening_time(text: Any) -> str:
    if not isinstance(text, str) or not _AT.match(text):
        raise ValueError("no time")
    parse_at(text)
    return text


def _condition(text: Any) -> str:
    if not isinstance(text, str) or not 0 < len(text) <= CONDITION_LIMIT:
        raise ValueError("no condition")
    return text


def payload_text(payload: Any) -> bytes:
    """The canonical bytes of a payload.

    Raises InputRefusedError `canonical.not_json`, or `record.entry.too_large` beyond 65,535 bytes.
    """
    text = canonical_bytes(payload)
    if len(text) > PAYLOAD_LIMIT_BYTES:
        raise InputRefusedError(
            "record.entry.too_large",
            "this entry is too large for the log",
            expected=f"a payload of at most {PAYLOAD_LIMIT_BYTES} bytes",
            got=f"{len(text)} bytes",
            hint="publish the text as a file and log its hash",
        )
    return text
