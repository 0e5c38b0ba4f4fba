"""A plan: who is to be acted on, on which wikis, how, why, for how long, and which way leads back.

A plan is a value, kept and signed as canonical JSON that names its format and is read by `plan_of` alone. A person's
file (`plan_file`) is parsed once, when it is drafted, and lies beside. Before a plan can be signed it takes in what
the wikis say now (`with_states`), the texts that people will get (`with_notices`) and the hashes of the collateral
report and of the preflight. Its canonical bytes, `content`, are what two people sign, by themselves or beside what
the plan follows from (`signed_plan`): the executor carries out nothing that is not in them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType

from holdfast.actions.plans.grounds import Appeal, Grounds, RoadBack, Text, Withheld, plain
from holdfast.actions.steps.kind import Action, Purpose, kind_of
from holdfast.actions.steps.ports import INFINITY
from holdfast.actions.steps.step import Json, Step
from holdfast.approval.request import Request
from holdfast.canonical import canonical_bytes, sha256_hex
from holdfast.clock import parse_at
from holdfast.errors import InputRefusedError
from holdfast.ids import WikiName, wiki_name

FORMAT = "holdfast plan 1"
"""Stands in the signed bytes, so that a signature on a plan is a signature on nothing else."""

REQUEST_KIND = "plan"
"""The kind of the request that is a plan and nothing else."""

PlanId = NewType("PlanId", str)
"""A plan's name, which says nothing about anybody: it shows in the public log and begins every step's id."""

_PLAN_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_LONGEST_ID = 64  # characters; chosen, an id is written into journals and addresses


class OnFailure(StrEnum):
    """What happens to the rest when a target is held."""

    HOLD = "hold"
    """The rest is finished, and two people decide on the target that is held."""
    UNDO = "undo"
    """What was done is undone."""


class IfAlready(StrEnum):
    """What is done with a target that somebody else has already brought to its after-state."""

    HOLD = "hold"
    ACCEPT = "accept"


@dataclass(frozen=True, kw_only=True)
class Gate:
    """What must come before a phase begins. Without any of the three it begins with the plan."""

    opens_at: datetime | None = None
    """The phase is sealed until this hour (aware, UTC)."""
    opens_when: str = ""
    """The phase is sealed until two people have said that this condition holds."""
    closes_at: datetime | None = None
    """The phase is never begun at or after this hour."""

    def to_json(self) -> dict[str, Any]:
        """The gate as the plan's content holds it."""
        return {
            "opens_at": None if self.opens_at is None else self.opens_at.isoformat(),
            "opens_when": self.opens_when,
            "closes_at": None if self.closes_at is None else self.closes_at.isoformat(),
        }


@dataclass(frozen=True, kw_only=True)
class PlannedWiki:
    """One wiki of a plan, and the language of its community."""

    name: WikiName
    language: str


@dataclass(frozen=True, kw_only=True)
class Aftercare:
    """What a community needs when the plan is done (D14). A plan is not closed while one of them is empty."""

    recourse_owner: str = ""
    """The role that answers people who object."""
    interim_cover: str = ""
    """Who does the work of those who lost their rights, until when."""
    vote_calendar: str = ""
    """When the community votes on what comes next."""
    survey: str = ""
    """How the community is asked whether it feels safe."""

    def missing(self) -> tuple[str, ...]:
        """What is still empty."""
        return tuple(name for name, text in sorted(vars(self).items()) if not text.strip())


@dataclass(frozen=True, kw_only=True)
class PlannedAction:
    """One action and everything that its target has a right to know about it."""

    action: Action
    phase: int = 1
    language: str = "en"
    """The person's language, for the notice; English is always attached."""
    expiry: str = INFINITY
    decider_role: Text = ""
    """Who decides, by role: deciders have no names outside."""
    grounds: Grounds | None = None
    """Null in a plan that is protective or restores."""
    appeal: Appeal | None = None
    road_back: RoadBack | None = None
    withheld: tuple[Withheld, ...] = ()
    at_own_request: bool = False
    """The person asked for it: it is recorded as a resignation (D16)."""
    if_already: IfAlready = IfAlready.HOLD
    notice_on: tuple[WikiName, ...] = ()
    """The wikis on whose talk page the notice is left."""
    before: Mapping[WikiName, Json] = field(default_factory=dict)
    """What each wiki said when the plan was made; empty in a draft."""

    @property
    def id(self) -> str:
        """The action's id, which begins the ids of its steps."""
        return self.action.id

    def steps(self) -> tuple[Step, ...]:
        """What is to be done, wiki by wiki, from the before-states. Raises what the kind raises."""
        kind = kind_of(self.action)
        return tuple(step for wiki in self.action.wikis for step in kind.steps(self.before[wiki], self.action, wiki))

    def after(self) -> dict[WikiName, dict[str, Any]]:
        """The after-state on each wiki."""
        kind = kind_of(self.action)
        return {wiki: kind.after(self.before[wiki], self.action, wiki) for wiki in self.action.wikis}

    def to_json(self) -> dict[str, Any]:
        """The action as the plan's content holds it."""
        return {
            "action": self.action.to_json(),
            "phase": self.phase,
            "language": self.language,
            "expiry": self.expiry,
            "decider_role": plain(self.decider_role),
            "grounds": None if self.grounds is None else self.grounds.to_json(),
            "appeal": None if self.appeal is None else self.appeal.to_json(),
            "road_back": None if self.road_back is None else self.road_back.to_json(),
            "withheld": [each.to_json() for each in self.withheld],
            "at_own_request": self.at_own_request,
            "if_already": self.if_already.value,
            "notice_on": list(self.notice_on),
            "before": {wiki: dict(state) for wiki, state in self.before.items()},
        }

    @classmethod
    def from_json(cls, stored: Json) -> "PlannedAction":
        """The action that `to_json` wrote."""
        return cls(
            action=Action.from_json(stored["action"]),
            phase=stored["phase"],
            language=stored["language"],
            expiry=stored["expiry"],
            decider_role=stored["decider_role"],
            grounds=None if stored["grounds"] is None else Grounds.from_json(stored["grounds"]),
            appeal=None if stored["appeal"] is None else Appeal.from_json(stored["appeal"]),
            road_back=None if stored["road_back"] is None else RoadBack.from_json(stored["road_back"]),
            withheld=tuple(Withheld.from_json(each) for each in stored["withheld"]),
            at_own_request=stored["at_own_request"],
            if_already=IfAlready(stored["if_already"]),
            notice_on=tuple(wiki_name(each) for each in stored["notice_on"]),
            before={wiki_name(wiki): state for wiki, state in stored["before"].items()},
        )


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Targets × actions in phases. It has no title: nothing in its public fields says whom or what it is about."""

    id: PlanId
    purpose: Purpose = Purpose.DECISION
    wikis: tuple[PlannedWiki, ...]
    actions: tuple[PlannedAction, ...]
    gates: Mapping[int, Gate] = field(default_factory=dict)
    """The gate of each phase that has one."""
    on_failure: OnFailure = OnFailure.HOLD
    jurisdictions_touched: tuple[str, ...] = ()
    """Classes such as `J1`; each needs a legal sign-off before the start (3.5)."""
    jurisdictions_affected: tuple[str, ...] = ()
    """Classes of the whole matter, those touched among them."""
    accepts_unchecked_texts: tuple[str, ...] = ()
    """Languages whose texts no native reader has checked; who signs the plan accepts that."""
    aftercare: Aftercare = field(default_factory=Aftercare)
    valid_until: datetime | None = None
    """Nothing is begun after this moment, however fresh the signatures were (aware, UTC). Null in a draft alone."""
    reference: str = ""
    """What it follows from: a case, a freeze, an appeal, a plan, as KIND/ID."""
    collateral_sha256: str = ""
    preflight_sha256: str = ""

    @property
    def phases(self) -> tuple[int, ...]:
        """The numbers of its phases, in order."""
        return tuple(sorted({each.phase for each in self.actions}))

    def action(self, action_id: str) -> PlannedAction:
        """One action by its id. Raises InputRefusedError `plan.no_action`."""
        for each in self.actions:
            if each.id == action_id:
                return each
        raise InputRefusedError("plan.no_action", "the plan has no such action", got=repr(action_id[:80]))

    def gate(self, phase: int) -> Gate:
        """The gate of a phase; open where the plan gives none."""
        return self.gates.get(phase, Gate())

    def public_counts(self) -> dict[str, int]:
        """Actions of each kind: all of a plan that the public log tells when it is done."""
        counts: dict[str, int] = {}
        for each in self.actions:
            counts[each.action.kind] = counts.get(each.action.kind, 0) + 1
        return dict(sorted(counts.items()))

    def to_json(self) -> dict[str, Any]:
        """The whole plan; drafts too."""
        return {
            "format": FORMAT,
            "id": self.id,
            "purpose": self.purpose.value,
            "wikis": [{"name": each.name, "language": each.language} for each in self.wikis],
            "actions": [each.to_json() for each in self.actions],
            "gates": {str(phase): gate.to_json() for phase, gate in self.gates.items()},
            "on_failure": self.on_failure.value,
            "jurisdictions_touched": list(self.jurisdictions_touched),
            "jurisdictions_affected": list(self.jurisdictions_affected),
            "accepts_unchecked_texts": list(self.accepts_unchecked_texts),
            "aftercare": dict(vars(self.aftercare)),
            "valid_until": None if self.valid_until is None else self.valid_until.isoformat(),
            "reference": self.reference,
            "collateral_sha256": self.collateral_sha256,
            "preflight_sha256": self.preflight_sha256,
        }

    @classmethod
    def from_json(cls, stored: Json) -> "Plan":
        """The plan that `to_json` wrote."""
        return cls(
            id=plan_id(stored["id"]),
            purpose=Purpose(stored["purpose"]),
            wikis=tuple(
                PlannedWiki(name=wiki_name(each["name"]), language=each["language"]) for each in stored["wikis"]
            ),
            actions=tuple(PlannedAction.from_json(each) for each in stored["actions"]),
            gates={int(phase): _gate(gate) for phase, gate in stored["gates"].items()},
            on_failure=OnFailure(stored["on_failure"]),
            jurisdictions_touched=tuple(stored["jurisdictions_touched"]),
            jurisdictions_affected=tuple(stored["jurisdictions_affected"]),
            accepts_unchecked_texts=tuple(stored["accepts_unchecked_texts"]),
            aftercare=Aftercare(**stored["aftercare"]),
            valid_until=None if stored["valid_until"] is None else parse_at(stored["valid_until"]),
            reference=stored["reference"],
            collateral_sha256=stored["collateral_sha256"],
            preflight_sha256=stored["preflight_sha256"],
        )


def plan_id(text: str) -> PlanId:
    """A checked plan id. Raises InputRefusedError `plan.id`."""
    if not _PLAN_ID.match(text) or len(text) > _LONGEST_ID:
        raise InputRefusedError(
            "plan.id",
            "this is not an id for a plan",
            expected=f"small letters and digits, in parts joined by -, at most {_LONGEST_ID} signs",
            got=repr(text[:80]),
            hint="choose one that says nothing about anybody: it shows in the public log",
        )
    return PlanId(text)


def action_id(plan: PlanId, number: int) -> str:
    """The id of a plan's action by its number, from 1, in the order of the file."""
    return f"{plan}/{number:03d}"


def content(plan: Plan) -> bytes:
    """The canonical bytes of the whole plan: what people sign and the executor checks.

    Raises InputRefusedError `plan.not_ready` while a before-state, the collateral report or the preflight is missing.
    """
    missing = [
        f"the state of {each.id} on {wiki}"
        for each in plan.actions
        for wiki in each.action.wikis
        if wiki not in each.before
    ]
    missing += [] if plan.collateral_sha256 else ["the collateral report"]
    missing += [] if plan.preflight_sha256 else ["the preflight"]
    missing += [] if plan.valid_until else ["until when it is valid"]
    if missing or not plan.actions:
        raise InputRefusedError(
            "plan.not_ready",
            "the plan cannot be signed yet",
            got="; ".join(missing[:5]) or "no action",
            place=plan.id,
            hint="do the dry run, which reads the wikis and makes the reports",
        )
    return canonical_bytes(plan.to_json())


def plan_sha256(plan: Plan) -> str:
    """The hash that names a plan in journals, sign-offs, decisions and the public log."""
    return sha256_hex(content(plan))


def plan_of(stored: Json) -> Plan:
    """The plan that stored or signed JSON is: nothing missing, nothing beside it, of this format.

    No text of a person is read for it. Raises InputRefusedError `plan.unreadable`.
    """
    try:
        if stored["format"] != FORMAT:
            raise ValueError(stored["format"])
        plan = Plan.from_json(stored)
        if canonical_bytes(plan.to_json()) != canonical_bytes(dict(stored)):
            raise ValueError("other fields")
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InputRefusedError(
            "plan.unreadable",
            "this is not a plan of a format that this version of Holdfast reads",
            expected=FORMAT,
            hint="make the plan again from its file, and have it signed again",
        ) from None
    return plan


def signed_plan(request: Request) -> Plan | None:
    """The plan that signed bytes are (`plan`), or hold whole beside what it follows from: a freeze, a review.

    Null where they hold none. Raises InputRefusedError `plan.unreadable`.
    """
    held = request.what if request.kind == REQUEST_KIND else request.what.get("plan")
    return plan_of(held) if isinstance(held, Mapping) else None


def with_states(plan: Plan, states: Mapping[str, Mapping[WikiName, Json]]) -> Plan:
    """The plan with what the wikis say now: for each action's id what its kind read on each wiki."""
    return replace(plan, actions=tuple(replace(each, before=dict(states[each.id])) for each in plan.actions))


def with_notices(plan: Plan, notices: Mapping[str, Json]) -> Plan:
    """The plan with the texts that people will get: for an action's id its kind's parameter `notice`.

    The texts are part of what is signed, so nobody can be sent another one.
    """
    actions: Sequence[PlannedAction] = [
        replace(each, action=replace(each.action, params={**each.action.params, "notice": notices[each.id]}))
        if each.id in notices
        else each
        for each in plan.actions
    ]
    return replace(plan, actions=tuple(actions))


def _gate(stored: Json) -> Gate:
    return Gate(
        opens_at=None if stored["opens_at"] is None else parse_at(stored["opens_at"]),
        opens_when=stored["opens_when"],
        closes_at=None if stored["closes_at"] is None else parse_at(stored["closes_at"]),
    )
