"""What is put before approvers: one kind of wish, under an id that is never used again, until an hour.

Everything that a signature must bind stands in its canonical bytes. The id makes a signature serve one wish alone,
even when a second wish says the same words; the hours make it worthless later, whoever kept a copy of it.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from holdfast.canonical import canonical_bytes, parse_json, sha256_hex
from holdfast.clock import parse_at
from holdfast.errors import CheckFailedError, HoldfastError, InputRefusedError

_FORM = "holdfast approval 1"
_ID = re.compile(r"[0-9a-f]{32}\Z")


@dataclass(frozen=True, kw_only=True)
class Request:
    """A wish for approval: `kind` (`freeze`, `plan`, `export` …), what exactly, and when it may be signed."""

    kind: str
    id: str
    """32 hex digits, random; see `fresh_request`."""
    prepared_at: datetime
    expires_at: datetime
    what: Mapping[str, Any]
    """All that will be done, as JSON: approvers are shown this and nothing else."""

    def __post_init__(self) -> None:
        if not _ID.match(self.id) or not self.kind:
            raise InputRefusedError(
                "approval.request.id", "a request for approval has a kind and an id", expected="32 hex digits"
            )
        if self.expires_at <= self.prepared_at:
            raise InputRefusedError("approval.request.hours", "a request for approval ends after it begins")

    def content(self) -> bytes:
        """The canonical bytes (RFC 8785) that approvers sign."""
        return canonical_bytes(
            {
                "form": _FORM,
                "kind": self.kind,
                "id": self.id,
                "prepared_at": self.prepared_at.isoformat(),
                "expires_at": self.expires_at.isoformat(),
                "what": dict(self.what),
            }
        )

    @property
    def sha256(self) -> str:
        """The hash by which approvers can compare what they see on two screens."""
        return sha256_hex(self.content())


def fresh_request(kind: str, what: Mapping[str, Any], *, now: datetime, lasts: timedelta) -> Request:
    """A request under a new random id, to be signed from `now` for `lasts`."""
    return Request(kind=kind, id=secrets.token_hex(16), prepared_at=now, expires_at=now + lasts, what=dict(what))


def parse_request(content: bytes) -> Request:
    """A request from its canonical bytes.

    Raises InputRefusedError `approval.request.unreadable`, also when the bytes are not the canonical ones.
    """
    try:
        value = parse_json(content)
        request = Request(
            kind=value["kind"],
            id=value["id"],
            prepared_at=parse_at(value["prepared_at"]),
            expires_at=parse_at(value["expires_at"]),
            what=value["what"],
        )
        if request.content() != content:
            raise ValueError("not canonical")
    except (HoldfastError, KeyError, TypeError, ValueError, AttributeError):
        raise InputRefusedError(
            "approval.request.unreadable",
            "this is not a request for approval",
            expected="the canonical bytes that Request.content() makes",
        ) from None
    return request


def check_content(content: bytes, now: datetime) -> None:
    """Return when a content may be signed now: a JSON object with an `id` of its own, within the hours it names.

    The id is what makes a signature serve one wish. `prepared_at` and `expires_at` are kept where the content names
    them, as every `Request` does. Raises InputRefusedError `approval.request.unreadable`; CheckFailedError
    `approval.early`, `approval.expired`.
    """
    value = parse_json(content)
    if not isinstance(value, dict) or not isinstance(value.get("id"), str) or not value["id"]:
        raise InputRefusedError(
            "approval.request.unreadable",
            "this content cannot be approved",
            expected="a JSON object with an id that is used once",
            hint="make it with holdfast.approval.Request",
        )
    hours = {name: parse_at(str(value[name])) for name in ("prepared_at", "expires_at") if name in value}
    if "prepared_at" in hours and now < hours["prepared_at"]:
        raise CheckFailedError("approval.early", "this request says that it is not prepared yet")
    if "expires_at" in hours and now >= hours["expires_at"]:
        raise CheckFailedError(
            "approval.expired",
            "the hours of this request are over",
            expected=f"before {hours['expires_at'].isoformat()}",
            got=now.isoformat(),
            hint="prepare it again: it is previewed on the present state, and signed anew",
        )
