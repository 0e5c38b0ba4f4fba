"""Tasks, notes with their revisions, and the timeline of a case (2.1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from holdfast.cases import choices
from holdfast.cases._kind import DECIDER, INVESTIGATOR, LEGAL, LIVE, Body, added, declared, kind, known, refuse
from holdfast.cases.markings import Marking
from holdfast.facts import Fact, MemberId
from holdfast.facts.fields import Ident, Many, Moment, OneOf, Thing, line, page, why

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


def _add_task(case: "Case", fact: Fact, body: Body) -> "Case":
    task = Task(**body, by=fact.by, at=fact.at)
    return replace(case, work=replace(case.work, tasks=added(case.work.tasks, task.id, task)))


def _end_task(state: TaskState, case: "Case", body: Body) -> "Case":
    task = known(case.work.tasks, body["id"], "task")
    if task.state is not TaskState.TO_DO:
        raise refuse("task.ended", "this task was done or dropped before", hint="add a new task")
    ended = replace(task, state=state, how=body["how"])
    return replace(case, work=replace(case.work, tasks={**case.work.tasks, task.id: ended}))


def _write_note(case: "Case", fact: Fact, body: Body) -> "Case":
    revision = Revision(text=body["text"], at=fact.at, by=fact.by)
    note = Note(id=body["id"], marking=body.get("marking", case.marking), revisions=(revision,))
    return replace(case, work=replace(case.work, notes=added(case.work.notes, note.id, note)))


def _revise_note(case: "Case", fact: Fact, body: Body) -> "Case":
    note = known(case.work.notes, body["id"], "note")
    revision = Revision(text=body["text"], at=fact.at, by=fact.by, why=body["why"])
    revised = replace(note, revisions=(*note.revisions, revision))
    return replace(case, work=replace(case.work, notes={**case.work.notes, note.id: revised}))


def _place_event(case: "Case", fact: Fact, body: Body) -> "Case":
    for each in body.get("evidence", ()):
        known(case.evidence, each, "evidence")
    event = Event(**body)
    return replace(case, work=replace(case.work, events=added(case.work.events, event.id, event)))


def _withdraw_event(case: "Case", fact: Fact, body: Body) -> "Case":
    event = replace(known(case.work.events, body["id"], "event"), withdrawn=body["why"])
    return replace(case, work=replace(case.work, events={**case.work.events, event.id: event}))


def _done(case: "Case", fact: Fact, body: Body) -> "Case":
    return _end_task(TaskState.DONE, case, body)


def _dropped(case: "Case", fact: Fact, body: Body) -> "Case":
    return _end_task(TaskState.DROPPED, case, body)


_ANY = (INVESTIGATOR, DECIDER, LEGAL)
FACTS = declared(
    kind(
        "task added", _add_task, *_ANY, stages=LIVE, tab="notes", title="Add a task", prefix="t",
        fields={"id": Ident(), "text": line("Task"), "due": Moment("Due", optional=True)},
    ),
    kind(
        "task done", _done, *_ANY, stages=LIVE, tab="notes", title="End a task",
        fields={"id": Thing("Task", of=choices.tasks), "how": line("How")},
    ),
    kind(
        "task dropped", _dropped, *_ANY, stages=LIVE, tab="notes", title="Drop a task",
        fields={"id": Thing("Task", of=choices.tasks), "how": line("Why")},
    ),
    kind(
        "note written", _write_note, *_ANY, stages=LIVE, tab="notes", title="Write a note", prefix="n",
        fields={"id": Ident(), "text": page("Note"), "marking": OneOf("Marking", kind=Marking, optional=True)},
    ),
    kind(
        "note revised", _revise_note, *_ANY, stages=LIVE, tab="notes", title="Revise a note",
        fields={"id": Thing("Note", of=choices.notes), "text": page("Note, as it shall read"), "why": why()},
    ),
    kind(
        "event placed", _place_event, tab="notes", title="Place an event on the timeline", prefix="x",
        fields={
            "id": Ident(), "happened_at": Moment("Day"), "text": line("What happened"),
            "evidence": Many("Evidence", of=Thing(of=choices.evidence), optional=True),
        },
    ),
    kind(
        "event withdrawn", _withdraw_event, tab="notes", title="Withdraw an event",
        fields={"id": Thing("Event", of=choices.events), "why": why()},
    ),
)  # fmt: skip
