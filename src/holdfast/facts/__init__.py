"""A fact: one thing that happened, never changed, only followed by others. State is a fold over facts.

The confidential rooms (access, cases, actions) compute facts and states; the store keeps each stream of facts
sealed under a key of its own, so that forgetting a stream is forgetting its key.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NewType

from holdfast.errors import UsageError

MemberId = NewType("MemberId", str)
"""A person who works in the console, `m-` and 12 hex digits; never a name."""

SYSTEM = MemberId("system")
"""What a clock or the executor did, on somebody's earlier decision."""

_STREAM = re.compile(r"([a-z][a-z-]{0,31})/([a-z0-9][a-z0-9-]{0,63})\Z")


@dataclass(frozen=True, kw_only=True, order=True)
class StreamId:
    """What a row of facts is about: a kind (`person`, `freeze`, `case`, `plan` …) and an id that says nothing."""

    kind: str
    id: str

    def __post_init__(self) -> None:
        if not _STREAM.match(f"{self.kind}/{self.id}"):
            raise UsageError(
                "facts.stream",
                "this is not the name of a stream of facts",
                expected="KIND/ID in small letters, digits and hyphens",
                got=repr(f"{self.kind}/{self.id}"[:80]),
            )

    def __str__(self) -> str:
        return f"{self.kind}/{self.id}"


@dataclass(frozen=True, kw_only=True)
class Fact:
    """What happened (`grant given`), when (aware, UTC), by whom, and its details as a JSON object.

    `body` is sealed when it is stored; `type`, `at` and `by` are not, so they must not identify anybody.
    """

    type: str
    at: datetime
    by: MemberId
    body: Mapping[str, Any] = field(default_factory=dict)
