"""How near an office is to a state in which no two people can act any more, and which part of it is there already.

The database knows that a passkey was enrolled, not that it still lies in a drawer: what is counted here is the most
that can be. `way_back` is the road out once nobody can let anybody in.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from holdfast.approval.people import same_person
from holdfast.crypto.master_key import SHARES_MADE, SHARES_NEEDED
from holdfast.facts import MemberId
from holdfast.store.office import members as store
from holdfast.workflows.office.master_keys import shares_known
from holdfast.workflows.office.members import GUARDIANS, is_founding
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.propose import approvers, kinds

OPERATOR = "operator"


class Loss(StrEnum):
    """How bad it is."""

    SHUT = "shut"
    """What is named cannot be done now."""
    NEXT = "one loss"
    """One more lost passkey, suspension or share shuts it."""


@dataclass(frozen=True, kw_only=True)
class Weakness:
    """One thing that too few people can do: ids and roles, no names."""

    loss: Loss
    text: str


def weaknesses(office: Office) -> tuple[Weakness, ...]:
    """All of them, what is shut first."""
    found = (*of_members(store.all_members(), people_of(office), founding=is_founding()), *_of_shares(office))
    return tuple(sorted(found, key=lambda each: each.loss is not Loss.SHUT))


def people_of(office: Office) -> Mapping[MemberId, frozenset[MemberId]]:
    """Each member with all accounts of the same person."""
    everyone = approvers(office)
    return {each.member: same_person(each.member, everyone) for each in everyone}


def after_change(office: Office, member: str, *, roles: Iterable[str] | None) -> tuple[Weakness, ...]:
    """What would be newly weak if a member had other roles, or (None) were suspended."""
    people, founding, records = people_of(office), is_founding(), store.all_members()
    after = [
        each
        if each.member != member
        else replace(each, active=False)
        if roles is None
        else replace(each, roles=frozenset(roles))
        for each in records
    ]
    before = of_members(records, people, founding=founding)
    return tuple(each for each in of_members(after, people, founding=founding) if each not in before)


def of_members(
    records: Sequence[store.MemberRecord], people: Mapping[MemberId, frozenset[MemberId]], *, founding: bool
) -> tuple[Weakness, ...]:
    """What the members' list shows. `people`: each member with all accounts of the same person."""
    ready = [each for each in records if each.active and each.passkeys and not each.suspended_at]
    found = _of_operators([each.member for each in ready if OPERATOR in each.roles])
    if not founding:
        found += _of_guardians(_persons((each.member for each in ready if each.roles & GUARDIANS), people))
    found += _of_kinds(records, ready, people)
    lone = [each.member for each in ready if each.passkeys == 1]
    if lone:
        text = f"{', '.join(lone)}: one passkey alone; let each enrol a second one, and keep it elsewhere"
        found.append(Weakness(loss=Loss.NEXT, text=text))
    return tuple(found)


def _persons(members: Iterable[MemberId], people: Mapping[MemberId, frozenset[MemberId]]) -> int:
    """How many different people these members are."""
    return len({min(people.get(each, frozenset({each}))) for each in members})


def _of_operators(operators: Sequence[MemberId]) -> list[Weakness]:
    if not operators:
        text = "no operator can sign in: nobody can propose a change of members; holdfast office way-back"
        return [Weakness(loss=Loss.SHUT, text=text)]
    if len(operators) == 1:
        text = f"one operator ({operators[0]}): invite a second one"
        return [Weakness(loss=Loss.NEXT, text=text)]
    return []


def _of_guardians(count: int) -> list[Weakness]:
    if count < 2:
        text = "fewer than two guardians can sign: no change of members is possible; holdfast office way-back"
        return [Weakness(loss=Loss.SHUT, text=text)]
    if count == 2:
        text = "two guardians (custodian, legal, auditor): when one loses the passkey, nobody can let them in again"
        return [Weakness(loss=Loss.NEXT, text=f"{text}; invite a third one")]
    return []


def _of_kinds(
    records: Sequence[store.MemberRecord],
    ready: Sequence[store.MemberRecord],
    people: Mapping[MemberId, frozenset[MemberId]],
) -> list[Weakness]:
    """Every other thing that people sign, where somebody was appointed for it."""
    titles: dict[tuple[frozenset[str], int], list[str]] = {}
    for kind in kinds().values():
        if kind.roles != GUARDIANS:  # those are counted above
            titles.setdefault((kind.roles, kind.needed), []).append(kind.title)
    found = []
    for (roles, needed), named in sorted(titles.items(), key=lambda each: each[1]):
        count = _persons((each.member for each in ready if each.roles & roles), people)
        if count > needed or not any(each.roles & roles for each in records):
            continue
        loss = Loss.SHUT if count < needed else Loss.NEXT
        who = " or ".join(sorted(each.replace("_", " ") for each in roles))
        found.append(Weakness(loss=loss, text=f"{', '.join(named)}: {count} can sign ({who}), {needed} must"))
    return found


def _of_shares(office: Office) -> list[Weakness]:
    known = shares_known(office)
    if known is None:
        text = "no split of this master key is on record: no way back, and no key if its file is lost"
        return [Weakness(loss=Loss.NEXT, text=f"{text}; holdfast office keys split")]
    if len(known) <= SHARES_NEEDED:
        text = f"{len(known)} of {SHARES_MADE} shares are acknowledged by their keepers, {SHARES_NEEDED} are needed"
        return [Weakness(loss=Loss.NEXT, text=f"{text}; holdfast office keys acknowledge")]
    return []
