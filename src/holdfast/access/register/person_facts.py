"""What the facts about a person come to: the fold from a stream to a `Person`."""

from collections.abc import Iterable
from dataclasses import replace

from holdfast.access.register.person import Agreement, Exemption, Grant, Hold, Jurisdiction, Person, WikiAccount
from holdfast.access.rules.roles import Role
from holdfast.accounts.names import account_as_compared, kept_name, same_account
from holdfast.facts import SYSTEM, Fact, MemberId, StreamId
from holdfast.facts.fields import Flag, Kept, Maybe, Moment, Table, Whole
from holdfast.facts.kinds import NOBODY, TWO, Body, Book, FactKind, declared
from holdfast.ids import WikiName

ENDED_BY_A_CLOCK = "two holders or none"
"""The reason in facts that the clock of single holders wrote before it only flagged."""


def fold(stream: StreamId, facts: Iterable[Fact]) -> Person:
    """What the facts of one stream come to.

    Raises InputRefusedError `access.person.fact` for a stream that does not begin with `person added`, and for
    a type of fact that is not known: what is not understood is not passed over.
    """
    return PERSON.fold(facts, stream)


def _added(stream: StreamId, fact: Fact, body: Body) -> Person:
    return Person(id=stream, account=kept_name(body["account"]), wiki_accounts={}, language=body.get("language", ""))


def _linked(person: Person, fact: Fact, body: Body) -> Person:
    account = WikiAccount(name=kept_name(body["name"]), user_id=body.get("user_id"))
    return replace(person, wiki_accounts={**person.wiki_accounts, WikiName(body["wiki"]): account})


def _renamed(person: Person, fact: Fact, body: Body) -> Person:
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


def _formerly(person: Person, fact: Fact, body: Body) -> Person:
    return replace(person, former=(*person.former, kept_name(body["name"])))


def _vanished(person: Person, fact: Fact, body: Body) -> Person:
    return replace(person, gone_at=body["at"], gone_recorded=fact.at)


def _granted(person: Person, fact: Fact, body: Body) -> Person:
    grant = Grant(
        wiki=WikiName(body["wiki"]),
        right=body["right"],
        group=body["group"],
        begins=body["begins"],
        ends=body["ends"],
        ends_on_wiki=body.get("ends_on_wiki", False),
        recorded=fact.at,
    )
    return replace(person, grants=(*person.grants, grant))


def _grant_ended(person: Person, fact: Fact, body: Body) -> Person:
    """People said that it is over; also of a grant past its date. What the clock of an earlier Holdfast wrote ends
    nothing: it counted from a day on which nobody here knew of the grant, and took nothing away on the wiki."""
    if fact.by == SYSTEM and body["why"] == ENDED_BY_A_CLOCK:
        return person
    at = body["at"]
    key = (body["wiki"], body["right"])
    grants = tuple(
        replace(each, ended=at, why_ended=body["why"], end_recorded=fact.at)
        if each.key == key and each.may_stand_at(at)
        else each
        for each in person.grants
    )
    return replace(person, grants=grants)


def _signed(person: Person, fact: Fact, body: Body) -> Person:
    return replace(person, agreements=(*person.agreements, Agreement(**body)))


def _agreement_ended(person: Person, fact: Fact, body: Body) -> Person:
    at = body["at"]
    agreements = tuple(
        replace(each, ends=at) if each.ends is None or each.ends > at else each for each in person.agreements
    )
    return replace(person, agreements=agreements)


def _placed(person: Person, fact: Fact, body: Body) -> Person:
    return replace(person, jurisdictions=(*person.jurisdictions, Jurisdiction(**body)))


def _exempted(person: Person, fact: Fact, body: Body) -> Person:
    return replace(person, exemptions=(*person.exemptions, Exemption(**body)))


def _exemption_ended(person: Person, fact: Fact, body: Body) -> Person:
    at = body["at"]
    exemptions = tuple(replace(each, ends=at) if each.id == body["id"] else each for each in person.exemptions)
    return replace(person, exemptions=exemptions)


def _frozen(person: Person, fact: Fact, body: Body) -> Person:
    hold = Hold(
        freeze=body["freeze"],
        wiki=WikiName(body["wiki"]),
        right=body["right"],
        begins=fact.at,
        before=dict(body["before"]),
    )
    return replace(person, holds=(*person.holds, hold))


def _released(person: Person, fact: Fact, body: Body) -> Person:
    """A freeze lets go: of one right on one wiki."""
    holds = tuple(
        replace(each, ends=fact.at)
        if (each.freeze, each.wiki, each.right) == (body["freeze"], body["wiki"], body["right"]) and each.ends is None
        else each
        for each in person.holds
    )
    return replace(person, holds=holds)


def _seen(person: Person, fact: Fact, body: Body) -> Person:
    """What a wiki showed when it could be read at last: what a freeze puts back."""
    holds = tuple(
        replace(each, before=dict(body["before"]))
        if (each.freeze, each.wiki, each.right) == (body["freeze"], body["wiki"], body["right"])
        else each
        for each in person.holds
    )
    return replace(person, holds=holds)


def _suspended(person: Person, fact: Fact, body: Body) -> Person:
    return replace(person, suspended_at=(*person.suspended_at, (fact.at, None)))


def _resumed(person: Person, fact: Fact, body: Body) -> Person:
    periods = tuple((begin, fact.at if end is None else end) for begin, end in person.suspended_at)
    return replace(person, suspended_at=periods)


def _is_member(person: Person, fact: Fact, body: Body) -> Person:
    return replace(person, members=person.members | {MemberId(body["member"])})


_TEXT, _AT, _END = Kept(), Moment(), Maybe(of=Moment())
_BY, _TWO, _NOBODY = frozenset({Role.ACCESS_STEWARD}), frozenset({TWO}), frozenset({NOBODY})
_IMPORT, _END_PAGE = "/register/import/", "/register/person/<number>/end/"
_HELD = {"freeze": _TEXT, "wiki": _TEXT, "right": _TEXT}
_BEFORE = {**_HELD, "before": Table(of=_TEXT)}
PERSON: Book[Person] = Book(
    stream="person",
    about="a person of the register",
    code="access.person.fact",
    first="person added",
    kinds=declared(
        FactKind(
            name="person added", step=_added, by=_BY, door="/register/add/",
            fields={"account": _TEXT, "language": Kept(optional=True)},
        ),
        FactKind(
            name="account linked", step=_linked, by=_BY, door=_IMPORT,
            fields={"wiki": _TEXT, "name": _TEXT, "user_id": Maybe(of=Whole(), optional=True)},
        ),
        FactKind(
            name="account renamed", step=_renamed, by=_BY, door=_IMPORT,
            fields={"from": _TEXT, "to": _TEXT, "wiki": Maybe(of=_TEXT, optional=True)},
        ),
        FactKind(name="account formerly", step=_formerly, by=_BY, door=_IMPORT, fields={"name": _TEXT}),
        FactKind(name="account gone", step=_vanished, by=_BY, door=_END_PAGE, fields={"at": _AT}),
        FactKind(
            name="right granted", step=_granted, by=_BY, door="/register/add/",
            fields={
                "wiki": _TEXT, "right": _TEXT, "group": _TEXT, "begins": _AT, "ends": _END,
                "ends_on_wiki": Flag(optional=True),
            },
        ),
        FactKind(
            name="right ended", step=_grant_ended, by=_BY, door=_END_PAGE,
            fields={"wiki": _TEXT, "right": _TEXT, "at": _AT, "why": _TEXT},
        ),
        FactKind(
            name="agreement signed", step=_signed, by=_BY, door=_IMPORT,
            fields={"version": _TEXT, "begins": _AT, "ends": _END},
        ),
        FactKind(name="agreement ended", step=_agreement_ended, by=_BY, door=_IMPORT, fields={"at": _AT}),
        FactKind(
            name="jurisdiction recorded", step=_placed, by=_BY, door=_IMPORT,
            fields={"name": _TEXT, "source": _TEXT, "recorded_on": _TEXT, "domicile_known": Flag()},
        ),
        FactKind(
            name="exemption given", step=_exempted, by=_BY | _TWO, door="proposals/review_outcome",
            fields={
                "id": _TEXT, "what": _TEXT, "begins": _AT, "ends": _END, "author": _TEXT, "reason_code": _TEXT
            },
        ),
        FactKind(
            name="exemption ended", step=_exemption_ended, by=_NOBODY, fields={"id": _TEXT, "at": _AT}
        ),
        FactKind(name="right frozen", step=_frozen, by=_TWO, door="proposals/freeze", fields=_BEFORE),
        FactKind(name="right released", step=_released, by=_TWO, door="proposals/freeze_lift", fields=_HELD),
        FactKind(name="right seen", step=_seen, by=_TWO, door="proposals/freeze_rest", fields=_BEFORE),
        FactKind(name="access suspended", step=_suspended, by=_NOBODY),
        FactKind(name="access resumed", step=_resumed, by=_NOBODY),
        FactKind(name="member linked", step=_is_member, by=_NOBODY, fields={"member": _TEXT}),
    ),
)  # fmt: skip
"""What the register is told of a person."""
