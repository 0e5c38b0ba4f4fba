"""Watchlist entries and looks before: who watches an account and why, and that it was checked before (2.13)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from holdfast.accounts.names import same_account
from holdfast.cases._fields import LINE, choice, fields, ident, moment, text
from holdfast.cases._kind import added, known, refuse
from holdfast.errors import InputRefusedError
from holdfast.facts import Fact, MemberId


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

    entries: dict[str, Entry]
    looks: tuple[Look, ...]


@dataclass(frozen=True, kw_only=True)
class Before:
    """What is shown before a new look-up: earlier looks as days, and the entries that this reader may see."""

    looks: tuple[tuple[date, str], ...]
    """Day and wiki of each earlier look, newest first."""
    entries: tuple[Entry, ...]


def fold_watchlist(facts: Iterable[Fact]) -> Watchlist:
    """The watchlist that these facts make. Raises what `append_watch` raises."""
    found = Watchlist(entries={}, looks=())
    for fact in facts:
        found = append_watch(found, fact)
    return found


def append_watch(watchlist: Watchlist, fact: Fact) -> Watchlist:
    """The watchlist after one more fact: `watch added`, `watch ended` or `looked`.

    Raises InputRefusedError `case.fact.…`, CheckFailedError `case.watch.endless` or `case.watch.not_yours`.
    """
    if fact.type == "looked":
        body = fields(fact, {"account": text(LINE), "wiki": text(64), "why": text(LINE)})
        return replace(watchlist, looks=(*watchlist.looks, Look(**body, at=fact.at, by=fact.by)))
    if fact.type == "watch added":
        required = {"id": ident, "account": text(LINE), "scope": choice(Scope), "wiki": text(64)}
        entry = Entry(**fields(fact, {**required, "why": text(LINE), "until": moment}), author=fact.by, at=fact.at)
        if entry.until <= fact.at:
            raise refuse("watch.endless", "an entry of the watchlist ends on a day to come")
        return replace(watchlist, entries=added(watchlist.entries, entry.id, entry))
    if fact.type == "watch ended":
        body = fields(fact, {"id": ident, "why": text(LINE)})
        entry = known(watchlist.entries, body["id"], "entry")
        if entry.scope is Scope.MINE and entry.author != fact.by:
            raise refuse("watch.not_yours", "only its author ends this entry")
        return replace(watchlist, entries={**watchlist.entries, entry.id: replace(entry, ended=body["why"])})
    raise InputRefusedError("case.fact.unknown", "a watchlist knows no such fact", got=repr(fact.type[:40]))


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
