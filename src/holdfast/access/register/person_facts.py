"""What the facts about a person come to: the fold from a stream to a `Person`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from holdfast.access.register.moments import moment, moment_or_none
from holdfast.access.register.person import Agreement, Exemption, Grant, Hold, Jurisdiction, Person, WikiAccount
from holdfast.accounts.names import account_as_compared, kept_name, same_account
from holdfast.errors import InputRefusedError
from holdfast.facts import SYSTEM, Fact, MemberId, StreamId
from holdfast.ids import WikiName

ENDED_BY_A_CLOCK = "two holders or none"
"""The reason in facts that the clock of single holders wrote before it only flagged."""
_Change = Callable[[Person, Fact, Mapping[str, Any]], Person]


def fold(stream: StreamId, facts: Iterable[Fact]) -> Person:
    """What the facts of one stream come to.

    Raises InputRefusedError `access.person.fact` for a stream that does not begin with `person added`, and for
    a type of fact that is not known: what is not understood is not passed over.
    """
    person: Person | None = None
    for fact in facts:
        if person is None:
            if fact.type != "person added":
                raise _odd(stream, fact, "the first fact is not `person added`")
            person = Person(
                id=stream,
                account=kept_name(fact.body["account"]),
                wiki_accounts={},
                language=str(fact.body.get("language", "")),
            )
            continue
        person = apply(person, fact)
    if person is None:
        raise InputRefusedError("access.person.fact", "there is no fact about this person", place=str(stream))
    return person


def apply(person: Person, fact: Fact) -> Person:
    """The person after one more fact. Raises InputRefusedError `access.person.fact` for a type that is not known."""
    change = _CHANGES.get(fact.type)
    if change is None:
        raise _odd(person.id, fact, "this type of fact is not known")
    return change(person, fact, fact.body)


def _odd(stream: StreamId, fact: Fact, what: str) -> InputRefusedError:
    return InputRefusedError(
        "access.person.fact", what, got=fact.type, place=str(stream), hint="a newer Holdfast may have written it"
    )


def _linked(person: Person, fact: Fact, body: Mapping[str, Any]) -> Person:
    account = WikiAccount(name=kept_name(body["name"]), user_id=body.get("user_id"))
    return replace(person, wiki_accounts={**person.wiki_accounts, WikiName(body["wiki"]): account})


def _renamed(person: Person, fact: Fact, body: Mapping[str, Any]) -> Person:
    """On one wiki, or (without a wiki) wherever the old name stands. The old name is kept."""
    old, new, wiki = kept_name(body["from"]), kept_name(body["to"]), body.get("wiki")
    accounts = {
        place: replace(each, name=new)
        if place == wiki or (wiki is None and account_as_compared(each.name) == account_as_compared(old))
        else each
        for place, each in person.wiki_accounts.items()
    }
    places = {each.wiki for each in person.grants} | accounts.keys()
    is_main = same_account(person.account, old) and (wiki is None or places <= {wiki})
    if wiki is not None and wiki not in accounts:
        accounts[WikiName(wiki)] = WikiAccount(name=new)
    return replace(
        person,
        account=new if is_main else person.account,
        former=(*person.former, old),
        wiki_accounts=accounts,
    )


def _formerly(person: Person, fact: Fact, body: Mapping[str, Any]) -> Person:
    return replace(person, former=(*person.former, kept_name(body["name"])))


def _vanished(person: Person, fact: Fact, body: Mapping[str, Any]) -> Person:
    return replace(person, gone_at=moment(body["at"]), gone_recorded=fact.at)


def _granted(person: Person, fact: Fact, body: Mapping[str, Any]) -> Person:
    grant = Grant(
        wiki=WikiName(body["wiki"]),
        right=body["right"],
        group=body["group"],
        begins=moment(body["begins"]),
        ends=moment_or_none(body["ends"]),
        ends_on_wiki=bool(body.get("ends_on_wiki", False)),
        recorded=fact.at,
    )
    return replace(person, grants=(*person.grants, grant))


def _grant_ended(person: Person, fact: Fact, body: Mapping[str, Any]) -> Person:
    """People said that it is over; also of a grant past its date. What the clock of an earlier Holdfast wrote ends
    nothing: it counted from a day on which nobody here knew of the grant, and took nothing away on the wiki."""
    if fact.by == SYSTEM and body["why"] == ENDED_BY_A_CLOCK:
        return person
    at = moment(body["at"])
    key = (body["wiki"], body["right"])
    grants = tuple(
        replace(each, ended=at, why_ended=body["why"], end_recorded=fact.at)
        if each.key == key and each.may_stand_at(at)
        else each
        for each in person.grants
    )
    return replace(person, grants=grants)


def _signed(person: Person, fact: Fact, body: Mapping[str, Any]) -> Person:
    signed = Agreement(version=body["version"], begins=moment(body["begins"]), ends=moment_or_none(body["ends"]))
    return replace(person, agreements=(*person.agreements, signed))


def _agreement_ended(person: Person, fact: Fact, body: Mapping[str, Any]) -> Person:
    at = moment(body["at"])
    agreements = tuple(
        replace(each, ends=at) if each.ends is None or each.ends > at else each for each in person.agreements
    )
    return replace(person, agreements=agreements)


def _placed(person: Person, fact: Fact, body: Mapping[str, Any]) -> Person:
    place = Jurisdiction(
        name=body["name"],
        source=body["source"],
        recorded_on=body["recorded_on"],
        domicile_known=body["domicile_known"],
    )
    return replace(person, jurisdictions=(*person.jurisdictions, place))


def _exempted(person: Person, fact: Fact, body: Mapping[str, Any]) -> Person:
    exemption = Exemption(
        id=body["id"],
        what=body["what"],
        begins=moment(body["begins"]),
        ends=moment_or_none(body["ends"]),
        author=body["author"],
        reason_code=body["reason_code"],
    )
    return replace(person, exemptions=(*person.exemptions, exemption))


def _exemption_ended(person: Person, fact: Fact, body: Mapping[str, Any]) -> Person:
    at = moment(body["at"])
    exemptions = tuple(replace(each, ends=at) if each.id == body["id"] else each for each in person.exemptions)
    return replace(person, exemptions=exemptions)


def _frozen(person: Person, fact: Fact, body: Mapping[str, Any]) -> Person:
    hold = Hold(
        freeze=body["freeze"],
        wiki=WikiName(body["wiki"]),
        right=body["right"],
        begins=fact.at,
        before=dict(body["before"]),
    )
    return replace(person, holds=(*person.holds, hold))


def _released(person: Person, fact: Fact, body: Mapping[str, Any]) -> Person:
    """A freeze lets go: of one right on one wiki."""
    holds = tuple(
        replace(each, ends=fact.at)
        if (each.freeze, each.wiki, each.right) == (body["freeze"], body["wiki"], body["right"]) and each.ends is None
        else each
        for each in person.holds
    )
    return replace(person, holds=holds)


def _seen(person: Person, fact: Fact, body: Mapping[str, Any]) -> Person:
    """What a wiki showed when it could be read at last: what a freeze puts back."""
    holds = tuple(
        replace(each, before=dict(body["before"]))
        if (each.freeze, each.wiki, each.right) == (body["freeze"], body["wiki"], body["right"])
        else each
        for each in person.holds
    )
    return replace(person, holds=holds)


def _suspended(person: Person, fact: Fact, body: Mapping[str, Any]) -> Person:
    return replace(person, suspended_at=(*person.suspended_at, (fact.at, None)))


def _resumed(person: Person, fact: Fact, body: Mapping[str, Any]) -> Person:
    periods = tuple((begin, fact.at if end is None else end) for begin, end in person.suspended_at)
    return replace(person, suspended_at=periods)


def _is_member(person: Person, fact: Fact, body: Mapping[str, Any]) -> Person:
    return replace(person, members=person.members | {MemberId(body["member"])})


_CHANGES: Mapping[str, _Change] = {
    "account linked": _linked,
    "account renamed": _renamed,
    "account formerly": _formerly,
    "account gone": _vanished,
    "right granted": _granted,
    "right ended": _grant_ended,
    "agreement signed": _signed,
    "agreement ended": _agreement_ended,
    "jurisdiction recorded": _placed,
    "exemption given": _exempted,
    "exemption ended": _exemption_ended,
    "right frozen": _frozen,
    "right released": _released,
    "right seen": _seen,
    "access suspended": _suspended,
    "access resumed": _resumed,
    "member linked": _is_member,
}
