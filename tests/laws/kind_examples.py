"""One example of each kind of action for the laws of tests/laws/test_kinds.py: a new kind needs one here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from holdfast.actions.steps.ports import INFINITY
from mediawiki.two_wikis import EAST, TEMPORARY_END

TOLD = {
    "wikis": [EAST],
    "heading": "A notice {{to}} you",
    "text": "Words ~~~~ of a notice.\n\nhttps://appeal.example/x",
    "summary": "A notice",
    "withdrawal": {"heading": "Withdrawn", "text": "The notice is withdrawn."},
}
REASON = "Case closed, see the notice"


@dataclass(frozen=True, kw_only=True)
class Example:
    """Parameters; the groups that the target has before; and what somebody else does that makes the wiki move."""

    params: dict[str, Any]
    groups: str = ""
    moves: Callable[[str], dict[str, str]]
    central: bool = False
    """Whether it needs CentralAuth, of which there are recorded answers only."""


def _gives(group: str) -> Callable[[str], dict[str, str]]:
    return lambda target: {"action": "userrights", "user": target, "add": group, "expiry": "2098-01-01T00:00:00Z"}


EXAMPLES = {
    "global_ban": Example(
        params={"reason": REASON, "notice": TOLD}, groups="sysop|suppress", moves=_gives("interface-admin")
    ),
    "global_lock": Example(
        params={"reason": REASON, "lock_on": EAST}, groups="sysop", moves=_gives("suppress"), central=True
    ),
    "rights_removal": Example(
        params={"groups": ["sysop", "suppress"], "reason": REASON, "notice": TOLD},
        groups="sysop|interface-admin",
        moves=_gives("suppress"),
    ),
    "rights_restoration": Example(
        params={"groups": {EAST: {"checkuser": TEMPORARY_END, "suppress": INFINITY}}, "reason": REASON},
        groups="sysop",
        moves=_gives("checkuser"),
    ),
    "warning": Example(params={"notice": TOLD}, moves=lambda target: {}),
    "telling": Example(
        params={"notice": TOLD, "about": "an earlier notice", "fields": {"conduct": "calling people to a vote"}},
        moves=lambda target: {},
    ),
    "protection": Example(
        params={"protection": {"edit": ["sysop", TEMPORARY_END]}, "reason": REASON},
        moves=lambda target: {"action": "protect", "title": target, "protections": "edit=autoconfirmed"},
    ),
}
