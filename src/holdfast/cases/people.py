"""People of a case: suspect, witness, at risk, coerced, several at once, each role with its duties (2.11, D16)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from holdfast.accounts.names import same_account
from holdfast.cases import choices
from holdfast.cases._kind import (
    DECIDER,
    GATHERS,
    INVESTIGATOR,
    LEGAL,
    LIVE,
    Body,
    Stage,
    added,
    declared,
    kind,
    known,
    refuse,
)  # fmt: skip
from holdfast.facts import Fact
from holdfast.facts.fields import SHORT, Ident, Many, OneOf, Text, Thing, line, why

if TYPE_CHECKING:
    from holdfast.cases.case import Case


class Role(StrEnum):
    """What a person is in a case. At risk and coerced are no guilt."""

    SUSPECT = "suspect"
    WITNESS = "witness"
    AT_RISK = "at_risk"
    """Open to pressure or extortion."""
    COERCED = "coerced"
    """Under pressure already."""


class Before(StrEnum):
    """What may not happen until a duty is done."""

    PUBLIC_TRACE = "public_trace"
    """Any act, message or text that others can see and that touches the person."""
    DECISION = "decision"
    CLOSING = "closing"


@dataclass(frozen=True, kw_only=True)
class Duty:
    """Something that is owed to a person because of a role."""

    text: str
    before: Before
    may_wait: bool = False
    """It may be deferred with a reason, where telling the person would put somebody in danger."""


DUTIES: Mapping[Role, Mapping[str, Duty]] = {
    Role.COERCED: {
        "safe-contact": Duty(text="Reach the person by a safe channel.", before=Before.PUBLIC_TRACE),
        "counsel-offered": Duty(text="Offer counsel.", before=Before.PUBLIC_TRACE),
        "exposure-check": Duty(text="Check what outsiders can learn.", before=Before.PUBLIC_TRACE),
        "own-request-offered": Duty(
            text="Ask whether a removal shall be recorded as their own request.", before=Before.PUBLIC_TRACE
        ),
    },
    Role.AT_RISK: {
        "safe-contact": Duty(text="Reach the person by a safe channel.", before=Before.PUBLIC_TRACE),
        "exposure-check": Duty(text="Check what outsiders can learn.", before=Before.PUBLIC_TRACE),
    },
    Role.SUSPECT: {
        "heard": Duty(text="Hear the person's own account.", before=Before.DECISION, may_wait=True),
        "counsel-offered": Duty(text="Offer counsel.", before=Before.DECISION, may_wait=True),
        "hardship-asked": Duty(text="Ask what hardship an action would bring.", before=Before.CLOSING),
    },
    Role.WITNESS: {
        "identity-guarded": Duty(text="Agree what may be said of them.", before=Before.DECISION),
        "retaliation-watch": Duty(text="Watch for retaliation.", before=Before.CLOSING),
    },
}
"""What is owed to whom, and before what. A duty that two roles owe is owed at the earlier time, without delay."""


class How(StrEnum):
    """How a duty ended."""

    DONE = "done"
    DECLINED = "declined"
    """The person was offered it and did not want it."""
    DEFERRED = "deferred"


@dataclass(frozen=True, kw_only=True)
class Done:
    """A duty that was done, declined or deferred."""

    how: How
    note: str


@dataclass(frozen=True, kw_only=True)
class Person:
    """One person of the case, by their account; no name, address or employer has a field here."""

    id: str
    account: str
    roles: frozenset[Role]
    wikis: frozenset[str] = frozenset()
    done: Mapping[str, Done] = field(default_factory=dict)
    may_be_told: str = ""
    """Why it is safe that they learn how far the case is; empty while they are told nothing."""
    own_request: str = ""
    """When they wish that a removal be recorded as their own request: how they said so."""

    def duties(self) -> dict[str, Duty]:
        """All that is owed to them, by name, under all their roles."""
        order = list(Before)
        owed: dict[str, Duty] = {}
        for role in sorted(self.roles):
            for name, duty in DUTIES[role].items():
                if name not in owed or order.index(duty.before) < order.index(owed[name].before):
                    owed[name] = duty
        return owed

    def outstanding(self, before: Before) -> tuple[str, ...]:
        """Duties that must be done before this, and are not; a duty for an earlier time is one for a later, too."""
        order = list(Before)
        return tuple(
            name
            for name, duty in sorted(self.duties().items())
            if order.index(duty.before) <= order.index(before) and not self._is_met(name, duty)
        )

    def _is_met(self, name: str, duty: Duty) -> bool:
        done = self.done.get(name)
        return done is not None and (done.how is not How.DEFERRED or duty.may_wait)


def check_public_trace(case: "Case", person: Person) -> None:
    """Return when nothing that is owed to this person before any public trace is still open (D16).

    Raises CheckFailedError `case.people.duty_first`, naming the duties and not the person.
    """
    open_duties = person.outstanding(Before.PUBLIC_TRACE)
    if open_duties:
        raise refuse(
            "people.duty_first",
            "a person of this case is owed care before anything becomes visible",
            expected=", ".join(open_duties),
            hint=f"do it, or record that the person declined (person {person.id} of the case)",
        )


def check_is_new(case: "Case", account: str) -> None:
    """Return when no person of the case has this account, however it is spelt.

    Asked when a fact is written, not when it is read: cases written before hold what they hold. Raises
    CheckFailedError `case.people.twice`.
    """
    if any(same_account(each.account, account) for each in case.people.values()):
        raise refuse("people.twice", "this account is a person of the case already", hint="change its roles")


def _add(case: "Case", fact: Fact, body: Body) -> "Case":
    if any(each.account == body["account"] for each in case.people.values()):
        raise refuse("people.twice", "this account is a person of the case already", hint="change its roles")
    return replace(case, people=added(case.people, body["id"], Person(**body)))


def _change_roles(case: "Case", fact: Fact, body: Body) -> "Case":
    person = replace(known(case.people, body["id"], "person"), roles=body["roles"])
    return replace(case, people={**case.people, person.id: person})


def _do_duty(case: "Case", fact: Fact, body: Body) -> "Case":
    person = known(case.people, body["id"], "person")
    duty = known(person.duties(), body["duty"], "duty towards this person")
    if body["how"] is How.DEFERRED and not duty.may_wait:
        raise refuse("people.cannot_wait", "this duty of care cannot be deferred", hint="do it first")
    done = {**person.done, body["duty"]: Done(how=body["how"], note=body["note"])}
    return replace(case, people={**case.people, person.id: replace(person, done=done)})


def _tell(case: "Case", fact: Fact, body: Body) -> "Case":
    person = replace(known(case.people, body["id"], "person"), may_be_told=body["why"])
    return replace(case, people={**case.people, person.id: person})


def _own_request(case: "Case", fact: Fact, body: Body) -> "Case":
    person = known(case.people, body["id"], "person")
    if not person.roles & {Role.COERCED, Role.AT_RISK}:
        raise refuse(
            "people.own_request",
            "a removal is recorded as the person's own request for people who are at risk or coerced",
            hint="record the role first, if it is so",
        )
    return replace(case, people={**case.people, person.id: replace(person, own_request=body["how"])})


_PERSON = Thing("Person", of=choices.people)
_ROLES = Many("Roles", of=OneOf(kind=Role), least=1, as_set=True)
FACTS = declared(
    kind(
        "person added", _add, tab="people", title="Add a person", prefix="p", marks=GATHERS,
        fields={
            "id": Ident(),
            "account": line("Account on the wiki", help="Never a real name, an address or an employer."),
            "roles": _ROLES, "wikis": Many(of=Text(most=SHORT), as_set=True, optional=True),
        },
    ),
    kind(
        "roles changed", _change_roles, stages=LIVE, tab="people", title="Change a person's roles", marks=GATHERS,
        fields={"id": _PERSON, "roles": _ROLES, "why": why()},
    ),
    kind(
        "duty done", _do_duty, INVESTIGATOR, DECIDER, LEGAL, stages=LIVE, tab="people", title="Record a duty",
        fields={
            "id": _PERSON, "duty": Thing("Duty", of=choices.duties), "how": OneOf("How it ended", kind=How),
            "note": line("Note"),
        },
    ),
    kind(
        "own request", _own_request, INVESTIGATOR, LEGAL, stages=LIVE, tab="people",
        title="Record a removal as the person's own request", fields={"id": _PERSON, "how": line("How they said so")},
    ),
    kind(
        "may be told", _tell, INVESTIGATOR, DECIDER, LEGAL, stages=LIVE | {Stage.CLOSED}, tab="people",
        title="Let a person learn how far the case is", fields={"id": _PERSON, "why": line("Why it is safe")},
    ),
)  # fmt: skip
