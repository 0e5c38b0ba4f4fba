"""What a freeze lets go of: put back exactly what was removed, unless something else stands against it."""

from dataclasses import dataclass
from datetime import datetime

from holdfast.access.engine import PolicySet
from holdfast.access.moments import INFINITY, moment
from holdfast.access.nonpublic_rules import may_hold
from holdfast.access.person import Hold, Person
from holdfast.access.person_facts import apply
from holdfast.access.register import Register
from holdfast.facts import Fact, MemberId, StreamId
from holdfast.ids import AccountName, WikiName

EXPIRED = "expired_meanwhile"
STILL_HELD = "another_freeze_stands"


@dataclass(frozen=True, kw_only=True)
class PutBack:
    """One membership to be put back, as it was: the group and the end it had."""

    person: StreamId
    wiki: WikiName
    account: AccountName
    right: str
    group: str
    expiry: str


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
        Fact(
            type="right released",
            at=at,
            by=by,
            body={"freeze": freeze.id, "wiki": hold.wiki, "right": hold.right},
        )
        for hold in mine
    ]
    after = person
    for fact in facts:
        after = apply(after, fact)
    found = [_judge(policies, register, after, hold, at) for hold in mine]
    return Release(
        facts=tuple(facts),
        put_back=tuple(each for each in found if isinstance(each, PutBack)),
        not_put_back=tuple(each for each in found if isinstance(each, NotPutBack)),
    )


def _judge(policies: PolicySet, register: Register, after: Person, hold: Hold, at: datetime) -> PutBack | NotPutBack:
    why: tuple[str, ...] = ()
    if after.held_by(hold.wiki, hold.right, at):
        why = (STILL_HELD,)
    elif hold.expiry_before != INFINITY and moment(hold.expiry_before) <= at:
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
        group=hold.group,
        expiry=hold.expiry_before,
    )
