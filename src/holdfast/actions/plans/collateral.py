"""The collateral report: what a plan takes from communities that have done nothing (3.17, D15).

It stands before the start and is signed with the plan: how much of each wiki's admin work was done by those who go,
which rights are left with one holder or none, which languages lose their last holder.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from holdfast.accounts.names import account_as_compared
from holdfast.actions.steps.kind import Action, kind_of
from holdfast.actions.steps.ports import LogEntry
from holdfast.actions.steps.step import Json
from holdfast.ids import WikiName

ADMIN_LOGS = ("block", "delete", "protect", "rights", "import", "merge", "abusefilter", "massmessage", "gblblock")
"""Types of log entry that only people with extended rights make."""
ADMINISTRATORS = "sysop"
NEEDED_HOLDERS = 2
"""Two holders or none: with one, nobody can check what that one does."""


@dataclass(frozen=True, kw_only=True)
class WikiFacts:
    """What is known of one wiki. `holders` are the members of each group now; `work` counts the admin log entries of
    each account in the period (groups and accounts that are missing have none)."""

    language: str
    holders: Mapping[str, frozenset[str]]
    work: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class WikiLoss:
    """What one wiki loses. Shares lie in [0, 1]; null where no admin work was seen in the period."""

    wiki: WikiName
    administrators_before: int
    administrators_lost: int
    work_before: int
    work_lost: int
    left_below_two: tuple[tuple[str, int, int], ...]
    """Right, holders before, holders after: where fewer than two are left, and some were there."""

    @property
    def work_share_lost(self) -> float | None:
        """The share of the wiki's admin work in the period that was done by those who lose rights."""
        return self.work_lost / self.work_before if self.work_before else None

    def to_json(self) -> dict[str, Any]:
        """As the report stores it; shares as counts, so that the bytes are the same everywhere."""
        return {
            "wiki": self.wiki,
            "administrators_before": self.administrators_before,
            "administrators_lost": self.administrators_lost,
            "work_before": self.work_before,
            "work_lost": self.work_lost,
            "left_below_two": [list(each) for each in self.left_below_two],
        }


@dataclass(frozen=True, kw_only=True)
class Collateral:
    """The whole report. It counts, and names nobody."""

    period_start: date
    period_end: date
    wikis: tuple[WikiLoss, ...]
    administrators_lost: int
    """Distinct accounts that are administrators on some wiki and are so no longer."""
    wikis_losing_administrators: int
    languages_uncovered: tuple[tuple[str, str], ...]
    """Right and language: somebody who holds the right speaks it now, and afterwards nobody does."""

    def to_json(self) -> dict[str, Any]:
        """As it is hashed and signed with the plan."""
        return {
            "period_start": self.period_start.isoformat(),
            "period_end": self.period_end.isoformat(),
            "wikis": [each.to_json() for each in self.wikis],
            "administrators_lost": self.administrators_lost,
            "wikis_losing_administrators": self.wikis_losing_administrators,
            "languages_uncovered": [list(each) for each in self.languages_uncovered],
        }


def collateral(
    actions: Sequence[Action],
    states: Mapping[str, Mapping[WikiName, Json]],
    facts: Mapping[WikiName, WikiFacts],
    *,
    period: tuple[date, date],
    languages: Mapping[str, Collection[str]] | None = None,
) -> Collateral:
    """The report on a plan's actions with their before-states.

    `period` is when the work of `facts` was done (start inclusive, end exclusive); `languages` says what each holder
    speaks, where it is known: without it a holder covers the language of the wiki.
    """
    lost = {wiki: _lost(actions, states, facts[wiki], wiki) for wiki in facts}
    wikis = tuple(_loss(wiki, facts[wiki], lost[wiki]) for wiki in sorted(facts))
    administrators = {account for groups in lost.values() for account in groups.get(ADMINISTRATORS, ())}
    return Collateral(
        period_start=period[0],
        period_end=period[1],
        wikis=wikis,
        administrators_lost=len(administrators),
        wikis_losing_administrators=sum(each.administrators_lost > 0 for each in wikis),
        languages_uncovered=_uncovered(facts, lost, languages or {}),
    )


def work_of(entries: Iterable[LogEntry]) -> dict[str, int]:
    """How many admin log entries each account made, of entries read from a wiki for the period."""
    return count_work((entry.by, entry.type) for entry in entries)


def count_work(rows: Iterable[tuple[str | None, str]]) -> dict[str, int]:
    """The same from pairs of actor and type of log, as the lake's table `log_events` holds them; hidden actors are
    left out."""
    return dict(Counter(actor for actor, log_type in rows if actor and log_type in ADMIN_LOGS))


def _lost(
    actions: Sequence[Action], states: Mapping[str, Mapping[WikiName, Json]], facts: WikiFacts, wiki: WikiName
) -> dict[str, set[str]]:
    """Who loses which group on a wiki; a block or a lock takes the use of all of them."""
    lost: dict[str, set[str]] = {}
    # the plan's spelling of a name may be another than the wiki's
    holders = {group: {account_as_compared(each): each for each in those} for group, those in facts.holders.items()}
    for action in actions:
        before = states.get(action.id, {}).get(wiki)
        if before is None:
            continue
        after = kind_of(action).after(before, action, wiki)
        target = account_as_compared(action.target)
        held = {group for group, accounts in holders.items() if target in accounts}
        shut_out = _is_shut_out(after) and not _is_shut_out(before)
        gone = held if shut_out else set(before.get("groups", ())) - set(after.get("groups", ()))
        for group in gone & held:
            lost.setdefault(group, set()).add(holders[group][target])
    return lost


def _is_shut_out(state: Json) -> bool:
    block = state.get("block")
    return bool(state.get("locked")) or (block is not None and not block["partial"])


def _loss(wiki: WikiName, facts: WikiFacts, lost: Mapping[str, Collection[str]]) -> WikiLoss:
    people = {account for accounts in lost.values() for account in accounts}
    below = []
    for group, holders in sorted(facts.holders.items()):
        after = len(holders) - len(lost.get(group, ()))
        if lost.get(group) and after < NEEDED_HOLDERS:
            below.append((group, len(holders), after))
    return WikiLoss(
        wiki=wiki,
        administrators_before=len(facts.holders.get(ADMINISTRATORS, ())),
        administrators_lost=len(lost.get(ADMINISTRATORS, ())),
        work_before=sum(facts.work.values()),
        work_lost=sum(facts.work.get(account, 0) for account in people),
        left_below_two=tuple(below),
    )


def _uncovered(
    facts: Mapping[WikiName, WikiFacts],
    lost: Mapping[WikiName, Mapping[str, Collection[str]]],
    languages: Mapping[str, Collection[str]],
) -> tuple[tuple[str, str], ...]:
    before: set[tuple[str, str]] = set()
    after: set[tuple[str, str]] = set()
    for wiki, known in facts.items():
        for group, holders in known.holders.items():
            for account in holders:
                spoken = {(group, language) for language in languages.get(account, (known.language,))}
                before |= spoken
                if account not in lost[wiki].get(group, ()):
                    after |= spoken
    return tuple(sorted(before - after))
