"""Watchlist entries and looks before: who watches an account and why, and that it was checked before (2.13)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from holdfast.accounts.names import same_account
from holdfast.cases._kind import DECIDER, INVESTIGATOR, Body, FactKind, added, declared, known, refuse
from holdfast.facts import Fact, MemberId
from holdfast.facts.fields import SHORT, Ident, Moment, OneOf, Text, line, why
from holdfast.facts.kinds import Book


class Scope(StrEnum):
    """For whom an entry stands."""

    MINE = "mine"
    THIS_WIKI = "this_wiki"
    ALL = "all"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One account that somebody watches, until a day."""

    id: str
    account: str
    author: MemberId
    at: datetime
    scope: Scope
    wiki: str
    why: str
    until: datetime
    ended: str = ""


@dataclass(frozen=True, kw_only=True)
class Look:
    """That an account was checked: when and by whom; the result is not kept here."""

    account: str
    at: datetime
    by: MemberId
    wiki: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Watchlist:
    """All entries and looks."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    looks: tuple[Look, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Before:
    """What is shown before a new look-up: earlier looks as days, and the entries that this reader may see."""

    looks: tuple[tuple[date, str], ...]
    """Day and wiki of each earlier look, newest first."""
    entries: tuple[Entry, ...]


def _look(watchlist: Watchlist, fact: Fact, body: Body) -> Watchlist:
    return replace(watchlist, looks=(*watchlist.looks, Look(**body, at=fact.at, by=fact.by)))


def _add(watchlist: Watchlist, fact: Fact, body: Body) -> Watchlist:
    entry = Entry(**body, author=fact.by, at=fact.at)
    if entry.until <= fact.at:
        raise refuse("watch.endless", "an entry of the watchlist ends on a day to come")
    return replace(watchlist, entries=added(watchlist.entries, entry.id, entry))


def _end(watchlist: Watchlist, fact: Fact, body: Body) -> Watchlist:
    entry = known(watchlist.entries, body["id"], "entry")
    if entry.scope is Scope.MINE and entry.author != fact.by:
        raise refuse("watch.not_yours", "only its author ends this entry")
    return replace(watchlist, entries={**watchlist.entries, entry.id: replace(entry, ended=body["why"])})


_DOOR, _BY = "/ledgers/watchlist/<fact>/", frozenset({INVESTIGATOR, DECIDER})
_ACCOUNT = {"account": line("Account on the wiki"), "wiki": Text("Wiki", most=SHORT)}
WATCHLIST: Book[Watchlist] = Book(
    stream="watchlist",
    about="a watchlist",
    code="case.fact",
    unknown="case.fact.unknown",
    kinds=declared(
        FactKind(
            name="watch added", step=_add, by=_BY, door=_DOOR, title="Watch an account", prefix="w",
            fields={
                "id": Ident(), **_ACCOUNT, "scope": OneOf("For whom", kind=Scope), "why": why(),
                "until": Moment("Until"),
            },
        ),
        FactKind(
            name="watch ended", step=_end, by=_BY, door=_DOOR, title="End an entry",
            fields={"id": Ident("Entry"), "why": why()},
        ),
        FactKind(
            name="looked", step=_look, by=_BY, door=_DOOR, title="Record a look-up", fields={**_ACCOUNT, "why": why()}
        ),
    ),
)  # fmt: skip
"""What the watchlist is told."""


def seen_before(watchlist: Watchlist, account: str, *, member: MemberId, wiki: str, now: datetime) -> Before:
    """What this member sees before looking an account up on this wiki."""
    looks = [(each.at.date(), each.wiki) for each in watchlist.looks if same_account(each.account, account)]
    entries = [
        each
        for each in watchlist.entries.values()
        if same_account(each.account, account) and not each.ended and now < each.until and _is_for(each, member, wiki)
    ]
    return Before(looks=tuple(sorted(looks, reverse=True)), entries=tuple(sorted(entries, key=lambda each: each.id)))


def _is_for(entry: Entry, member: MemberId, wiki: str) -> bool:
    if entry.scope is Scope.MINE:
        return entry.author == member
    return entry.scope is Scope.ALL or entry.wiki == wiki
