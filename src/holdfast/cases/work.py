"""Tasks, notes with their revisions, and the timeline of a case (2.1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from holdfast.cases._fields import LINE, PAGE, choice, fields, ident, many, moment, text
from holdfast.cases._kind import DECIDER, INVESTIGATOR, LEGAL, LIVE, added, kind, known, refuse
from holdfast.cases.markings import Marking
from holdfast.facts import Fact, MemberId

if TYPE_CHECKING:
    from holdfast.cases.case import Case


class TaskState(StrEnum):
    """Where a task stands."""

    TO_DO = "to_do"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True, kw_only=True)
class Task:
    """Something to be done in the case."""

    id: str
    text: str
    by: MemberId
    at: datetime
    due: datetime | None = None
    state: TaskState = TaskState.TO_DO
    how: str = ""
    """How it was done, or why it was dropped."""


@dataclass(frozen=True, kw_only=True)
class Revision:
    """One version of a note; no version is ever lost."""

    text: str
    at: datetime
    by: MemberId
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Note:
    """A note and all its versions, oldest first."""

    id: str
    marking: Marking
    revisions: tuple[Revision, ...]

    @property
    def text(self) -> str:
        """As it reads now."""
        return self.revisions[-1].text


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing on the timeline: when it happened, not when it was recorded."""

    id: str
    happened_at: datetime
    text: str
    evidence: tuple[str, ...] = ()
    withdrawn: str = ""
    """Why it was taken off the timeline; it stays readable."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """Tasks, notes and timeline, each by id."""

    tasks: Mapping[str, Task] = field(default_factory=dict)
    notes: Mapping[str, Note] = field(default_factory=dict)
    events: Mapping[str, Event] = field(default_factory=dict)

    @property
    def timeline(self) -> tuple[Event, ...]:
        """What stands on the timeline, earliest first."""
        standing = [each for each in self.events.values() if not each.withdrawn]
        return tuple(sorted(standing, key=lambda each: (each.happened_at, each.id)))


def _add_task(case: "Case", fact: Fact) -> "Case":
    body = fields(fact, {"id": ident, "text": text(LINE)}, {"due": moment})
    task = Task(**body, by=fact.by, at=fact.at)
    return replace(case, work=replace(case.work, tasks=added(case.work.tasks, task.id, task)))


def _end_task(state: TaskState, case: "Case", fact: Fact) -> "Case":
    body = fields(fact, {"id": ident, "how": text(LINE)})
    task = known(case.work.tasks, body["id"], "task")
    if task.state is not TaskState.TO_DO:
        raise refuse("task.ended", "this task was done or dropped before", hint="add a new task")
    ended = replace(task, state=state, how=body["how"])
    return replace(case, work=replace(case.work, tasks={**case.work.tasks, task.id: ended}))


def _write_note(case: "Case", fact: Fact) -> "Case":
    body = fields(fact, {"id": ident, "text": text(PAGE)}, {"marking": choice(Marking)})
    revision = Revision(text=body["text"], at=fact.at, by=fact.by)
    note = Note(id=body["id"], marking=body.get("marking", case.marking), revisions=(revision,))
    return replace(case, work=replace(case.work, notes=added(case.work.notes, note.id, note)))


def _revise_note(case: "Case", fact: Fact) -> "Case":
    body = fields(fact, {"id": ident, "text": text(PAGE), "why": text(LINE)})
    note = known(case.work.notes, body["id"], "note")
    revision = Revision(text=body["text"], at=fact.at, by=fact.by, why=body["why"])
    revised = replace(note, revisions=(*note.revisions, revision))
    return replace(case, work=replace(case.work, notes={**case.work.notes, note.id: revised}))


def _place_event(case: "Case", fact: Fact) -> "Case":
    body = fields(fact, {"id": ident, "happened_at": moment, "text": text(LINE)}, {"evidence": many(ident)})
    for each in body.get("evidence", ()):
        known(case.evidence, each, "evidence")
    event = Event(**body)
    return replace(case, work=replace(case.work, events=added(case.work.events, event.id, event)))


def _withdraw_event(case: "Case", fact: Fact) -> "Case":
    body = fields(fact, {"id": ident, "why": text(LINE)})
    event = replace(known(case.work.events, body["id"], "event"), withdrawn=body["why"])
    return replace(case, work=replace(case.work, events={**case.work.events, event.id: event}))


def _done(case: "Case", fact: Fact) -> "Case":
    return _end_task(TaskState.DONE, case, fact)


def _dropped(case: "Case", fact: Fact) -> "Case":
    return _end_task(TaskState.DROPPED, case, fact)


_ANY = (INVESTIGATOR, DECIDER, LEGAL)
FACTS = {
    "task added": kind(_add_task, *_ANY, stages=LIVE),
    "task done": kind(_done, *_ANY, stages=LIVE),
    "task dropped": kind(_dropped, *_ANY, stages=LIVE),
    "note written": kind(_write_note, *_ANY, stages=LIVE),
    "note revised": kind(_revise_note, *_ANY, stages=LIVE),
    "event placed": kind(_place_event),
    "event withdrawn": kind(_withdraw_event),
}
