"""What a kind of action is: a declaration in `actions/kinds/`, one file each; the folder is the list.

    action = Action(id="p-1f0c/07", kind="global_ban", target="Example", wikis=(...), params={...})
    kind = kind_of(action)
    kind.check(action)                        the parameters make sense; raises InputRefusedError
    seen = look_at_targets(hand, actions)     one look at all targets on the hand's wiki, read in batches
    before = kind.read(seen, action)          JSON: what of this wiki's state it concerns, nothing else; pure
    after = kind.after(before, action, wiki)  JSON of the same form; pure
    steps = kind.steps(before, action, wiki)  Step after Step; pure; empty where all is already so

A plan stores `before` for each action and wiki; `holdfast.actions.steps.step` carries steps out and takes them back.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any

import holdfast.actions.kinds
from holdfast.actions.steps.ports import WikiHand
from holdfast.actions.steps.seen import Seen, look
from holdfast.actions.steps.step import Json, Step
from holdfast.actions.steps.wikitext import marker_of
from holdfast.cases.standards import Severity
from holdfast.errors import InputRefusedError, UsageError
from holdfast.ids import WikiName, wiki_name
from holdfast.notices.kinds import NoticeKind
from holdfast.registry import kinds_in


class TargetType(StrEnum):
    """What an action is done to."""

    ACCOUNT = "account"
    PAGE = "page"


class Purpose(StrEnum):
    """Why rights are touched at all, which decides what a plan must say."""

    DECISION = "decision"
    """On grounds against a person: every reason is asked for."""
    PROTECTIVE = "protective, no fault"
    """A freeze's removal of rights. It accuses nobody, names no grounds, and no report counts it as misconduct."""
    RESTORATION = "restoration"
    """What was taken is given back: after a review, an appeal, or at the end of the road back. Or what was withheld
    from a person is told."""


class End(StrEnum):
    """What happens on the day that a person was told as the end. A kind without any has no end to be told."""

    NONE = "none"
    """Nothing would happen: a plan that names an end is refused."""
    PEOPLE = "people"
    """A clock puts the giving back before two people (`workflows/acting/ends.py`); the wiki has no such end."""
    WIKI = "wiki"
    """The wiki ends it: `params.expiry` is the end that the person was told. Groups are given back as by PEOPLE."""
    EACH_GROUP = "each group"
    """The wiki ends each group on the day that stands beside it; the plan's own end is that day or none."""


@dataclass(frozen=True, kw_only=True)
class Action:
    """One kind, one target, its parameters, on the wikis listed. `id` is unique: the plan's id and a number."""

    id: str
    kind: str
    target: str
    wikis: tuple[WikiName, ...]
    params: Json = field(default_factory=dict)

    def is_told(self, wiki: WikiName) -> bool:
        """Whether the action leaves its notice on that wiki."""
        return wiki in (self.params.get("notice") or {}).get("wikis", ())

    def to_json(self) -> dict[str, Any]:
        """The action as a plan stores it."""
        return {
            "id": self.id,
            "kind": self.kind,
            "target": self.target,
            "wikis": list(self.wikis),
            "params": dict(self.params),
        }

    @classmethod
    def from_json(cls, stored: Json) -> "Action":
        """The action that `to_json` wrote."""
        return cls(
            id=stored["id"],
            kind=stored["kind"],
            target=stored["target"],
            wikis=tuple(wiki_name(each) for each in stored["wikis"]),
            params=stored["params"],
        )


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How far one action goes, as its parameters say."""

    groups: frozenset[str] | None
    """The groups that are taken; None: all of them, or whatever else there is to take."""
    limits: frozenset[str]
    """What it closes beside that."""
    ends: frozenset[str]
    """The ends that the wiki itself will have (ISO 8601 or `infinity`), where they stand in the parameters and not
    in the plan's own end."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of action: what it says about itself, and its four functions."""

    name: str
    """As plans write it, and the name of its file."""
    title: str
    """What it does, in one sentence a target could read."""
    target: TargetType
    severity: Severity | None
    """How hard it hits: with it come its rank and the floor of proof (`cases.standards.FLOOR`). None, said aloud: it
    takes nothing from anybody."""
    notice: NoticeKind
    """The notice that tells the person."""
    notice_on_request: NoticeKind | None
    """The notice where it is recorded as the person's own request (D16). None: it cannot be recorded as one."""
    purposes: frozenset[Purpose]
    """Which plans may hold it."""
    takes_target: bool
    """Whether it changes its target, so that no other open plan may have it beside."""
    says_conduct: bool
    """Whether its grounds must say which conduct it is about."""
    reach: Callable[[Json], Reach]
    """How far it goes, from parameters that `check` passed: measures are compared by it (D4), ends shown. Pure."""
    check: Callable[[Action], None]
    """Raises InputRefusedError `kind.params` naming the parameter that is missing, unknown or of no sense."""
    read: Callable[[Seen, Action], dict[str, Any]]
    """The before-state on the wiki seen. Pure. Raises InputRefusedError `seen.no_account`, `kind.no_page`."""
    after: Callable[[Json, Action, WikiName], dict[str, Any]]
    """The after-state that belongs to a before-state. Pure."""
    steps: Callable[[Json, Action, WikiName], tuple[Step, ...]]
    """What leads from before to after on that wiki, in order. Pure. Raises InputRefusedError where no exact way back
    would exist."""
    end: End = End.NONE
    """What makes the end true that a plan gives to an action of this kind."""

    @property
    def severe(self) -> bool:
        """Whether it takes something away from a person."""
        return self.severity not in (None, Severity.PROTECTION, Severity.WARNING)


def look_at_targets(hand: WikiHand, actions: Iterable[Action]) -> Seen:
    """All that the reading of these actions' before-states needs on the hand's wiki, read now. Raises BusyError."""
    here = [(each, kind_of(each).target) for each in actions if hand.wiki in each.wikis]
    return look(
        hand,
        accounts=[each.target for each, target in here if target is TargetType.ACCOUNT],
        pages=[each.target for each, target in here if target is TargetType.PAGE],
        markers=[
            (each.target, marker_of(f"{each.id}/{hand.wiki}/message")) for each, _ in here if each.is_told(hand.wiki)
        ],
    )


@cache
def all_kinds() -> Mapping[str, Kind]:
    """Every kind there is, by name. Raises UsageError `kind.undeclared` where one leaves its consequences out."""
    try:
        found = kinds_in(holdfast.actions.kinds, "KIND")
    except TypeError as reason:
        raise _undeclared(str(reason)) from reason
    for name, kind in found.items():
        _check_declared(name, kind)
    return MappingProxyType(found)


def _check_declared(file: str, kind: object) -> None:
    if not isinstance(kind, Kind):
        raise _undeclared(f"{file}: KIND is no Kind")
    if kind.name != file:
        raise _undeclared(f"{file}: its name is {kind.name!r}")
    said: Mapping[str, bool] = {
        "target": isinstance(kind.target, TargetType),
        "severity": kind.severity is None or isinstance(kind.severity, Severity),
        "notice": isinstance(kind.notice, NoticeKind),
        "notice_on_request": kind.notice_on_request is None or isinstance(kind.notice_on_request, NoticeKind),
        "purposes": bool(kind.purposes) and all(isinstance(each, Purpose) for each in kind.purposes),
        "takes_target": isinstance(kind.takes_target, bool),
        "says_conduct": isinstance(kind.says_conduct, bool),
        "reach": callable(kind.reach),
        "end": isinstance(kind.end, End),
    }
    wrong = [name for name, is_said in said.items() if not is_said] or list(_at_odds(kind))
    if wrong:
        raise _undeclared(f"{file}: makes no sense: {'; '.join(wrong)}")


def _at_odds(kind: Kind) -> Iterator[str]:
    """What a kind may not say of itself, because its plan would then escape the case gate."""
    if kind.severity is None:
        return
    if not kind.takes_target:
        yield "takes_target: what has a severity takes its target"
    if Purpose.RESTORATION in kind.purposes:
        yield "purposes: what has a severity gives nothing back"
    order = list(Severity)
    if order.index(kind.severity) <= order.index(Severity.RIGHTS_REMOVAL):
        return
    if Purpose.PROTECTIVE in kind.purposes:
        yield "purposes: nothing harder than a removal of rights is done without fault"
    if kind.notice_on_request is not None:
        yield "notice_on_request: nothing harder than a removal of rights is at the person's own request"


def _undeclared(got: str) -> UsageError:
    return UsageError(
        "kind.undeclared",
        "a kind of action does not declare its consequences",
        expected="a Kind with all its fields, under the name of its file",
        got=got,
        hint="complete the file in actions/kinds; until then no kind of action is known",
    )


def no_such_kind(name: str) -> str:
    """What is said of a kind that is none: the kinds that there are."""
    return f"{name[:40]!r} is no kind of action; there are: {', '.join(all_kinds())}"


def kind_of(action: Action) -> Kind:
    """The kind of an action. Raises InputRefusedError `kind.unknown`."""
    kinds = all_kinds()
    if action.kind not in kinds:
        raise InputRefusedError(
            "kind.unknown",
            "there is no such kind of action",
            expected=", ".join(kinds),
            got=repr(action.kind[:60]),
            place=action.id,
            hint="correct the plan; nothing was changed",
        )
    return kinds[action.kind]
