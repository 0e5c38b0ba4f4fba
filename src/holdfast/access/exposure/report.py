"""Who could see somebody's non-public data, and who did; and what one holder has looked at in a period."""

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from holdfast.access.exposure.lookups import Lookup, Target, TargetKind
from holdfast.accounts.names import AccountName, account_as_compared, kept_name, same_account
from holdfast.errors import UsageError
from holdfast.ids import WikiName

DATA_RIGHTS = frozenset({"checkuser"})
"""Rights that show non-public data; `checkuser-log` shows who was checked, not what was found."""

LIMITS = (
    "The log shows checks, not results: what was found is not known.",
    "A failed check leaves no entry, and neither does a look into a private copy of earlier results.",
    "A look-up of a range shows everybody behind it; how many that were is not known.",
    "An address is found where it was looked up itself, not where a range around it was.",
    "An account is counted by its name as the log has it: a renamed one may be counted twice.",
    "Who could is as complete as the register: a right that the register does not know is not in it.",
    "A right whose date has passed counts until somebody has said that the wiki shows it no more.",
)
"""What no figure here can say; stands beside every one of them."""

Label = Callable[[WikiName, str], str]
"""What stands for an account in an output: a pseudonym, or the name for those who may see it."""

_Whom = tuple[WikiName, TargetKind, str]
"""Whom a look-up was of, as compared."""

AtRisk = Iterable[tuple[WikiName, Target]]


@dataclass(frozen=True, kw_only=True)
class Held:
    """One right that an account held on one wiki, or on all, from `start` (inclusive) to `end` (exclusive)."""

    person: str
    """The register's id of the person; one person may hold rights through several accounts."""
    account: AccountName
    wiki: WikiName | None
    """None: a global right, such as a steward's."""
    right: str
    start: datetime
    end: datetime | None = None
    former: frozenset[AccountName] = frozenset()
    """Names that the account had; the log may have it under one of them."""

    def covers(self, wiki: WikiName, start: datetime, end: datetime) -> bool:
        """Whether the right held on that wiki at any moment of a half-open period."""
        return self.wiki in (None, wiki) and self.start < end and (self.end is None or self.end > start)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The answer to: who could see an account's data on a day, and who did (1.12)."""

    wiki: WikiName
    about: Target | None
    """None: anybody on that wiki."""
    day: date
    could: tuple[Held, ...] | None
    """None: no register was asked, so it is not known."""
    did: tuple[Lookup, ...]

    @property
    def unaccounted(self) -> tuple[Lookup, ...] | None:
        """Look-ups by accounts that could not, as far as the register knows: it is incomplete, or something is
        wrong. None where no register was asked: then nothing is said of anybody."""
        if self.could is None:
            return None
        able = {account_as_compared(name) for each in self.could for name in (each.account, *each.former)}
        return tuple(each for each in self.did if account_as_compared(each.holder) not in able)

    def to_json(self, label: Label) -> dict[str, Any]:
        """For machines; accounts as `label` shows them. What is not known is null."""
        strangers = self.unaccounted
        return {
            "wiki": self.wiki,
            "account": None if self.about is None else shown_target(self.wiki, self.about, label),
            "day": self.day.isoformat(),
            "could": None
            if self.could is None
            else [
                {
                    "account": label(self.wiki, each.account),
                    "right": each.right,
                    "wiki": each.wiki or "all wikis",
                    "from": _shown(each.start),
                    "to": None if each.end is None else _shown(each.end),
                }
                for each in self.could
            ],
            "did": [lookup_json(each, label) for each in self.did],
            "did_without_a_known_right": None if strangers is None else [each.identity for each in strangers],
            "limits": list(LIMITS),
        }


def who_could_and_did(
    held: Iterable[Held] | None,
    lookups: Iterable[Lookup],
    *,
    wiki: WikiName,
    day: date,
    about: Target | None = None,
    rights: frozenset[str] = DATA_RIGHTS,
) -> Seen:
    """Who could see the data of an account (or of anybody) on a day, UTC, and who did on that day.

    Without a register (`held` is None) who could is not known, and nobody is said to have had no right.

    Raises UsageError `exposure.no_rights` when no right is asked about: then nobody could, and that is no answer.
    """
    if not rights:
        raise UsageError("exposure.no_rights", "no right was named", expected=", ".join(sorted(DATA_RIGHTS)))
    start, end = _day_start(day), _day_start(day + timedelta(days=1))
    did = tuple(
        sorted(
            (
                each
                for each in lookups
                if each.wiki == wiki and start <= each.at < end and (about is None or _is_of(each, about))
            ),
            key=lambda each: (each.at, each.identity),
        )
    )
    return Seen(
        wiki=wiki,
        about=next((each.target for each in did), about) if about else None,
        day=day,
        could=None
        if held is None
        else tuple(
            sorted(
                (each for each in held if each.right in rights and each.covers(wiki, start, end)),
                key=lambda each: (each.account, each.right, each.wiki or "", each.start),
            )
        ),
        did=did,
    )


def _is_of(lookup: Lookup, about: Target) -> bool:
    is_account = about.kind is TargetKind.ACCOUNT and lookup.target.kind is TargetKind.ACCOUNT
    return lookup.target == about or (is_account and same_account(lookup.target.name, about.name))


def shown_target(wiki: WikiName, target: Target, label: Label) -> str:
    """An account as `label` shows it; an address by its token, which is no name."""
    return label(wiki, target.name) if target.kind is TargetKind.ACCOUNT else target.name


def _as_logged(account: str, logged: Iterable[str]) -> AccountName:
    """A name that somebody typed in the log's spelling, so that one account has one pseudonym."""
    form = account_as_compared(account)
    return kept_name(next((each for each in logged if account_as_compared(each) == form), form))


@dataclass(frozen=True, kw_only=True, order=True)
class Cell:
    """One holder's look-ups of one kind on one wiki in one month. People do not add up over cells; look-ups do."""

    wiki: WikiName
    month: str
    """`2021-09`, UTC."""
    type: str
    target_kind: str
    lookups: int
    people: int
    """Different accounts looked up; 0 for addresses."""
    at_risk: int | None
    """How many of these are on the list of people at risk; None: no list was given, so that nobody knows."""
    without_reason: int


@dataclass(frozen=True, kw_only=True)
class ExposureReport:
    """What one holder has looked at in a period."""

    holder: tuple[tuple[WikiName, AccountName], ...]
    """The holder's accounts by wiki."""
    period_start: date
    period_end: date
    """Exclusive."""
    lookups: int
    people: int
    """Different accounts by name: one name on two wikis is one."""
    addresses: int
    """Different single addresses, counted wiki by wiki."""
    ranges: int
    without_reason: int
    at_risk: tuple[tuple[WikiName, Target], ...] | None
    """Those looked up that are on the list of people at risk; None: no list was given."""
    cells: tuple[Cell, ...]
    first: datetime | None
    last: datetime | None

    def to_json(self, label: Label) -> dict[str, Any]:
        """For machines; accounts as `label` shows them."""
        return {
            "holder": [{"wiki": wiki, "account": label(wiki, account)} for wiki, account in self.holder],
            "period_start": self.period_start.isoformat(),
            "period_end": self.period_end.isoformat(),
            "lookups": self.lookups,
            "people": self.people,
            "addresses": self.addresses,
            "ranges": self.ranges,
            "without_reason": self.without_reason,
            "at_risk": None
            if self.at_risk is None
            else [{"wiki": wiki, "account": shown_target(wiki, each, label)} for wiki, each in self.at_risk],
            "first": None if self.first is None else _shown(self.first),
            "last": None if self.last is None else _shown(self.last),
            "cells": [dict(zip(CELL_COLUMNS, _row(cell), strict=True)) for cell in self.cells],
            "limits": list(LIMITS),
        }

    def to_csv(self) -> str:
        """The cells as CSV, by wiki, month, type and target; with its columns also when there are none."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(CELL_COLUMNS)
        writer.writerows(_row(cell) for cell in self.cells)
        return text.getvalue()


CELL_COLUMNS = ("wiki", "month", "type", "target_kind", "lookups", "people", "at_risk", "without_reason")


def _row(cell: Cell) -> tuple[str | int | None, ...]:
    return tuple(getattr(cell, name) for name in CELL_COLUMNS)


def exposure_report(
    lookups: Iterable[Lookup],
    *,
    holder: Mapping[WikiName, Iterable[AccountName]],
    period_start: date,
    period_end: date,
    at_risk: AtRisk | None = None,
) -> ExposureReport:
    """What the accounts of one holder looked at from `period_start` to before `period_end`, UTC.

    Equals the log: every look-up of these accounts in the period is counted once, in one cell.
    Raises UsageError `exposure.period` when the period is empty.
    """
    if period_end <= period_start:
        raise UsageError(
            "exposure.period",
            "the period is empty",
            expected="an end after the start; the end itself is not in it",
            got=f"{period_start} to {period_end}",
        )
    own = {(wiki, account_as_compared(name)) for wiki, names in holder.items() for name in names}
    start, end = _day_start(period_start), _day_start(period_end)
    found = [
        each for each in lookups if start <= each.at < end and (each.wiki, account_as_compared(each.holder)) in own
    ]
    danger = None if at_risk is None else {_whom(wiki, target) for wiki, target in at_risk}
    whom = {_whom(each.wiki, each.target): each.target for each in found}
    return ExposureReport(
        holder=tuple(
            sorted(
                (wiki, _as_logged(name, (each.holder for each in found if each.wiki == wiki))) for wiki, name in own
            )
        ),
        period_start=period_start,
        period_end=period_end,
        lookups=len(found),
        people=len({name for _, kind, name in whom if kind is TargetKind.ACCOUNT}),
        addresses=len({each.target for each in found if _is_single_address(each)}),
        ranges=len({each.target for each in found if each.target.kind.is_range}),
        without_reason=sum(not each.has_reason for each in found),
        at_risk=None if danger is None else tuple(sorted((each[0], whom[each]) for each in whom.keys() & danger)),
        cells=_cells(found, danger),
        first=min((each.at for each in found), default=None),
        last=max((each.at for each in found), default=None),
    )


def _whom(wiki: WikiName, target: Target) -> _Whom:
    is_account = target.kind is TargetKind.ACCOUNT
    return wiki, target.kind, account_as_compared(target.name) if is_account else target.name


def _is_single_address(lookup: Lookup) -> bool:
    return lookup.target.kind is not TargetKind.ACCOUNT and not lookup.target.kind.is_range


def _cells(lookups: Iterable[Lookup], at_risk: set[_Whom] | None) -> tuple[Cell, ...]:
    grouped: dict[tuple[WikiName, str, str, str], list[Lookup]] = defaultdict(list)
    for each in lookups:
        month = f"{each.at.astimezone(UTC):%Y-%m}"
        grouped[each.wiki, month, each.type.value, each.target.kind.value].append(each)
    cells = []
    for (wiki, month, kind, target_kind), those in grouped.items():
        whom = {_whom(each.wiki, each.target) for each in those}
        cells.append(
            Cell(
                wiki=wiki,
                month=month,
                type=kind,
                target_kind=target_kind,
                lookups=len(those),
                people=len(whom) if target_kind == TargetKind.ACCOUNT else 0,
                at_risk=None if at_risk is None else len(whom & at_risk),
                without_reason=sum(not each.has_reason for each in those),
            )
        )
    return tuple(sorted(cells))


def lookup_json(lookup: Lookup, label: Label) -> dict[str, Any]:
    """One look-up for an output. The reason is strangers' text: it may name people, and stays inside."""
    return {
        "id": lookup.identity,
        "wiki": lookup.wiki,
        "at": _shown(lookup.at),
        "holder": label(lookup.wiki, lookup.holder),
        "type": lookup.type.value,
        "target_kind": lookup.target.kind.value,
        "target": shown_target(lookup.wiki, lookup.target, label),
        "has_reason": lookup.has_reason,
    }


def _day_start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _shown(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
