"""The way of a case: triage, open, decided, closed, and back; what each step needs. Nobody destroys a case alone.

Reports alone, however many, move no case past triage: opening needs something that a worker checked, or a finding.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from holdfast.accounts.names import same_account
from holdfast.cases import choices
from holdfast.cases._kind import (
    CLOCK,
    CUSTODIAN,
    DECIDER,
    INVESTIGATOR,
    LIVE,
    WHEN_IDLE,
    WORKING,
    Body,
    Stage,
    declared,
    kind,
    known,
    refuse,
)  # fmt: skip
from holdfast.cases.attribution import Level, check_level
from holdfast.cases.hypotheses import check_hypotheses, has_seen_exculpatory
from holdfast.cases.people import Before, Person, Role, check_public_trace
from holdfast.cases.sources import SourceKind, independent_of
from holdfast.cases.standards import Severity
from holdfast.cases.weight import check_standard
from holdfast.facts import SYSTEM, Fact, MemberId
from holdfast.facts.fields import SHORT, Ident, Many, OneOf, Record, Sha256, Text, Thing, line, page, why

if TYPE_CHECKING:
    from holdfast.cases.case import Case

DESTROYERS = 2  # custodians, and never one alone (decision 0101)
GRACE_DAYS = 14
"""How long an idle case waits for a renewal before the clock closes it."""
APPEAL_DAYS = 365
"""A decided case is kept at least so long after its closing: evidence outlives the time for appeal (3.13)."""


class Outcome(StrEnum):
    """What a decision says."""

    ACT = "act"
    NO_ACTION = "no_action"
    REFER = "refer"
    """To a body that is nearer to it (7.6)."""


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Why one action of one severity against one person: the rule, and what is claimed."""

    person: str
    severity: Severity
    rule: str
    level: Level


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What was decided, by whom and why."""

    outcome: Outcome
    by: MemberId
    at: datetime
    reasons: str
    grounds: tuple[Ground, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Course:
    """What happened to the case as a whole."""

    decision: Decision | None = None
    former: tuple[Decision, ...] = ()
    """Decisions of an earlier round, before it was reopened."""
    renewals: frozenset[tuple[datetime, str]] = frozenset()
    idle_since: datetime | None = None
    """When the clock found it idle; None while somebody works on it."""
    closed_at: datetime | None = None
    closed_why: str = ""
    plans: frozenset[str] = frozenset()


def triage_weight(case: "Case") -> int:
    """How many independent reporters a case has: coordinated ones are one, those with a conflict none."""
    reporters = {each.id for each in case.sources.values() if each.kind is SourceKind.REPORTER}
    return independent_of(case, {each.source for each in case.reports.values()} & reporters)


def _check_may_open(case: "Case") -> None:
    if any(each.counts for each in case.evidence.values()) or case.findings:
        return
    raise refuse(
        "open.only_reports",
        "reports alone open no case, however many they are",
        expected="a piece of evidence that somebody checked against where it comes from, or a finding",
        hint="look at the public record, take what is there as evidence and check it",
    )


def _take_up(case: "Case", fact: Fact, body: Body) -> "Case":
    _check_may_open(case)
    return replace(case, stage=Stage.OPEN)


def _decide(case: "Case", fact: Fact, body: Body) -> "Case":
    grounds = tuple(Ground(**each) for each in body.get("grounds", ()))
    _check_decider(case, fact.by)
    _check_exculpatory(case, fact.by)
    if body["outcome"] is Outcome.ACT:
        _check_act(case, grounds)
    elif grounds:
        raise refuse("decide.grounds", "only a decision to act has grounds against people")
    decision = Decision(outcome=body["outcome"], by=fact.by, at=fact.at, reasons=body["reasons"], grounds=grounds)
    return replace(case, stage=Stage.DECIDED, course=replace(case.course, decision=decision))


def due_at(case: "Case") -> datetime | None:
    """When the clock has something to do: the case falls idle, or is closed for it. None once it is decided."""
    if case.stage not in WORKING:
        return None
    if case.course.idle_since is not None:
        return case.course.idle_since + timedelta(days=GRACE_DAYS)
    return case.last_at + timedelta(days=case.idle_days)


def _check_decider(case: "Case", member: MemberId) -> None:
    if member in case.readers.barred:
        raise refuse("decide.barred", "this decider is recused from, or denied, the case")
    if member in case.investigators:
        raise refuse(
            "decide.investigator",
            "who gathered the evidence does not decide",
            hint="a decider who recorded nothing against anybody in this case",
        )


def _check_exculpatory(case: "Case", member: MemberId) -> None:
    if not case.exculpatory and not case.exculpatory_searches:
        raise refuse(
            "decide.exculpatory_not_sought",
            "nobody has looked for what speaks for the people concerned",
            hint="record what was found, or what was looked for without result",
        )
    if not has_seen_exculpatory(case, member):
        raise refuse(
            "decide.exculpatory_first",
            "the decider sees what exonerates before deciding",
            hint="open the page of exculpatory findings; what was added since is shown again",
        )


def _check_act(case: "Case", grounds: tuple[Ground, ...]) -> None:
    if not grounds:
        raise refuse("decide.no_grounds", "a decision to act names its grounds for each person")
    weighed = [items for items in (check_ground(case, each) for each in grounds) if items is not None]
    if weighed:
        check_hypotheses(case, frozenset().union(*weighed))


def is_own_request(person: Person, severity: Severity) -> bool:
    """Whether this is a removal that a person who is at risk or coerced asked for: no wrong is claimed, or proved."""
    return bool(person.own_request) and severity is Severity.RIGHTS_REMOVAL and Role.SUSPECT not in person.roles


def check_ground(case: "Case", ground: Ground) -> frozenset[str] | None:
    """The items that carry one ground, when all that it needs is there; None for a removal at the own request.

    Raises CheckFailedError `case.…` for what is missing.
    """
    person = known(case.people, ground.person, "person")
    if is_own_request(person, ground.severity):
        check_public_trace(case, person)
        return None
    if case.standards.opened_at is None:
        raise refuse("decide.sealed", "the standards were not fixed and the scores not opened")
    if Role.SUSPECT not in person.roles:
        raise refuse(
            "decide.not_suspect",
            "an action is decided against a suspect; a removal of rights also at the own request of one at risk",
            hint="a protective suspension without fault is a freeze, not a case",
        )
    check_public_trace(case, person)
    unheard = person.outstanding(Before.DECISION)
    if unheard:
        raise refuse("people.duty_first", "duties towards a person come first", expected=", ".join(unheard))
    check_level(case, ground.level)
    return check_standard(case, person.id, ground.severity).without_association.items


def _close(case: "Case", fact: Fact, body: Body) -> "Case":
    if fact.by == SYSTEM and case.course.idle_since is None:
        raise refuse("close.not_idle", "the clock closes only what was idle and not renewed")
    owed = [name for person in case.people.values() for name in person.outstanding(Before.CLOSING)]
    if case.stage is Stage.DECIDED and owed:
        raise refuse("people.duty_first", "duties towards people are open", expected=", ".join(sorted(set(owed))))
    decision = case.course.decision
    if decision is not None and decision.outcome is Outcome.ACT and not case.course.plans:
        raise refuse(
            "close.no_plan",
            "it was decided to act, and no plan was made",
            hint="make the plan; or reopen the case, and decide that no action is taken",
        )
    course = replace(case.course, closed_at=fact.at, closed_why=body["why"], idle_since=None)
    return replace(case, stage=Stage.CLOSED, course=course)


def _reopen(case: "Case", fact: Fact, body: Body) -> "Case":
    course = case.course
    former = course.former if course.decision is None else (*course.former, course.decision)
    reopened = replace(course, decision=None, former=former, closed_at=None, closed_why="", idle_since=None)
    may_stay_open = any(each.counts for each in case.evidence.values()) or bool(case.findings)
    return replace(case, stage=Stage.OPEN if may_stay_open else Stage.TRIAGE, course=reopened)


def _fall_idle(case: "Case", fact: Fact, body: Body) -> "Case":
    if fact.at - case.last_at < timedelta(days=case.idle_days):
        raise refuse("idle.not_yet", "this case is not idle yet")
    return replace(case, course=replace(case.course, idle_since=fact.at))


def _renew(case: "Case", fact: Fact, body: Body) -> "Case":
    renewals = case.course.renewals | {(fact.at, body["why"])}
    return replace(case, course=replace(case.course, renewals=renewals, idle_since=None))


def _link_plan(case: "Case", fact: Fact, body: Body) -> "Case":
    if case.course.decision is None or case.course.decision.outcome is not Outcome.ACT:
        raise refuse("plan.no_decision", "only a decision to act leads to a plan")
    return replace(case, course=replace(case.course, plans=case.course.plans | {body["plan"]}))


def _destroy(case: "Case", fact: Fact, body: Body) -> "Case":
    if len(body["approved_by"]) < DESTROYERS:
        raise refuse("destroy.alone", "nobody destroys a case alone", expected=f"{DESTROYERS} custodians")
    if body["approved_by"] & set(case.writers):
        raise refuse("destroy.writer", "who wrote in a case does not destroy it")
    check_may_destroy(case, fact.at)
    return replace(case, stage=Stage.DESTROYED)


def check_may_destroy(case: "Case", now: datetime) -> None:
    """Return when the case is closed and the time for appeal is over.

    Raises CheckFailedError `case.destroy.not_closed` or `case.destroy.appeal_open`.
    """
    if case.stage is not Stage.CLOSED or case.course.closed_at is None:
        raise refuse("destroy.not_closed", "only a closed case is destroyed")
    if case.course.decision is not None and now - case.course.closed_at < timedelta(days=APPEAL_DAYS):
        raise refuse("destroy.appeal_open", f"evidence is kept for {APPEAL_DAYS} days after closing, for appeals")


def state_for_subject(case: "Case", account: str) -> str | None:
    """What a person of the case is told of it; None while that was not found safe, and for nobody of it."""
    for person in case.people.values():
        if same_account(person.account, account) and person.may_be_told:
            return coarse_state(case)
    return None


def coarse_state(case: "Case") -> str:
    """What a reporter is told of the case, and its subject when that is safe (4.11): no more than how far it is."""
    words: Mapping[Stage, str] = {
        Stage.TRIAGE: "received",
        Stage.OPEN: "being looked at",
        Stage.DECIDED: "decided",
        Stage.CLOSED: "closed",
        Stage.DESTROYED: "closed",
    }
    return words[case.stage]


def _decision(typed: Body) -> dict[str, Any]:
    """A form asks one severity, rule and level for all whom it names; the fact has a ground for each of them."""
    body = {"outcome": typed["outcome"], "reasons": typed["reasons"]}
    if typed["outcome"] != Outcome.ACT:
        return body
    same = {name: typed.get(name, "") for name in ("severity", "rule", "level")}
    return {**body, "grounds": [{"person": person, **same} for person in typed.get("persons", ())]}


_BOTH = (INVESTIGATOR, DECIDER)
_OUTCOME = {"outcome": OneOf("Outcome", kind=Outcome), "reasons": page("Reasons")}
_GROUND = {"person": Ident(), "severity": OneOf(kind=Severity), "rule": line(), "level": OneOf(kind=Level)}
FACTS = declared(
    kind(
        "taken up", _take_up, stages=frozenset({Stage.TRIAGE}), tab="overview", title="Take the case up",
        fields={"why": why()},
    ),
    kind(
        "decided", _decide, DECIDER, stages=frozenset({Stage.OPEN}), tab="decision", title="Decide the case",
        fields={**_OUTCOME, "grounds": Many(of=Record(fields=_GROUND), optional=True)},
        form={
            **_OUTCOME,
            "persons": Many("Against whom, for a decision to act", of=Thing(of=choices.people), optional=True),
            "severity": OneOf("Severity", kind=Severity, optional=True),
            "rule": line("Rule broken", optional=True),
            "level": OneOf("What is claimed", kind=Level, optional=True),
        },
        from_form=_decision,
    ),
    kind(
        "closed", _close, *_BOTH, CLOCK, stages=LIVE, tab="overview", title="Close the case", marks=WHEN_IDLE,
        fields={"why": page("Reasons")},
    ),
    kind(
        "reopened", _reopen, *_BOTH, stages=frozenset({Stage.DECIDED, Stage.CLOSED}), tab="overview",
        title="Reopen the case", fields={"why": page("Reasons")},
    ),
    kind("fell idle", _fall_idle, CLOCK, stages=WORKING, door="clocks/idle_cases"),
    kind(
        "renewed", _renew, *_BOTH, stages=WORKING, tab="overview", title="Renew the case", marks=WHEN_IDLE,
        fields={"why": why()},
    ),
    kind(
        "plan made", _link_plan, *_BOTH, stages=frozenset({Stage.DECIDED}), door="proposals/plan",
        fields={"plan": Text(most=SHORT)},
    ),
    kind(
        "destroyed", _destroy, CUSTODIAN, stages=frozenset({Stage.CLOSED}), door="proposals/case_destruction",
        fields={
            "why": line(), "approved_by": Many(of=Text(most=SHORT), least=1, as_set=True), "sha256": Sha256(),
        },
    ),
)  # fmt: skip
