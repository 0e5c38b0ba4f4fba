"""Reconciliation: the sealed plan, its journal, what the public was told, the log, and the wikis as they really are.

    seen = observe(plan, hands, since=...)              reads; writes nothing
    found = reconcile(plan, rows, seen, now=..., ...)   every difference, each with a name (D12)

It sees what the watched accounts (operators, members of the office) did since the plan began. What a local
administrator does to somebody whom no plan names is that wiki's own affair and no difference.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from holdfast.accounts.names import account_as_compared
from holdfast.actions.plans.plan import Plan, plan_sha256
from holdfast.actions.plans.planning import Hands
from holdfast.actions.steps.ports import LogEntry
from holdfast.actions.steps.seen import Seen
from holdfast.actions.steps.step import Step, is_done, look_at, matches_before
from holdfast.actions.sweeps.journal import JournalRow, Mark, states
from holdfast.actions.sweeps.sweep import TRIED_AGAIN, undo_id
from holdfast.ids import WikiName

LOG_TYPES: Mapping[str, str] = {"rights": "rights", "block": "block", "protect": "protect", "lock": "globalauth"}
"""The wiki's type of log entry for each step that makes one."""


_Place = tuple[WikiName, str, str]


class Differs(StrEnum):
    """What does not agree."""

    UNPLANNED = "unplanned"
    """A watched account did something that no plan holds."""
    TWICE = "twice"
    """The wiki's log has more entries for a step than the journal."""
    CHANGED = "changed"
    """Done by the journal, and the wiki is otherwise now."""
    NOT_IN_JOURNAL = "not in the journal"
    """The wiki is as planned, and the journal says that it is not done."""
    NOT_LISTED = "not listed"
    """Done, and not on the public list."""
    LISTED_WRONGLY = "listed wrongly"
    """On the public list, and not done by the plan."""
    NOT_LOGGED = "not logged"
    """The plan is finished, and the log does not count what it did, or counts otherwise."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One difference. `target` names an account or a page: it is shown to those who may read the plan."""

    code: Differs
    what: str
    target: str = ""
    wiki: str = ""
    step: str = ""
    entry: int | None = None
    """The wiki's log entry."""

    def to_json(self) -> dict[str, Any]:
        """For a sealed fact, and for `--json`."""
        return {**vars(self), "code": self.code.value}


@dataclass(frozen=True, kw_only=True)
class Observed:
    """The wikis as they were found."""

    seen: Mapping[WikiName, Seen] = field(default_factory=dict)
    entries: Mapping[WikiName, Sequence[LogEntry]] = field(default_factory=dict)
    """Log entries since the plan began, of the types that steps make."""


def observe(plan: Plan, hands: Hands, *, since: datetime) -> Observed:
    """What the wikis say now about everything that a plan concerns, and their logs since then. Raises BusyError."""
    steps = _steps(plan)
    seen, entries = {}, {}
    for wiki, hand in hands.items():
        seen[wiki] = look_at(hand, [step for step in steps if step.wiki == wiki])
        kinds = [kind for kind in LOG_TYPES.values() if kind != "globalauth" or hand.has_central_auth()]
        entries[wiki] = hand.log_entries(kinds=kinds, since=since.strftime("%Y-%m-%dT%H:%M:%SZ"))
    return Observed(seen=seen, entries=entries)


def reconcile(
    plan: Plan,
    rows: Sequence[JournalRow],
    found: Observed,
    *,
    now: datetime,
    watched: Collection[str],
    others: Sequence[tuple[Plan, Sequence[JournalRow]]] = (),
    public: Mapping[str, Collection[str]] | None = None,
    logged: Sequence[Mapping[str, Any]] | None = None,
) -> tuple[Difference, ...]:
    """Every difference, ordered by wiki and target; empty when all agree.

    `watched` are the accounts of operators and members; `others` the other plans that the same operators carried out;
    `public` the published list, kind of action to accounts; `logged` the payloads of the log's entries `action
    taken`. What is not given is not compared.
    """
    later = _changed_by(others)
    differences = [*_on_the_wikis(plan, rows, found, now, later), *_by_hand([(plan, rows), *others], found, watched)]
    if public is not None:
        differences += _in_public(plan, rows, public)
    if logged is not None:
        differences += _in_the_log(plan, rows, logged)
    return tuple(sorted(differences, key=lambda each: (each.wiki, each.target, each.code.value, each.entry or 0)))


def _steps(plan: Plan) -> list[Step]:
    return [step for each in plan.actions for step in each.steps()]


def _changed_by(plans: Sequence[tuple[Plan, Sequence[JournalRow]]]) -> dict[_Place, datetime]:
    """For each wiki, name of a step and target: when a plan last changed it. Messages stand beside each other."""
    changed: dict[_Place, datetime] = {}
    for plan, rows in plans:
        last = states(rows)
        for step in _steps(plan):
            done = [row.at for each in (step.id, undo_id(step)) if (row := last.get(each)) and row.mark is Mark.DONE]
            if done and step.name != "message":
                place = _place(step)
                changed[place] = max(*done, changed.get(place, done[0]))
    return changed


def _place(step: Step) -> _Place:
    return step.wiki, step.name, account_as_compared(step.target)


def _on_the_wikis(
    plan: Plan, rows: Sequence[JournalRow], found: Observed, now: datetime, later: Mapping[_Place, datetime]
) -> Iterator[Difference]:
    """What another plan of this office has changed since is that plan's to answer for."""
    last = states(rows)
    for step in _steps(plan):
        seen = found.seen.get(step.wiki)
        if seen is None:
            continue
        row, back = last.get(step.id), last.get(undo_id(step))
        mine = [each.at for each in (row, back) if each is not None]
        if (other := later.get(_place(step))) is not None and (not mine or max(mine) < other):
            continue
        undone = back is not None and back.mark is Mark.DONE
        is_so = is_done(step, seen, now=now)
        if row is not None and row.mark is Mark.DONE and not undone and not is_so:
            yield _difference(Differs.CHANGED, "the journal says done, and the wiki is otherwise now", step)
        elif undone and step.name != "message" and not matches_before(step, seen, now=now):
            yield _difference(Differs.CHANGED, "the journal says undone, and the wiki is otherwise now", step)
        elif (row is None or row.mark in (Mark.HELD, Mark.SKIPPED)) and is_so:
            what = "the wiki is as planned, and the journal says that it is not done"
            yield _difference(Differs.NOT_IN_JOURNAL, what, step)


def _difference(code: Differs, what: str, step: Step) -> Difference:
    return Difference(code=code, what=f"{step.name}: {what}", target=step.target, wiki=step.wiki, step=step.id)


def _by_hand(
    plans: Sequence[tuple[Plan, Sequence[JournalRow]]], found: Observed, watched: Collection[str]
) -> Iterator[Difference]:
    """Entries of watched accounts beyond those that the journals account for."""
    accounted, planned = _accounted(plans)
    mine = {account_as_compared(each) for each in watched}
    for wiki, entries in found.entries.items():
        left = Counter(accounted)
        for entry in entries:
            if account_as_compared(entry.by) not in mine or entry.type not in LOG_TYPES.values():
                continue
            place = (wiki, entry.type, _target_of(entry))
            if left[place] > 0:
                left[place] -= 1
                continue
            code = Differs.TWICE if place in planned else Differs.UNPLANNED
            what = (
                "more log entries than the journal has steps"
                if code is Differs.TWICE
                else "done by an account of this office, and in no plan"
            )
            yield Difference(
                code=code, what=f"{entry.type}/{entry.action}: {what}", target=place[2], wiki=wiki, entry=entry.id
            )


def _accounted(plans: Iterable[tuple[Plan, Sequence[JournalRow]]]) -> tuple[Counter[_Place], set[_Place]]:
    """For each wiki, type and target: how many log entries the journals account for, and whether a plan names it."""
    counts: Counter[_Place] = Counter()
    planned: set[_Place] = set()
    for plan, rows in plans:
        writes = Counter(row.step for row in rows if row.mark is Mark.REOPENED and not row.detail.get(TRIED_AGAIN))
        last = states(rows)
        for step in _steps(plan):
            if step.name not in LOG_TYPES:
                continue
            place = (step.wiki, LOG_TYPES[step.name], account_as_compared(step.target))
            planned.add(place)
            for step_id in (step.id, undo_id(step)):
                row = last.get(step_id)
                if row is not None and not row.detail.get("already"):
                    made = row.mark in (Mark.DONE, Mark.INTENDED, Mark.SENT, Mark.REOPENED)
                    counts[place] += writes[step_id] + (1 if made and row.mark is not Mark.REOPENED else 0)
    return counts, planned


def _target_of(entry: LogEntry) -> str:
    """The account or title of an entry; the name of the user namespace differs from wiki to wiki."""
    if entry.type == "protect":
        return account_as_compared(entry.title)
    return account_as_compared(entry.title.partition(":")[2].removesuffix("@global"))


def _in_public(plan: Plan, rows: Sequence[JournalRow], public: Mapping[str, Collection[str]]) -> Iterator[Difference]:
    done = _done_by_kind(plan, rows)
    for kind, listed in public.items():
        told = {account_as_compared(each) for each in listed}
        real = {account_as_compared(target) for target in done.get(kind, ())}
        for target in sorted(real - told):
            yield Difference(code=Differs.NOT_LISTED, what=f"{kind}: done, and not on the public list", target=target)
        for target in sorted(told - real):
            what = f"{kind}: on the public list, and not done by the plan"
            yield Difference(code=Differs.LISTED_WRONGLY, what=what, target=target)


def _done_by_kind(plan: Plan, rows: Sequence[JournalRow]) -> dict[str, list[str]]:
    """The targets of the actions of each kind of which something is done and stands.

    A notice alone does not make an action stand: who was banned and is not any more belongs on no list of the banned.
    """
    last = states(rows)
    found: dict[str, list[str]] = {}
    for each in plan.actions:
        # a notice cannot be unsaid: where more was done than telling, it alone does not make the action stand
        steps = each.steps()
        weighty = [step for step in steps if step.name != "message"] or steps
        standing = [
            step
            for step in weighty
            if (row := last.get(step.id)) is not None
            and row.mark is Mark.DONE
            and ((back := last.get(undo_id(step))) is None or back.mark is not Mark.DONE)
        ]
        if standing:
            found.setdefault(each.action.kind, []).append(each.action.target)
    return found


def done_counts(plan: Plan, rows: Sequence[JournalRow]) -> dict[str, int]:
    """How many actions of each kind were done and stood when the plan was finished: what the public log is told.

    What is taken back later is another entry, the outcome of an appeal; an entry of the log does not change.
    """
    finished = [row.number for row in rows if row.mark is Mark.FINISHED and row.detail["ending"] == "finished"]
    until = [row for row in rows if not finished or row.number <= finished[0]]
    return {kind: len(targets) for kind, targets in sorted(_done_by_kind(plan, until).items())}


def _in_the_log(plan: Plan, rows: Sequence[JournalRow], logged: Sequence[Mapping[str, Any]]) -> Iterator[Difference]:
    # the log is told once, when the plan is finished; what is undone later is no matter of this entry
    finished = [
        number
        for number, row in enumerate(rows, 1)
        if row.mark is Mark.FINISHED and row.detail.get("ending") == "finished"
    ]
    if not finished:
        return
    sha256 = plan_sha256(plan)
    told: Counter[str] = Counter()
    for payload in logged:
        if payload.get("plan") == sha256:
            told[str(payload.get("action"))] += int(payload.get("count", 1))
    real = Counter(done_counts(plan, rows[: finished[0]]))
    for kind in sorted(set(told) | set(real)):
        if told[kind] != real[kind]:
            what = f"{kind}: the log counts {told[kind]}, the journal {real[kind]}"
            yield Difference(code=Differs.NOT_LOGGED, what=what)
