"""Appeals in the office: links for notices, the reader's queue, outcome, and what follows; filing: `appeal_filing`.

url = make_link(office, route)                    while a plan is prepared, for the notice
put_in_force(office, plan_id, barred)             when the plan is carried out: its links work from now on
"""

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from holdfast.access.rules.console_rules import Because
from holdfast.actions.plans.plan import Plan, PlannedAction
from holdfast.appeals import steps
from holdfast.appeals.appeal import (
    STREAM_KIND,
    Appeal,
    AppealPolicy,
    Ineligible,
    Outcome,
    Route,
    Standing,
    Text,
    evidence_held_until,
)
from holdfast.appeals.facts import APPEAL
from holdfast.appeals.links import (
    ENTROPY_BYTES,
    Secret,
)
from holdfast.appeals.links import make_link as fresh_link
from holdfast.approval.people import same_person
from holdfast.cases.case import fold
from holdfast.errors import CheckFailedError, UsageError
from holdfast.facts import SYSTEM, Fact, MemberId, StreamId
from holdfast.store.office.streams import Listed, LogEntry, Summary
from holdfast.store.office.vault import ListPage, Reader
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.propose import approvers

LINK, RECEIPT, PLAN, FILE, ACCOUNT = "appeal link", "appeal receipt", "appeal plan", "appeal file", "account"
ACTION = "appeal action"
"""Purposes of the tokens by which an appeal is found: link, receipt, plan, file; when filed: person and action."""
PROVEN = "account-proven"
"""The tag of an appeal that is known to come from the account itself."""
_NOT_FILED = frozenset({Standing.PREPARED, Standing.OFFERED, Standing.LAPSED, Standing.FILED})
OUTCOME = "outcome"
"""The name of the entry in the public log."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """An appeal as it was read."""

    stream: StreamId
    state: Appeal
    standing: Standing
    facts: tuple[Fact, ...]


def policy_of(office: Office) -> AppealPolicy:
    """What the office decided beforehand about appeals."""
    return AppealPolicy(no_worse_on_own_appeal=office.config.no_worse_on_own_appeal)


def stream_for(action_id: str) -> StreamId:
    """The stream of an action's appeal. Its name tells the action to those alone who know its id."""
    return StreamId(kind=STREAM_KIND, id=hashlib.sha256(action_id.encode()).hexdigest()[:32])


def route_of(plan: Plan, action: PlannedAction, *, files: Sequence[str] = ()) -> Route:
    """What an appeal against one planned action can be about.

    Raises UsageError `appeal.no_route` for an action that says nothing of an appeal.
    """
    appeal = action.appeal
    if appeal is None:
        raise UsageError("appeal.no_route", "this action says nothing of an appeal", place=action.id)
    until = None if appeal.until is None else datetime.combine(appeal.until, time(23, 59, 59), UTC)
    return Route(
        plan=str(plan.id),
        action=action.id,
        kind=action.action.kind,
        account=action.action.target,
        wikis=tuple(action.action.wikis),
        language=action.language,
        body=appeal.body,
        until=until,
        can_be_worse=appeal.can_be_worse,
        files=tuple(files),
    )


def make_link(office: Office, route: Route) -> str:
    """The address for the notice. Made anew for an action that is prepared again; the one before stops working.

    Raises UsageError `appeal.worse`, `appeal.until`, CheckFailedError `appeal.standing` when it was carried out.
    """
    system, stream, link = (
        Reader.of_the_office(Because.BOOKS),
        stream_for(route.action),
        fresh_link(secrets.token_bytes(ENTROPY_BYTES)),
    )
    now, policy = office.clock(), policy_of(office)
    with office.vault.transaction():
        if office.vault.exists(stream):
            kept = open_kept(office, system, stream, "link of an appeal made anew")
            facts = steps.change_route(kept.state, route, link, policy=policy, now=now)
            append_to(office, system, kept, facts, purpose="link of an appeal made anew")
        else:
            facts = steps.open_route(route, link, policy=policy, now=now)
            create_kept(office, facts, purpose="link of an appeal made", stream=stream)
    return address_of(office, link)


def keep_route(office: Office, route: Route, facts: Sequence[Fact]) -> StreamId:
    """Keep a route that opens when a "no" is over, with its link in force."""
    stream = stream_for(route.action)
    opened = [*facts, *steps.put_in_force(APPEAL.fold(facts), route.barred, now=office.clock())]
    return create_kept(office, opened, purpose="link of an appeal made", stream=stream)


def create_kept(office: Office, facts: Sequence[Fact], *, purpose: str, stream: StreamId | None = None) -> StreamId:
    """A new stream of an appeal: under the name of its action, or a fresh one that says nothing."""
    state = APPEAL.fold(facts)
    return office.vault.create(
        Reader.of_the_office(Because.BOOKS),
        STREAM_KIND,
        facts,
        summary=_summary(office, state),
        purpose=purpose,
        stream_id=stream.id if stream else None,
        tokens=_tokens(state),
    )


def address_of(office: Office, link: Secret) -> str:
    """Where a link leads."""
    return f"{office.config.origin}/appeal/{link.text}/"


def put_in_force(office: Office, plan_id: str, barred: Mapping[MemberId, str]) -> int:
    """The plan is carried out: its links work. `barred` are those who had a part in the decision, and which part.

    How many links began to work; called again it does nothing.
    """
    system, count = Reader.of_the_office(Because.APPROVED), 0
    for stream in office.vault.holding(PLAN, plan_id):
        with office.vault.transaction():
            kept = open_kept(office, system, stream, "appeal offered")
            facts = steps.put_in_force(kept.state, barred, now=office.clock())
            append_to(office, system, kept, facts, purpose="appeal offered")
        count += len(facts)
    return count


# those who read appeals


def list_appeals(office: Office, reader: Reader, *, state: str | None = None, after: str | None = None) -> ListPage:
    """One page of the queue, without names: id, standing, when the outcome is owed."""
    asked = Reader(member=reader.member, roles=reader.roles, passkey_session=reader.passkey_session)
    return office.vault.list_page(asked, STREAM_KIND, purpose="queue of appeals shown", state=state, after=after)


def read_appeal(office: Office, reader: Reader, stream: StreamId) -> Kept:
    """One appeal, whole.

    Raises as `Vault.read`, and CheckFailedError `appeal.not_in_force` for people while the action is only planned:
    whose name stands in a plan is for those who work on it.
    """
    kept = open_kept(office, reader, stream, "appeal shown")
    if kept.standing is Standing.PREPARED and reader.member != SYSTEM:
        raise CheckFailedError("appeal.not_in_force", "the action is not carried out; there is nothing to appeal yet")
    return kept


def beside(office: Office, kept: Kept) -> tuple[Listed, ...]:
    """The other filings against the same action, by id and standing, those of the account itself first.

    Nothing is opened: whoever fills the queue with filings must not use up what its readers may open in a day.
    """
    action = kept.state.route.action
    streams = {stream_for(action), *office.vault.holding(ACTION, action)} - {kept.stream}
    lines = office.vault.plain_lines(STREAM_KIND, limit=100_000)
    filed = [line for line in lines if line.stream in streams and line.state not in _NOT_FILED]
    return tuple(sorted(filed, key=lambda line: PROVEN not in line.tags))


def find_eligible(office: Office, reader: Reader, stream: StreamId) -> None:
    """It is taken up. Raises as `appeal_steps.find_eligible`."""
    _do(office, reader, stream, "appeal taken up", lambda kept: _first(office, reader, kept))


def refuse(office: Office, reader: Reader, stream: StreamId, code: Ineligible, message: Text) -> None:
    """It is not taken up, and this is published as a count with its code. Raises as `appeal_steps.refuse`."""

    def facts(kept: Kept) -> list[Fact]:
        _check_apart(office, reader, kept)
        return steps.refuse(kept.state, code, message, now=office.clock(), by=reader.member)

    _do(office, reader, stream, "appeal refused", facts)


def assign(office: Office, reader: Reader, stream: StreamId, to: MemberId | None = None) -> None:
    """Somebody takes the appeal: the one who asks, or another reader. Raises as `appeal_steps.assign`."""

    def facts(kept: Kept) -> list[Fact]:
        barred = barred_now(office, kept.state)
        return steps.assign(kept.state, to or reader.member, barred=barred, now=office.clock(), by=reader.member)

    _do(office, reader, stream, "appeal assigned", facts)


def stand_aside(office: Office, reader: Reader, stream: StreamId) -> None:
    """The reader gives it back. Raises CheckFailedError `appeal.not_yours`."""
    _do(
        office,
        reader,
        stream,
        "reader stood aside",
        lambda kept: steps.stand_aside(kept.state, now=office.clock(), by=reader.member),
    )


def decide(office: Office, reader: Reader, stream: StreamId, outcome: Outcome, message: Text, **more: Any) -> None:
    """The outcome, with what it asks for; the public log gets it. Raises as `appeal_steps.decide`."""

    def facts(kept: Kept) -> list[Fact]:
        barred = barred_now(office, kept.state)
        return steps.decide(kept.state, outcome, message, now=office.clock(), by=reader.member, barred=barred, **more)

    _do(office, reader, stream, "appeal decided", facts)


def answer_remand(office: Office, member: Reader, stream: StreamId) -> None:
    """Those to whom it was sent back have answered. Raises CheckFailedError `appeal.standing`."""
    office.vault.require(member, "write", "case", purpose="appeal sent back is answered")
    system = Reader.of_the_office(Because.BOOKS)
    with office.vault.transaction():
        kept = open_kept(office, system, stream, "appeal sent back is answered")
        facts = steps.note_remand_answered(kept.state, now=office.clock(), by=member.member)
        append_to(office, system, kept, facts, purpose="appeal sent back is answered")


def note_carried_out(office: Office, stream: StreamId, by: str) -> None:
    """What the outcome asks for is in force on the wikis; `by` names the sweep or plan (`sweep/ID`)."""
    system = Reader.of_the_office(Because.BOOKS)
    with office.vault.transaction():
        kept = open_kept(office, system, stream, "outcome carried out")
        facts = [] if kept.state.restored_by else steps.note_carried_out(kept.state, by, now=office.clock())
        append_to(office, system, kept, facts, purpose="outcome carried out")


def renew_link(office: Office, reader: Reader, stream: StreamId, until: datetime | None) -> str:
    """A new link for somebody who lost theirs, whatever was filed and decided; it is shown once.

    `stream` is the action's own or that of any filing against it. Raises CheckFailedError `appeal.not_in_force`.
    """
    link = fresh_link(secrets.token_bytes(ENTROPY_BYTES))
    action = read_appeal(office, reader, stream).state.route.action
    _do(
        office,
        reader,
        stream_for(action),
        "link of an appeal renewed",
        lambda kept: steps.renew_link(kept.state, link, until=until, now=office.clock(), by=reader.member),
    )
    return address_of(office, link)


def barred_now(office: Office, state: Appeal) -> dict[MemberId, str]:
    """Everybody who must keep away from this appeal, with the reason: those of the route, who worked on the case, who
    is recused from it, and every member whom a declared tie or a common account makes one person with them."""
    barred = dict(state.route.barred)
    for name in state.route.files:
        kind, _, number = name.partition("/")
        if kind == "case" and office.vault.exists(StreamId(kind=kind, id=number)):
            facts = office.vault.read(
                Reader.of_the_office(Because.RULE), StreamId(kind=kind, id=number), purpose="who worked on a case"
            )
            case = fold(facts)
            barred |= dict.fromkeys(case.readers.recused, "recused from the case")
            barred |= dict.fromkeys(case.writers, "worked on the case")
    everyone = approvers(office)
    for member, why in list(barred.items()):
        for other in same_person(member, everyone) - {member}:
            barred.setdefault(other, f"tied to somebody who {why}")
    return barred


def check_evidence_free(office: Office, stream: StreamId) -> None:
    """Return when no appeal needs this part of its file any more (3.13).

    Raises CheckFailedError `appeal.evidence_held` while something that rests on it can be appealed, an appeal is
    open, or the days after its end are not over.
    """
    policy, now = policy_of(office), office.clock()
    for found in office.vault.holding(FILE, str(stream)):
        kept = open_kept(office, Reader.of_the_office(Because.BOOKS), found, "evidence kept for an appeal")
        until = evidence_held_until(kept.state, policy)
        if kept.standing is not Standing.PREPARED and (until is None or now < until):
            raise CheckFailedError(
                "appeal.evidence_held",
                "an action that rests on this can be appealed, or an appeal is open",
                expected="the end of the appeal and of the days after it" if until is None else f"{until:%Y-%m-%d}",
                place=str(stream),
            )


def all_appeals(office: Office, purpose: str) -> list[Kept]:
    """Every appeal that is kept, for the system's own work."""
    lines = office.vault.plain_lines(STREAM_KIND, limit=100_000)
    return [open_kept(office, Reader.of_the_office(Because.BOOKS), line.stream, purpose) for line in lines]


def note_said_publicly(office: Office, stream: StreamId) -> bool:
    """Keep where the public log has the outcome, when it has it. Whether something was kept."""
    row, _ = office.vault.meant_for_log(stream, OUTCOME)
    system = Reader.of_the_office(Because.BOOKS)
    with office.vault.transaction():
        kept = open_kept(office, system, stream, "outcome said publicly")
        if row.index is None or kept.state.published_as is not None:
            return False
        facts = steps.note_said_publicly(kept.state, int(row.index), now=office.clock())
        append_to(office, system, kept, facts, purpose="outcome said publicly")
    return True


# how it is kept


def _first(office: Office, reader: Reader, kept: Kept) -> list[Fact]:
    _check_apart(office, reader, kept)
    return steps.find_eligible(kept.state, now=office.clock(), by=reader.member)


def _check_apart(office: Office, reader: Reader, kept: Kept) -> None:
    barred = barred_now(office, kept.state)
    if reader.member in barred:
        raise CheckFailedError("appeal.barred", "an appeal goes to a different person", got=barred[reader.member])


def open_kept(office: Office, reader: Reader, stream: StreamId, purpose: str) -> Kept:
    """An appeal with its facts, for the work of this room. Raises as `Vault.read`."""
    facts = office.vault.read(reader, stream, purpose=purpose)
    state = APPEAL.fold(facts)
    return Kept(stream=stream, state=state, standing=state.standing(office.clock()), facts=facts)


def _do(office: Office, reader: Reader, stream: StreamId, purpose: str, facts: Callable[[Kept], list[Fact]]) -> None:
    with office.vault.transaction():
        kept = open_kept(office, reader, stream, purpose)
        append_to(office, reader, kept, facts(kept), purpose=purpose)


def append_to(office: Office, reader: Reader, kept: Kept, facts: Sequence[Fact], *, purpose: str) -> None:
    """Keep new facts, with what lists and tokens say now; a decision goes to the public log with them."""
    if not facts:
        return
    state = APPEAL.fold([*kept.facts, *facts])
    with office.vault.transaction():
        office.vault.append(
            reader,
            kept.stream,
            facts,
            expect=len(kept.facts),
            summary=_summary(office, state),
            purpose=purpose,
            tokens=_tokens(state),
        )
        if state.decided is not None and kept.state.decided is None:
            payload = steps.public_payload(state, role="appeal reader", about=None)
            entry = LogEntry(name=OUTCOME, kind="appeal outcome", payload=payload)
            office.vault.log_later(
                Reader.of_the_office(Because.BOOKS), kept.stream, entry, purpose="outcome of an appeal published"
            )


def _summary(office: Office, state: Appeal) -> Summary:
    standing = state.standing(office.clock())
    due = state.due_at(policy_of(office)) if state.decided is None else None
    tags = [PROVEN] if state.is_proven else []
    tags += [] if state.decided is None else [f"outcome-{state.decided.outcome.value}"]
    return Summary(state=standing.value, due_at=due or state.route.until, tags=tags)


def _tokens(state: Appeal) -> dict[str, list[str]]:
    """By what the appeal is found now. A link that was closed finds nothing any more."""
    found = {PLAN: [state.route.plan], FILE: list(state.route.files)}
    if state.link_works:
        found[LINK] = [state.link_sha256]
    if state.filing is None:
        # a plan that is not carried out yet must not show in the answer to a person's request for their own data
        return found
    return found | {
        RECEIPT: [state.receipt_sha256],
        ACCOUNT: [state.route.account],
        ACTION: [state.route.action],
    }
