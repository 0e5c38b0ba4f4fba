"""What waits for a member, shown on the start page: counted from the plain part of lists, by who may act on it.

Nothing sealed is opened for it. So the page also says what it counted, and what it cannot know.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from holdfast.access.exposure.telling import STREAM_KIND as EXPOSURE
from holdfast.access.freezes.review import ReviewState
from holdfast.access.rules.roles import Role
from holdfast.actions.sweeps.executor import Ending
from holdfast.appeals.appeal import STREAM_KIND as APPEAL
from holdfast.appeals.appeal import Outcome, Standing
from holdfast.appeals.no_appeal import STREAM_KIND as NO_APPEAL
from holdfast.cases._kind import Stage
from holdfast.facts import StreamId
from holdfast.store.office.members import all_members
from holdfast.store.office.vault import Reader
from holdfast.workflows.access import register
from holdfast.workflows.acting.surroundings import FROM_A_CLOCK, PLAN, SWEEP
from holdfast.workflows.appeals.no_appeal import HOLDS
from holdfast.workflows.cases import case
from holdfast.workflows.exposure import question as exposure_question
from holdfast.workflows.exposure.months import OWED
from holdfast.workflows.office import propose
from holdfast.workflows.office.audit_reading import alarm_count
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.shown import Shown

_MOST = 200
"""How many lines of one kind are looked through for a count; more are told as "or more"."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """One line of the start page: what, and which page it is done on."""

    text: str
    shown: Shown


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What waits for a member, and what was counted to say so."""

    tasks: tuple[Task, ...]
    counted: tuple[str, ...]
    """The kinds of things that were asked about for these roles."""


@dataclass(frozen=True, kw_only=True)
class _Kind:
    """Something that may wait: its lines in some states, for those who may do something about it."""

    counted: str
    text: str
    shown: Shown
    verb: str
    kind: str
    """The kind of stream that is listed."""
    states: Sequence[str] = ("",)
    tag: str = ""
    due: bool = False
    """Only those whose day has come."""
    not_over: bool = False
    """Only those whose day has not come: after it there is nothing to do any more."""
    ruled_as: str = ""
    """The kind whose rules decide who may act, where it is not its own."""

    @property
    def rules(self) -> str:
        """The kind whose rules decide."""
        return self.ruled_as or self.kind


_UNDECIDED = (Standing.RECEIVED.value, Standing.ELIGIBLE.value, Standing.ASSIGNED.value)
_KINDS = (
    _Kind(
        counted="plans",
        text="Plans that a clock has drafted, to be tried on the wikis and signed",
        shown=Shown(kind="plan"),
        verb="write",
        kind=PLAN,
        states=("draft", "prepared"),
        tag=FROM_A_CLOCK,
    ),
    _Kind(
        counted="appeals",
        text="Appeals to be taken up or refused",
        shown=Shown(kind="appeal", state="received"),
        verb="write",
        kind=APPEAL,
        states=(Standing.RECEIVED.value,),
    ),
    _Kind(
        counted="appeals",
        text="Appeals that wait for a reader",
        shown=Shown(kind="appeal", state="eligible"),
        verb="write",
        kind=APPEAL,
        states=(Standing.ELIGIBLE.value,),
    ),
    _Kind(
        counted="appeals",
        text="Appeals that a reader has, without an outcome yet",
        shown=Shown(kind="appeal", state="assigned"),
        verb="write",
        kind=APPEAL,
        states=(Standing.ASSIGNED.value,),
    ),
    _Kind(
        counted="appeals",
        text="Appeals whose outcome is late",
        shown=Shown(kind="appeal"),
        verb="write",
        kind=APPEAL,
        states=_UNDECIDED,
        due=True,
    ),
    _Kind(
        counted="appeals",
        text="Appeals that are decided, where something is still to be done",
        shown=Shown(kind="appeal", state="decided"),
        verb="write",
        kind=APPEAL,
        states=(Standing.DECIDED.value,),
    ),
    _Kind(
        counted="questions of appeals",
        text="Appeals sent back with questions and not closed",
        shown=Shown(kind="appeal", state="decided"),
        verb="write",
        kind=APPEAL,
        ruled_as=case.KIND,
        states=(Standing.DECIDED.value,),
        tag=f"outcome-{Outcome.REMAND.value}",
    ),
    _Kind(
        counted='"no" to an appeal',
        text="Actions without an appeal, each until its day unless it is signed again",
        shown=Shown(kind="no-appeal"),
        verb="approve",
        kind=NO_APPEAL,
        states=(HOLDS,),
        ruled_as="plan",
    ),
    _Kind(
        counted="notices of look-ups",
        text="Months of look-ups with people who are to be told now",
        shown=Shown(kind="exposure"),
        verb="approve",
        kind=EXPOSURE,
        states=(OWED,),
        due=True,
    ),
    _Kind(
        counted="people's questions",
        text="People who asked who looked at them, and have not proven their account yet",
        shown=Shown(kind="question"),
        verb="approve",
        kind=exposure_question.KIND,
        states=("asked",),
        not_over=True,
        ruled_as=EXPOSURE,
    ),
    _Kind(
        counted="people's questions",
        text="People who have proven their account and wait for an answer",
        shown=Shown(kind="question"),
        verb="approve",
        kind=exposure_question.KIND,
        states=("proven",),
        not_over=True,
        ruled_as=EXPOSURE,
    ),
    _Kind(
        counted="reviews",
        text="Reviews that are late",
        shown=Shown(kind="review"),
        verb="write",
        kind="review",
        states=(ReviewState.OPEN.value, ReviewState.EVIDENCE_ASKED.value),
        due=True,
    ),
    _Kind(
        counted="reviews",
        text="Reviews that are open",
        shown=Shown(kind="review"),
        verb="write",
        kind="review",
        states=(ReviewState.OPEN.value, ReviewState.EVIDENCE_ASKED.value),
    ),
    _Kind(
        counted="the register",
        text="People in the register with a grant whose last day has come",
        shown=Shown(kind="person"),
        verb="write",
        kind=register.KIND,
        due=True,
    ),
    _Kind(
        counted="cases",
        text="Cases in triage",
        shown=Shown(kind="case", state="triage"),
        verb="write",
        kind=case.KIND,
        states=(Stage.TRIAGE.value,),
    ),
    _Kind(
        counted="cases",
        text="Cases that have fallen idle, and close by themselves",
        shown=Shown(kind="case"),
        verb="write",
        kind=case.KIND,
        states=(Stage.TRIAGE.value, Stage.OPEN.value),
        tag="idle",
    ),
    _Kind(
        counted="sweeps",
        text="Sweeps with held targets, for two deciders to decide on",
        shown=Shown(kind="plan"),
        verb="write",
        kind=SWEEP,
        states=(Ending.HELD.value,),
    ),
)


def waiting_for(office: Office, reader: Reader) -> Waiting:
    """What this member can do something about now, as far as the plain part of the lists says it."""
    # what a passkey opens waits for its owner whether or not they have just used it
    able = replace(reader, passkey_session=True, passkey_fresh=True)
    tasks, counted = list(_proposals(office, able)), ["proposals to be signed or carried out"]
    if office.vault.may(able, "read_sealed", "audit").allowed:
        counted.append("alarms")
        alarms = alarm_count(office, able)
        tasks += (
            [Task(text=f"Alarms that nobody has looked at: {alarms}", shown=Shown(kind="alarm"))] if alarms else []
        )
    if office.vault.may(able, "administer", "office").allowed:
        counted.append("members")
        invited = sum(not each.username for each in all_members())
        tasks += (
            [Task(text=f"Members who are invited and have not come: {invited}", shown=Shown(kind="member"))]
            if invited
            else []
        )
    for each in _KINDS:
        if _is_asked(office, able, each):
            counted.append(each.counted)
            number = _number(office, able, each)
            tasks += [Task(text=f"{each.text}: {number}", shown=each.shown)] if number else []
    return Waiting(tasks=tuple(tasks), counted=tuple(dict.fromkeys(counted)))


def _is_asked(office: Office, reader: Reader, kind: _Kind) -> bool:
    if Role.LEGAL in reader.roles and kind.rules == case.KIND:
        return False  # legal writes what is owed to people; the course of a case is for those who work on it
    return office.vault.may(reader, kind.verb, kind.rules).allowed


def _number(office: Office, reader: Reader, kind: _Kind) -> str:
    """How many; empty for none. What does not open for this reader is no task of theirs."""
    now, found = office.clock(), 0
    for state in kind.states:
        due_by = now if kind.due else None
        lines = office.vault.plain_lines(kind.kind, state=state or None, due_by=due_by, limit=_MOST)
        for line in lines:
            is_over = kind.not_over and line.due_at is not None and line.due_at <= now
            if not is_over and (not kind.tag or kind.tag in line.tags):
                found += _opens(office, reader, kind, line.stream)
        if len(lines) == _MOST:
            return f"{found} or more"
    return str(found) if found else ""


def _opens(office: Office, reader: Reader, kind: _Kind, stream: StreamId) -> bool:
    if kind.kind == case.KIND:
        return case.may_open(office, reader, stream.id)
    return office.vault.may(reader, kind.verb, stream.kind, stream, ruled_as=kind.rules).allowed


def _proposals(office: Office, reader: Reader) -> list[Task]:
    """Proposals that this member could sign, and those that have their signatures and are not carried out."""
    found = []
    for line in propose.proposal_lines(office, reader):
        stream = StreamId(kind=propose.PREFIX + line.kind, id=line.id)
        known, shown = propose.kinds()[line.kind], Shown(kind="proposal", id=f"{line.kind}/{line.id}")
        if line.state not in ("open", "signed") or not propose.may_read(office, reader, stream):
            continue
        if line.state == "signed" and known.is_carried_out:
            found.append(Task(text=f"{line.title}: signed, to be carried out", shown=shown))
        elif line.state == "open" and known.roles & reader.roles and reader.member not in line.signed_by:
            found.append(Task(text=f"{line.title}: to be signed", shown=shown))
    return found
