"""The register in the office: one sealed stream for each person, and the rule book that two people change.

A person's facts lie twice under the person's own key: as facts, and together as the summary, so that the whole
register is read with one pass over the summaries.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from holdfast.access.freezes.freeze import FreezeState
from holdfast.access.register.import_csv import COLUMNS
from holdfast.access.register.import_groups import read_groups
from holdfast.access.register.moments import text_of
from holdfast.access.register.person import Person
from holdfast.access.register.person_facts import PERSON, fold
from holdfast.access.register.register import ClassRestriction, Register
from holdfast.access.rules.console_rules import Because
from holdfast.access.rules.rights import RIGHTS
from holdfast.access.rules.rule_book import RuleBook, rule_book_from
from holdfast.accounts.names import account_as_compared, account_name
from holdfast.canonical import canonical_bytes
from holdfast.errors import InputRefusedError, UsageError
from holdfast.facts import Fact, MemberId, StreamId
from holdfast.facts.kinds import fact_from_row, fact_to_row
from holdfast.ids import WikiName, wiki_name
from holdfast.papers.decoding import UTF_8
from holdfast.store.office.streams import Summary, fresh_id
from holdfast.store.office.vault import ListPage, Reader
from holdfast.wiki.members import fetch_groups
from holdfast.workflows.access.register_file import Preview, preview_data, read_file
from holdfast.workflows.office.members import members_with
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.operators import operators_of
from holdfast.workflows.office.propose import propose
from holdfast.workflows.office.small_facts import RULES as RULE_FACTS

KIND = "person"
RULES = StreamId(kind="rules", id="access")
"""The stream of the rule book."""


@dataclass(frozen=True, kw_only=True)
class OfficeRegister:
    """The register as a reader may see it, and what is assumed where nobody said."""

    register: Register
    assumed: tuple[str, ...] = ()


def load(office: Office, reader: Reader, *, purpose: str) -> OfficeRegister:
    """The whole register, for computing over it; one entry in the audit for all of it.

    Whoever is then shown by name is counted: call `shown`. Raises CheckFailedError `access.refused`.
    """
    people = {
        stream: fold(stream, map(fact_from_row, sealed["facts"]))
        for stream, sealed in office.vault.compute_over(reader, KIND, purpose=purpose)
    }
    book = rule_book(office)
    if book is not None:
        return OfficeRegister(register=Register(people=people, book=book, restrictions=_restrictions(office)))
    versions = frozenset(each.version for person in people.values() for each in person.agreements)
    return OfficeRegister(
        register=Register(
            people=people, book=_before_the_first(office, versions), restrictions=_restrictions(office)
        ),
        assumed=(f"no rule book yet: every version of the agreement in the register counts ({len(versions)})",),
    )


def load_for_rules(office: Office) -> Register:
    """The rule book and the standing restrictions, with nobody in it; the caller puts in whom it may show."""
    book = (
        rule_book(office) or load(office, Reader.of_the_office(Because.RULE), purpose="rule book read").register.book
    )
    return Register(people={}, book=book, restrictions=_restrictions(office))


def _before_the_first(office: Office, versions: frozenset[str]) -> RuleBook:
    """What counts while nobody has set a rule book."""
    return RuleBook(
        current_versions=versions or frozenset({"none"}),
        languages={wiki.name: wiki.language for wiki in office.config.wikis.values()},
        single_holder_days=office.config.two_holders_days,
        review_days=office.config.review_days,
    )


def shown(office: Office, reader: Reader, people: Iterable[StreamId], *, purpose: str) -> None:
    """Count the people whose names a page shows. Raises CheckFailedError `audit.budget.spent`."""
    with office.vault.transaction():
        office.vault.count_reads(reader, sorted(set(people)), purpose=purpose)


def one_person(office: Office, reader: Reader, number: str, *, purpose: str = "person shown") -> Person:
    """One person of the register, read and counted."""
    stream = StreamId(kind=KIND, id=number)
    return fold(stream, office.vault.read(reader, stream, purpose=purpose))


def find(office: Office, account: str) -> tuple[str, ...]:
    """The ids of people who have or had this account, by its keyed token; nothing is opened.

    Raises InputRefusedError `access.name`.
    """
    return tuple(each.id for each in office.vault.holding("account", account_name(account)) if each.kind == KIND)


def people_page(office: Office, reader: Reader, *, after: str | None, state: str | None = None) -> ListPage:
    """One page of the list of people; names only where the reader may read each of them."""
    return office.vault.list_page(reader, KIND, purpose="register listed", after=after, state=state)


def import_file(
    office: Office, reader: Reader, path: Path, kind: str, *, wiki: str, version: str, encoding: str = UTF_8
) -> Preview:
    """Read a file into the register; as `import_data`. Raises UsageError `access.no_file` too."""
    return import_data(
        office, reader, read_file(path), kind, place=str(path), wiki=wiki, version=version, encoding=encoding
    )


def import_data(
    office: Office,
    reader: Reader,
    data: bytes,
    kind: str,
    *,
    place: str,
    wiki: str,
    version: str,
    encoding: str = UTF_8,
) -> Preview:
    """Read people into the register, all of them or nothing; twice adds nothing.

    Raises what `preview_data` raises, CheckFailedError `access.refused`.
    """
    with office.vault.transaction():
        register = load(office, reader, purpose="register imported").register
        preview = preview_data(
            data,
            kind,
            register,
            place=place,
            wiki=wiki,
            version=version,
            now=office.clock(),
            by=reader.member,
            new_id=fresh_id,
            encoding=encoding,
        )
        write_people(office, reader, preview.found.facts, register=register, purpose="register imported")
    return preview


def import_wiki(office: Office, reader: Reader, wiki: str) -> Preview:
    """Read who is in which group from a live wiki into the register; twice adds nothing.

    Groups that the wiki does not know are passed over. Raises InputRefusedError `operators.no_wiki`,
    `access.groups.none` when it knows none of them, BusyError, HandLostError.
    """
    office.vault.require(reader, "write", KIND, purpose="register read from a wiki")
    hand = operators_of(office).openers_for(wiki_name(wiki))[0]()
    answers: list[Any] = []
    for group in [group for right in RIGHTS.values() for group in right.groups]:
        try:
            answers += fetch_groups(hand, [group])
        except InputRefusedError as reason:
            if reason.code != "wiki.no_group":
                raise
    if not answers:
        raise InputRefusedError(
            "access.groups.none", "this wiki shows nobody in a group that opens non-public data", place=wiki
        )
    return take_groups(office, reader, wiki_name(wiki), answers)


def take_groups(office: Office, reader: Reader, wiki: WikiName, answers: Sequence[Any]) -> Preview:
    """Keep what a wiki said of all its groups: who is in them, and who past their date is in them no more."""
    data, place = canonical_bytes(list(answers)), f"the groups of {wiki}"
    with office.vault.transaction():
        preview = import_data(office, reader, data, "groups", place=place, wiki=wiki, version="")
        _note_gone(office, reader, wiki, answers)
    return preview


def _note_gone(office: Office, reader: Reader, wiki: WikiName, answers: Sequence[Any]) -> None:
    """Of grants past their date on a wiki whose groups were all read: that it shows them no more."""
    now = office.clock()
    entries = read_groups(answers, wiki=wiki, place=f"the groups of {wiki}", now=now)
    there = {(account_as_compared(each.account), each.grant.right) for each in entries if each.grant}
    register = load(office, Reader.of_the_office(Because.CLOCK), purpose="grants past their date read").register
    facts: dict[StreamId, list[Fact]] = {}
    for person, grant in register.standing_at(now):
        here = grant.wiki == wiki and RIGHTS[grant.right].groups and not grant.runs_at(now)
        if here and (account_as_compared(person.account_on(wiki)), grant.right) not in there:
            body = {
                "wiki": wiki,
                "right": grant.right,
                "at": text_of(now),
                "why": "past its date, and gone on the wiki",
            }
            facts.setdefault(person.id, []).append(PERSON.fact("right ended", at=now, by=reader.member, body=body))
    write_people(office, reader, facts, register=register, purpose="register read from a wiki")


def add_row(office: Office, reader: Reader, row: Mapping[str, str]) -> Preview:
    """Add what one row of the CSV form says, as an import of one row does."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(COLUMNS))
    writer.writeheader()
    writer.writerow({name: row.get(name, "") for name in COLUMNS})
    return import_data(office, reader, out.getvalue().encode(), "csv", place="the form", wiki="", version="")


def end_grant(office: Office, reader: Reader, number: str, *, wiki: str, right: str, why: str) -> None:
    """End now a grant that runs, or one past its date that nobody has ended yet.

    Raises UsageError `access.grant.none` and `access.grant.why`.
    """
    with office.vault.transaction():
        person = one_person(office, reader, number, purpose="grant ended")
        now = office.clock()
        if not any(grant.key == (wiki, right) for grant in person.standing_at(now)):
            raise UsageError("access.grant.none", "no such grant runs", hint="load the page again")
        if not why.strip():
            raise UsageError("access.grant.why", "say why the grant ends")
        body = {"wiki": wiki, "right": right, "at": text_of(now), "why": why.strip()}
        fact = PERSON.fact("right ended", at=now, by=reader.member, body=body)
        write_people(office, reader, {person.id: [fact]}, purpose="grant ended")


def account_gone(office: Office, reader: Reader, number: str) -> None:
    """Note that a person's account vanished or was closed, now; what is known of it stays."""
    with office.vault.transaction():
        person = one_person(office, reader, number, purpose="account gone")
        if person.gone_at is None:
            now = office.clock()
            fact = PERSON.fact("account gone", at=now, by=reader.member, body={"at": text_of(now)})
            write_people(office, reader, {person.id: [fact]}, purpose="account gone")


def write_people(
    office: Office,
    reader: Reader,
    facts: Mapping[StreamId, Sequence[Fact]],
    *,
    register: Register | None = None,
    purpose: str,
) -> None:
    """Add facts to people, new ones and known ones, all or none. `register` spares a second look at who is known."""
    with office.vault.transaction():
        for stream, new in facts.items():
            if new and stream.kind == KIND:
                known = stream in register.people if register else office.vault.exists(stream)
                _write_person(office, reader, stream, tuple(new), known=known, purpose=purpose)


def _write_person(
    office: Office, reader: Reader, stream: StreamId, new: tuple[Fact, ...], *, known: bool, purpose: str
) -> None:
    before = office.vault.read(Reader.of_the_office(Because.BOOKS), stream, purpose=purpose) if known else ()
    facts = (*before, *new)
    person = fold(stream, facts)
    summary = Summary(
        state=_state(person, office.clock()),
        due_at=_due(person, office.clock()),
        sealed={"account": person.account, "facts": [fact_to_row(each) for each in facts]},
    )
    tokens = {"account": _accounts(person)}
    if known:
        office.vault.append(reader, stream, new, expect=len(before), summary=summary, purpose=purpose, tokens=tokens)
        return
    office.vault.create(
        reader,
        KIND,
        new,
        summary=summary,
        purpose=purpose,
        stream_id=stream.id,
        tokens=tokens,
        concerns=members_with(office, sorted(_accounts(person))),
    )


def _accounts(person: Person) -> frozenset[str]:
    return frozenset({person.account, *person.former, *(each.name for each in person.wiki_accounts.values())})


def members_of(office: Office, people: Iterable[Person]) -> tuple[MemberId, ...]:
    """The members of the console who are these people, by their wiki accounts or as recorded."""
    found = set()
    for person in people:
        found |= {*person.members, *members_with(office, sorted(_accounts(person)))}
    return tuple(sorted(found))


def _state(person: Person, at: datetime) -> str:
    """`frozen`, `holds` or `former`: plain in the database, so it names no jurisdiction and no right."""
    if any(hold.stands_at(at) for hold in person.holds):
        return "frozen"
    return "holds" if person.standing_at(at) else "former"


def _due(person: Person, at: datetime) -> datetime | None:
    ends = [grant.ends for grant in person.grants if grant.ends and grant.runs_at(at)]
    return min(ends, default=None)


def _restrictions(office: Office) -> tuple[ClassRestriction, ...]:
    """What standing freezes of a class forbid to newcomers."""
    standing = office.vault.compute_over(
        Reader.of_the_office(Because.RULE),
        "freeze",
        purpose="standing freezes read",
        states=(FreezeState.IN_FORCE.value,),
    )
    return tuple(
        ClassRestriction(freeze=stream.id, jurisdiction=jurisdiction, right=right)
        for stream, sealed in standing
        for jurisdiction, right in sealed["restrictions"]
    )


def rule_book(office: Office) -> RuleBook | None:
    """The rule book that two people set last; null before the first."""
    if not office.vault.exists(RULES):
        return None
    facts = office.vault.read(Reader.of_the_office(Because.RULE), RULES, purpose="rule book read")
    return rule_book_from(facts[-1].body["book"], place=str(RULES))


def propose_rules(office: Office, reader: Reader, book: RuleBook) -> StreamId:
    """Put a changed rule book before two people; what it restricts counts from the moment they have signed."""
    before = rule_book(office)
    return propose(
        office,
        reader,
        "access-rules",
        {"book": book.to_json(), "before": before.to_json() if before else None},
    )


def set_rules(office: Office, book: RuleBook, *, by: MemberId) -> None:
    """Write a rule book down, for the proposal that was approved."""
    fact = RULE_FACTS.fact("rules set", at=office.clock(), by=by, body={"book": book.to_json()})
    summary = Summary(state="in force")
    system = Reader.of_the_office(Because.BOOKS)
    if office.vault.exists(RULES):
        expect = office.vault.length(RULES)
        office.vault.append(system, RULES, [fact], expect=expect, summary=summary, purpose="rule book set")
    else:
        office.vault.create(system, RULES.kind, [fact], summary=summary, purpose="rule book set", stream_id=RULES.id)
