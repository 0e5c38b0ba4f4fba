"""The rules on non-public rights as typed calls: may this person hold or use this right here, and by which rule."""

from datetime import datetime
from typing import Any, NamedTuple

from holdfast.access.exposure.lookups import is_reason
from holdfast.access.register.person import Person
from holdfast.access.register.register import Register
from holdfast.access.rules.engine import Decision, Entity, PolicySet, Request
from holdfast.ids import WikiName

HOLD, LOOK_UP = "hold", "look_up"
_BEFORE, _NOW, AFTER = -1, 0, 1


class PersonFacts(NamedTuple):
    """All that the rules read of a person. Moments are -1 (before), 0 (now) or 1 (after): see `engine`."""

    agreement: tuple[str, int, int] | None
    jurisdiction: str | None
    domicile_known: bool
    exempt_rights: frozenset[str]
    exempt_domicile: bool
    suspended: bool
    account_gone: bool


class RightFacts(NamedTuple):
    """All that the rules read of one right on one wiki, as this person has it."""

    name: str
    granted: bool
    begins: int
    ends: int
    frozen: bool


class DayFacts(NamedTuple):
    """All that the rules read of the day."""

    current_versions: frozenset[str]
    restricted: frozenset[str]
    blocking: frozenset[str]
    reason_given: bool


def person_facts(person: Person, at: datetime) -> PersonFacts:
    """What the rules read of a person at a moment."""
    agreement = person.agreement_at(at)
    place = person.jurisdiction
    exempt = person.exempt_from(at)
    return PersonFacts(
        agreement=(agreement.version, _side(agreement.begins, at), _side(agreement.ends, at)) if agreement else None,
        jurisdiction=place.name if place else None,
        domicile_known=place.domicile_known if place else False,
        exempt_rights=exempt,
        exempt_domicile=person.is_domicile_exempt(at),
        suspended=person.is_suspended_at(at),
        account_gone=person.gone_at is not None and person.gone_at <= at,
    )


def right_facts(person: Person, wiki: WikiName, right: str, at: datetime) -> RightFacts:
    """What the rules read of a right on a wiki. A grant that was taken back ended when it was taken back."""
    grant = person.grant_at(wiki, right, at)
    if grant is None:
        return RightFacts(name=right, granted=False, begins=AFTER, ends=_BEFORE, frozen=False)
    ends = min((each for each in (grant.ends, grant.ended) if each), default=None)
    return RightFacts(
        name=right,
        granted=True,
        begins=_side(grant.begins, at),
        ends=_side(ends, at),
        frozen=bool(person.held_by(wiki, right, at)),
    )


def day_facts(
    register: Register, person: Person, right: str, at: datetime, *, reason_given: bool = False
) -> DayFacts:
    """What the rules read of the day, for this person and right."""
    return DayFacts(
        current_versions=register.book.current_versions,
        restricted=register.restricted_for(person, right, at),
        blocking=register.book.blocking,
        reason_given=reason_given,
    )


def narrowed(person: PersonFacts, right: RightFacts, day: DayFacts) -> tuple[PersonFacts, RightFacts, DayFacts]:
    """The same question with only those names left in it that can matter for this person and right.

    Rules ask whether a name of the person is in a set of the day, never which name it is; so people of thirty
    jurisdictions, none of them restricted, ask one question. A test holds the answers against the whole question.
    """
    names = frozenset({person.jurisdiction}) if person.jurisdiction else day.restricted | day.blocking
    restricted, blocking = day.restricted & names, day.blocking & names
    version = frozenset({person.agreement[0]}) & day.current_versions if person.agreement else frozenset()
    concerns_jurisdiction = restricted or blocking
    agreement = person.agreement and ("" if not version else person.agreement[0], *person.agreement[1:])
    return (
        person._replace(
            jurisdiction=person.jurisdiction if concerns_jurisdiction or not person.jurisdiction else "elsewhere",
            agreement=agreement,
            exempt_rights=person.exempt_rights & {right.name},
        ),
        right,
        DayFacts(version, restricted, blocking, day.reason_given),
    )


def request_of(person: PersonFacts, right: RightFacts, day: DayFacts, action: str = HOLD) -> Request:
    """The question to Cedar. It is made of these facts and nothing else, so equal facts have equal answers."""
    facts: dict[str, Any] = {
        "domicile_known": person.domicile_known,
        "exempt_rights": person.exempt_rights,
        "exempt_domicile": person.exempt_domicile,
        "suspended": person.suspended,
        "account_gone": person.account_gone,
    }
    if person.agreement is not None:
        version, begins, ends = person.agreement
        facts["agreement"] = {"version": version, "from": begins, "until": ends}
    if person.jurisdiction is not None:
        facts["jurisdiction"] = person.jurisdiction
    return Request(
        principal=Entity(type="Person", id="somebody", facts=facts),
        action=action,
        resource=Entity(
            type="Right",
            id="something",
            facts={
                "name": right.name,
                "granted": right.granted,
                "from": right.begins,
                "until": right.ends,
                "frozen": right.frozen,
            },
        ),
        context={
            "now": _NOW,
            "current_versions": day.current_versions,
            "restricted": day.restricted,
            "blocking": day.blocking,
            "reason_given": day.reason_given,
        },
    )


def may_hold(
    policies: PolicySet, register: Register, person: Person, wiki: WikiName, right: str, *, at: datetime
) -> Decision:
    """May this person hold this right on this wiki at this moment, and by which rules?"""
    day = day_facts(register, person, right, at)
    request = request_of(person_facts(person, at), right_facts(person, wiki, right, at), day)
    return policies.decide_many([request])[0]


def may_look_up(
    policies: PolicySet, register: Register, person: Person, wiki: WikiName, right: str, *, at: datetime, reason: str
) -> Decision:
    """May this person use the right now, with this reason in words? A reason that says nothing is refused (1.8)."""
    day = day_facts(register, person, right, at, reason_given=is_reason(reason))
    request = request_of(person_facts(person, at), right_facts(person, wiki, right, at), day, LOOK_UP)
    return policies.decide_many([request])[0]


def _side(moment: datetime | None, at: datetime) -> int:
    """Before, at or after; no moment is an end that never comes."""
    return AFTER if moment is None else (moment > at) - (moment < at)
