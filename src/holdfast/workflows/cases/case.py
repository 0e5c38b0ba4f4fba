"""Cases in the office: begun, read, written in, listed. Each case is one sealed stream under a key of its own.

Whoever reads gets the case as they may see it (`cases.readers.seen_by`); rules are checked on the whole. A title is
sealed, and stays out of the list where the case is marked red.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from holdfast.access.rules.console_rules import Because
from holdfast.access.rules.roles import Role
from holdfast.accounts.names import account_as_compared, asked_name
from holdfast.cases._kind import CLOCK, Stage
from holdfast.cases.case import BEGUN, BOOK, KINDS, Case, append, fold, wish
from holdfast.cases.course import due_at
from holdfast.cases.hypotheses import has_seen_exculpatory
from holdfast.cases.markings import Marking
from holdfast.cases.markings import Reader as CaseReader
from holdfast.cases.readers import seen_by
from holdfast.cases.recusal import Edge, Why, recusals
from holdfast.facts import SYSTEM, Fact, MemberId, StreamId
from holdfast.store.office.streams import Summary
from holdfast.store.office.vault import ListPage, Reader
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.propose import approvers

KIND = "case"
ACCOUNTS = "case account"
"""The purpose of the tokens by which cases are matched blindly."""
NAMED = "case named"
"""The purpose of the tokens by which a case that is marked red is found by those whom it names."""
_RED = "red"
"""In the list of cases: opens for those alone whom the case names, and for readers of appeals."""


@dataclass(frozen=True, kw_only=True)
class OpenCase:
    """A case that a reader has opened: what they may see of it."""

    id: str
    seen: Case
    facts: int
    must_read_first: bool
    """A decider who has not been shown yet, or not again, what exonerates (2.16)."""


def stream_of(case_id: str) -> StreamId:
    """The stream of a case."""
    return StreamId(kind=KIND, id=case_id)


def begin_case(office: Office, reader: Reader, *, title: str, wikis: Sequence[str], marking: str) -> str:
    """A new case in triage; gives its id, which says nothing.

    Raises InputRefusedError `case.fact.…`, CheckFailedError `case.role` or `access.refused`.
    """
    body = {
        "title": title,
        "wikis": sorted(wikis),
        "marking": marking,
        "idle_days": office.config.idle_case_days,
    }
    fact = wish(None, BEGUN, body, by=reader.member, at=office.clock(), roles=reader.roles)
    case = append(None, fact)
    summary, tokens = _summary(case), _tokens(case)
    return office.vault.create(reader, KIND, [fact], summary=summary, purpose="case begun", tokens=tokens).id


def may_open(office: Office, reader: Reader, case_id: str) -> bool:
    """Whether a case opens for this reader, as `read_case` decides it; nothing is opened and nothing written down.

    A case that was last written by an earlier version does not say yet that it is red.
    """
    stream = stream_of(case_id)
    if not office.vault.may(reader, "read_sealed", KIND, stream).allowed:
        return False
    line = office.vault.plain_line(stream)
    if line is None or _RED not in line.tags or Role.APPEAL_READER in reader.roles:
        return line is not None
    return stream in office.vault.holding(NAMED, reader.member)


def read_case(office: Office, reader: Reader, case_id: str, *, purpose: str = "case shown") -> OpenCase:
    """A case as this reader may see it.

    Raises CheckFailedError `access.refused`, `audit.budget.spent`, `case.reader.…`; InputRefusedError
    `office.stream.unknown` or `office.stream.erased`.
    """
    facts = office.vault.read(reader, stream_of(case_id), purpose=purpose)
    case = fold(facts)
    seen = seen_by(case, _case_reader(reader))
    unread = not has_seen_exculpatory(case, reader.member)
    must = Role.DECIDER in reader.roles and case.stage is Stage.OPEN and unread
    return OpenCase(id=case_id, seen=seen, facts=len(facts), must_read_first=must)


def write_case(office: Office, reader: Reader, case_id: str, of_type: str, body: Mapping[str, Any]) -> Case:
    """Add one fact to a case; new things get the next free id of their sort.

    Raises what `read_case` raises, InputRefusedError `case.fact.…`, `access.name` and CheckFailedError `case.…` of
    the rule that refuses it. Whoever becomes too close by this is recused in the same transaction.
    """
    return write_facts(office, reader, case_id, [(of_type, body)])


def write_facts(
    office: Office, reader: Reader, case_id: str, wishes: Iterable[tuple[str, Mapping[str, Any]]]
) -> Case:
    """Add several facts, all or none; as `write_case`."""
    stream = stream_of(case_id)
    with office.vault.transaction():
        facts = office.vault.read(reader, stream, purpose="case written")
        before = case = fold(facts)
        seen_by(case, _case_reader(reader))
        new: list[Fact] = []
        for of_type, given in wishes:
            body = {**given, "account": asked_name(str(given["account"]))} if "account" in given else given
            prefix = KINDS[of_type].prefix if of_type in KINDS else ""
            with_id = {"id": next_id(case, prefix), **body} if prefix else body
            fact = wish(case, of_type, with_id, by=reader.member, at=office.clock(), roles=reader.roles)
            case = append(case, fact)
            new.append(fact)
        if set(case.people) != set(before.people):
            more = recusal_facts(office, case_id, case)
            new += more
            case = _after(case, more)
        office.vault.append(
            reader,
            stream,
            new,
            expect=len(facts),
            summary=_summary(case),
            purpose="case written",
            tokens=_tokens(case),
        )
        if case.readers.barred != before.readers.barred:
            office.vault.set_denied(
                Reader.of_the_office(Because.BOOKS),
                stream,
                sorted(case.readers.barred),
                purpose="case closed to some",
            )
    return case


def write_as_clock(
    office: Office, case_id: str, facts: tuple[Fact, ...], of_type: str, body: Mapping[str, Any], *, by: MemberId
) -> Case:
    """Add a fact that follows from a reading or from the calendar, after the facts that were read."""
    case = fold(facts)
    fact = BOOK.fact(of_type, at=office.clock(), by=by, body=body)
    if by == SYSTEM:
        wish(case, of_type, body, by=by, at=fact.at, roles=frozenset({CLOCK}))
    case = append(case, fact)
    office.vault.append(
        Reader.of_the_office(Because.BOOKS),
        stream_of(case_id),
        [fact],
        expect=len(facts),
        summary=_summary(case),
        purpose="case written by a clock",
    )
    return case


def list_cases(
    office: Office, reader: Reader, *, state: str | None = None, after: str | None = None, titles: bool = False
) -> ListPage:
    """One page of the list: ids, stages and times. With `titles` each title is opened, written down and counted."""
    return office.vault.list_page(reader, KIND, purpose="case list shown", state=state, after=after, names=titles)


def other_cases_holding(office: Office, case_id: str, case: Case) -> dict[str, int]:
    """Person of the case to the number of other cases that hold their account; no case is opened (2.7)."""
    return {
        name: len(_cases_holding(office, person.account) - {case_id}) for name, person in sorted(case.people.items())
    }


def recusal_facts(office: Office, case_id: str, case: Case, edges: Sequence[Edge] = ()) -> list[Fact]:
    """New recusals, computed from declared wiki accounts, the edges given, and people of one other case (3.7)."""
    accounts = {
        each.member: tuple(account_as_compared(account) for account in each.wiki_accounts)
        for each in approvers(office)
    }
    own = {account for listed in accounts.values() for account in listed}
    held = {account: _cases_holding(office, account) - {case_id} for account in own}
    together = [
        Edge(one=account, other=person.account, why=Why.SAME_CASE)
        for person in case.people.values()
        for account, cases in held.items()
        if account != account_as_compared(person.account) and cases & _cases_holding(office, person.account)
    ]
    found = recusals(_in_form(case), accounts, [*_edges_in_form(edges), *_edges_in_form(together)])
    now = office.clock()
    return [
        BOOK.fact("recusal found", at=now, by=SYSTEM, body={"member": member, "why": "; ".join(reasons)})
        for member, reasons in sorted(found.items())
        if member not in case.readers.recused
    ]


def recuse(office: Office, reader: Reader, case_id: str, edges: Sequence[Edge]) -> int:
    """Compute recusals with a list of closeness and write the new ones down; gives how many were new."""
    stream = stream_of(case_id)
    with office.vault.transaction():
        facts = office.vault.read(reader, stream, purpose="recusal computed")
        case = fold(facts)
        seen_by(case, _case_reader(reader))
        new = recusal_facts(office, case_id, case, edges)
        if new:
            after = _after(case, new)
            office.vault.append(
                reader, stream, new, expect=len(facts), summary=_summary(after), purpose="recusal computed"
            )
            barred = sorted(after.readers.barred)
            office.vault.set_denied(
                Reader.of_the_office(Because.BOOKS), stream, barred, purpose="case closed to some"
            )
    return len(new)


def next_id(case: Case, prefix: str) -> str:
    """The next free id of a sort of things: `e1`, `e2` …"""
    taken = {
        *case.work.tasks,
        *case.work.notes,
        *case.work.events,
        *case.sources,
        *case.reports,
        *case.people,
        *case.evidence,
        *case.findings,
        *case.hypotheses,
        *case.exculpatory,
        *case.readers.counsel,
    }
    number = 1
    while f"{prefix}{number}" in taken:
        number += 1
    return f"{prefix}{number}"


def _after(case: Case, facts: Iterable[Fact]) -> Case:
    for fact in facts:
        case = append(case, fact)
    return case


def _cases_holding(office: Office, account: str) -> set[str]:
    return {each.id for each in office.vault.holding(ACCOUNTS, account) if each.kind == KIND}


def _in_form(case: Case) -> Case:
    people = {name: replace(each, account=account_as_compared(each.account)) for name, each in case.people.items()}
    return replace(case, people=people)


def _edges_in_form(edges: Iterable[Edge]) -> list[Edge]:
    return [replace(each, one=account_as_compared(each.one), other=account_as_compared(each.other)) for each in edges]


def _case_reader(reader: Reader) -> CaseReader:
    return CaseReader(member=reader.member, roles=reader.roles)


def _summary(case: Case) -> Summary:
    due: datetime | None = due_at(case)
    title = "" if case.marking is Marking.RED else case.title
    tags = (*(("idle",) if case.course.idle_since else ()), *((_RED,) if case.marking is Marking.RED else ()))
    return Summary(state=case.stage.value, due_at=due, tags=tags, sealed={"title": title})


def _tokens(case: Case) -> dict[str, list[str]]:
    named = sorted(case.readers.named) if case.marking is Marking.RED else []
    return {ACCOUNTS: [person.account for person in case.people.values()], NAMED: list(named)}
