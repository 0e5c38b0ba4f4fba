"""What a freeze lets go of: put back exactly what was removed, unless something else stands against it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from holdfast.access.register.moments import INFINITY, moment
from holdfast.access.register.person import Hold, Person
from holdfast.access.register.person_facts import PERSON
from holdfast.access.register.register import Register
from holdfast.access.rules.engine import PolicySet
from holdfast.access.rules.nonpublic_rules import may_hold
from holdfast.accounts.names import AccountName
from holdfast.facts import Fact, MemberId, StreamId
from holdfast.ids import WikiName

EXPIRED = "expired_meanwhile"
STILL_HELD = "another_freeze_stands"
WAS_NOT_THERE = "was_not_there_before"


@dataclass(frozen=True, kw_only=True)
class PutBack:
    """One right to be put back on a wiki, as it was."""

    person: StreamId
    wiki: WikiName
    account: AccountName
    right: str
    groups: Mapping[str, str]
    """Each group with the end that it had; the group without a name is given back by hand."""


@dataclass(frozen=True, kw_only=True)
class NotPutBack:
    """One right that stays away though this freeze let go of it, and why: names of rules, or a word from above."""

    person: StreamId
    wiki: WikiName
    right: str
    why: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Release:
    """What letting go comes to: the facts, what is put back on wikis, and what is not."""

    facts: tuple[Fact, ...]
    put_back: tuple[PutBack, ...]
    not_put_back: tuple[NotPutBack, ...]


def release(
    policies: PolicySet, register: Register, person: Person, *, freeze: StreamId, at: datetime, by: MemberId
) -> Release:
    """Let go of everything that one freeze holds of one person.

    A right that another freeze holds stays away until that one lets go too, and then comes back as it was before
    the first of them. An end that has passed meanwhile is not revived, and nothing is put back that the rules refuse
    on another ground, such as an agreement that has ended.
    """
    mine = [hold for hold in person.holds if hold.freeze == freeze.id and hold.stands_at(at)]
    facts = [
        PERSON.fact(
            "right released",
            at=at,
            by=by,
            body={"freeze": freeze.id, "wiki": hold.wiki, "right": hold.right},
        )
        for hold in mine
    ]
    after = person
    for fact in facts:
        after = PERSON.append(after, fact)
    found = [_judge(policies, register, after, hold, at) for hold in mine]
    return Release(
        facts=tuple(facts),
        put_back=tuple(each for each in found if isinstance(each, PutBack)),
        not_put_back=tuple(each for each in found if isinstance(each, NotPutBack)),
    )


def _judge(policies: PolicySet, register: Register, after: Person, hold: Hold, at: datetime) -> PutBack | NotPutBack:
    why: tuple[str, ...] = ()
    living = {group: end for group, end in hold.before.items() if end == INFINITY or moment(end) > at}
    if after.held_by(hold.wiki, hold.right, at):
        why = (STILL_HELD,)
    elif not hold.before:
        why = (WAS_NOT_THERE,)
    elif not living:
        why = (EXPIRED,)
    else:
        decision = may_hold(policies, register, after, hold.wiki, hold.right, at=at)
        why = () if decision.allowed else decision.rules
    if why:
        return NotPutBack(person=after.id, wiki=hold.wiki, right=hold.right, why=why)
    return PutBack(
        person=after.id,
        wiki=hold.wiki,
        account=after.account_on(hold.wiki),
        right=hold.right,
        groups=living,
    )
