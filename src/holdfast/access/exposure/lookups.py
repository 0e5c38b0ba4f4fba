"""Look-ups: who asked for non-public data, about whom, when and why. What was found is never part of one.

The CheckUser log shows checks, not results; a failed check leaves no entry. Addresses do not pass this room: where
one was the target, its kind and a keyed token stay (`lookups_addresses`), and in a reason it is blotted out.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from holdfast.accounts.names import AccountName, kept_name
from holdfast.canonical import canonical_bytes, sha256_hex
from holdfast.clock import parse_at
from holdfast.ids import WikiName, wiki_name

API_PREFIX = "API: "
"""What CheckUser puts before the reason of a check made through its API."""


class LookupType(StrEnum):
    """What was asked, in the words of CheckUser's log."""

    USER_IPS = "userips"
    USER_EDITS = "useredits"
    IP_EDITS = "ipedits"
    IP_EDITS_XFF = "ipedits-xff"
    IP_USERS = "ipusers"
    IP_USERS_XFF = "ipusers-xff"
    INVESTIGATE = "investigate"

    @property
    def is_about_account(self) -> bool:
        """Whether the target can only be an account."""
        return self in (LookupType.USER_IPS, LookupType.USER_EDITS)

    @property
    def is_about_address(self) -> bool:
        """Whether the target can only be an address or a range of them."""
        return not self.is_about_account and self is not LookupType.INVESTIGATE


class TargetKind(StrEnum):
    """What a look-up was about. An address is never stored: only its kind and a keyed token."""

    ACCOUNT = "account"
    IPV4 = "ipv4"
    IPV6 = "ipv6"
    IPV4_RANGE = "ipv4_range"
    IPV6_RANGE = "ipv6_range"

    @property
    def is_range(self) -> bool:
        """Whether one look-up shows everybody behind many addresses."""
        return self in (TargetKind.IPV4_RANGE, TargetKind.IPV6_RANGE)


@dataclass(frozen=True, kw_only=True, order=True)
class Target:
    """An account by its name (sealed class), or an address by its token `A-` and 12 base32 characters."""

    kind: TargetKind
    name: str


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """One look-up. Names and reasons are of the sealed class."""

    wiki: WikiName
    at: datetime
    """UTC, whole seconds."""
    holder: AccountName
    type: LookupType
    target: Target
    reason: str
    """As written, without the prefix of the API and without addresses; may be empty in history (C10)."""
    through_api: bool
    ordinal: int = 0
    """Tells look-ups apart that are equal in all else, in the same second: 0, 1, 2 …"""
    source: str = ""
    """Hash of the file that it was first read from."""
    row: int | None = None
    """The log's own number (`cul_id`), where the source has it; the API has none."""

    @property
    def has_reason(self) -> bool:
        """Whether anything was written as a reason (1.8)."""
        return is_reason(self.reason)

    @property
    def identity(self) -> str:
        """Which look-up this is, whatever it was read from: the same in API answer, export and table."""
        return sha256_hex(canonical_bytes([*_content(self), self.ordinal]))

    def to_json(self) -> dict[str, Any]:
        """As it is sealed."""
        return {
            "wiki": self.wiki,
            "at": f"{self.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "holder": self.holder,
            "type": self.type.value,
            "target": {"kind": self.target.kind.value, "name": self.target.name},
            "reason": self.reason,
            "through_api": self.through_api,
            "ordinal": self.ordinal,
            "source": self.source,
            "row": self.row,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Lookup":
        """The look-up that `to_json` wrote."""
        return cls(
            wiki=wiki_name(value["wiki"]),
            at=parse_at(value["at"]),
            holder=kept_name(value["holder"]),
            type=LookupType(value["type"]),
            target=Target(kind=TargetKind(value["target"]["kind"]), name=value["target"]["name"]),
            reason=value["reason"],
            through_api=value["through_api"],
            ordinal=value["ordinal"],
            source=value["source"],
            row=value["row"],
        )


def _content(lookup: Lookup) -> list[Any]:
    return [
        lookup.wiki,
        f"{lookup.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        lookup.holder,
        lookup.type.value,
        lookup.target.kind.value,
        lookup.target.name,
        lookup.reason,
        lookup.through_api,
    ]


def numbered(lookups: Iterable[Lookup]) -> tuple[Lookup, ...]:
    """The same look-ups of one log with ordinals, by time.

    Equal ones in one second were made one by one: the wiki wrote a row for each. Numbered within one reading of the
    log, the n-th of them is the same look-up in every reading, so that reading twice adds nothing.
    """
    seen: Counter[bytes] = Counter()
    found = []
    for each in sorted(lookups, key=lambda lookup: (lookup.at, canonical_bytes(_content(lookup)), lookup.row or 0)):
        content = canonical_bytes(_content(each))
        found.append(replace(each, ordinal=seen[content]))
        seen[content] += 1
    return tuple(found)


def is_reason(text: str) -> bool:
    """Whether a text says anything: a letter or digit at least."""
    return any(each.isalnum() for each in text.removeprefix(API_PREFIX.strip()))
