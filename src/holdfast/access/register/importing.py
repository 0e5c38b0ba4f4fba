"""From entries of any origin to facts: who is meant, what is new, what contradicts. Importing twice adds nothing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from holdfast.access.register.moments import day_or_moment, text_of, text_or_none
from holdfast.access.register.person import Agreement, Exemption, Grant, Jurisdiction, Person
from holdfast.access.register.person_facts import PERSON, fold
from holdfast.access.register.register import Register
from holdfast.accounts.names import AccountName, account_as_compared, same_account
from holdfast.errors import InputRefusedError
from holdfast.facts import Fact, MemberId, StreamId
from holdfast.ids import WikiName

_TODAY = timedelta(days=1)
"""A day that has begun somewhere on Earth is not the future."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What one row, list item or group member says about one account. What it does not say is None or empty."""

    place: str
    account: AccountName
    label: str = ""
    """Joins entries of one person whose accounts have different names."""
    wiki: WikiName | None = None
    user_id: int | None = None
    former: tuple[AccountName, ...] = ()
    grant: Grant | None = None
    begins_known: bool = True
    """Whether `grant.begins` was said, or is the moment of the import for want of better."""
    agreement: Agreement | None = None
    jurisdiction: Jurisdiction | None = None
    exemption: Exemption | None = None
    notice_language: str = ""
    gone_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Import:
    """The new facts of each stream, in order, and what came of the entries."""

    facts: Mapping[StreamId, tuple[Fact, ...]]
    entries: int
    people_added: int
    entries_unchanged: int
    renamed: tuple[tuple[StreamId, str], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def fact_count(self) -> int:
        """How many facts would be written."""
        return sum(map(len, self.facts.values()))


@dataclass
class _Work:
    """The register as it becomes, entry by entry."""

    now: datetime
    by: MemberId
    new_id: Callable[[], str]
    people: dict[StreamId, Person]
    names: dict[str, list[StreamId]] = field(default_factory=dict)
    numbers: dict[tuple[WikiName, int], StreamId] = field(default_factory=dict)
    labels: dict[str, StreamId] = field(default_factory=dict)
    facts: dict[StreamId, list[Fact]] = field(default_factory=dict)
    added: int = 0
    renamed: list[tuple[StreamId, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def index(self, person: Person) -> None:
        self.people[person.id] = person
        for name in person.names:
            streams = self.names.setdefault(name, [])
            if person.id not in streams:
                streams.append(person.id)
        for wiki, there in person.wiki_accounts.items():
            if there.user_id is not None:
                self.numbers[wiki, there.user_id] = person.id

    def happened(self, person: Person, kind: str, **body: object) -> Person:
        """Add one fact and give the person as it is after it."""
        fact = PERSON.fact(kind, at=self.now, by=self.by, body=body)
        self.facts.setdefault(person.id, []).append(fact)
        changed = PERSON.append(person, fact)
        self.index(changed)
        return changed


def import_entries(
    register: Register, entries: Iterable[Entry], *, now: datetime, by: MemberId, new_id: Callable[[], str]
) -> Import:
    """The facts that entries add to a register. People are known by their number on a wiki, then by name.

    `new_id` gives a fresh id for a stream, such as `p-` and random hex digits.
    Raises InputRefusedError: `access.import.future` (an agreement, a record or an exemption dated in the future),
    `.contradiction` (two entries disagree, or an entry disagrees with a later record), `.whose_name` (a name that
    two people have or had, without a number).
    """
    work = _Work(now=now, by=by, new_id=new_id, people={})
    for person in register.people.values():
        work.index(person)
    seen: dict[tuple[StreamId, str], tuple[object, str]] = {}
    count = unchanged = 0
    for entry in entries:
        count += 1
        _check_dates(entry, now)
        before = sum(map(len, work.facts.values()))
        person = _who(work, entry)
        _check_once(seen, person.id, entry)
        _apply(work, person, entry)
        unchanged += sum(map(len, work.facts.values())) == before
    return Import(
        facts={stream: tuple(facts) for stream, facts in work.facts.items()},
        entries=count,
        people_added=work.added,
        entries_unchanged=unchanged,
        renamed=tuple(work.renamed),
        notes=tuple(work.notes),
    )


def _check_dates(entry: Entry, now: datetime) -> None:
    """An agreement signed tomorrow is a slip of the pen, and would open access on a day nobody chose."""
    said: dict[str, datetime] = {}
    if entry.agreement is not None:
        said["the agreement"] = entry.agreement.begins
    if entry.jurisdiction is not None:
        said["the record of the jurisdiction"] = day_or_moment(entry.jurisdiction.recorded_on)
    if entry.exemption is not None:
        said["the exemption"] = entry.exemption.begins
    for what, at in said.items():
        if at > now + _TODAY:
            raise InputRefusedError(
                "access.import.future",
                f"{what} is dated in the future",
                expected=f"{now.date().isoformat()} or earlier",
                got=at.date().isoformat(),
                place=entry.place,
                hint="correct the date; nothing was imported",
            )


def _who(work: _Work, entry: Entry) -> Person:
    """The person meant: by number, by label, by current name, by former name; else somebody new."""
    if entry.wiki is not None and entry.user_id is not None:
        stream = work.numbers.get((entry.wiki, entry.user_id))
        if stream is not None:
            return work.people[stream]
    if entry.label and entry.label in work.labels:
        return work.people[work.labels[entry.label]]
    found = [work.people[each] for each in work.names.get(account_as_compared(entry.account), ())]
    if entry.wiki is not None and entry.user_id is not None:
        # the same name with another number is another account: somebody took a name that became free
        found = [each for each in found if each.user_id_on(entry.wiki) in (None, entry.user_id)]
    current = [each for each in found if same_account(each.account, entry.account)]
    if len(current or found) > 1:
        raise InputRefusedError(
            "access.import.whose_name",
            f"{len(current or found)} people have or had this name",
            place=entry.place,
            hint="give the account's number on the wiki (user_id), or join rows of one person by the column person",
            offender=entry.account,
        )
    if found and not current and not entry.label:
        work.notes.append(f"{entry.place}: a former name, taken as the person who had it")
    known = current or found
    person = known[0] if known else _somebody_new(work, entry)
    if entry.label:
        work.labels[entry.label] = person.id
    return person


def _somebody_new(work: _Work, entry: Entry) -> Person:
    stream = StreamId(kind="person", id=work.new_id())
    body: dict[str, str] = {"account": entry.account}
    if entry.notice_language:
        body["language"] = entry.notice_language
    fact = PERSON.fact("person added", at=work.now, by=work.by, body=body)
    work.facts[stream] = [fact]
    person = fold(stream, [fact])
    work.index(person)
    work.added += 1
    return person


def _check_once(seen: dict[tuple[StreamId, str], tuple[object, str]], stream: StreamId, entry: Entry) -> None:
    """Two entries about one person may repeat each other, and may not contradict."""
    said: dict[str, object] = {}
    if entry.jurisdiction is not None:
        said["jurisdiction"] = (entry.jurisdiction.name, entry.jurisdiction.domicile_known)
    if entry.agreement is not None:
        said[f"agreement of {entry.agreement.begins.date()}"] = entry.agreement
    if entry.grant is not None:
        said[f"{entry.grant.right} on {entry.grant.wiki} from {entry.grant.begins.date()}"] = entry.grant.ends
    for what, value in said.items():
        before = seen.setdefault((stream, what), (value, entry.place))
        if before[0] != value:
            raise InputRefusedError(
                "access.import.contradiction",
                f"two entries about one person differ in the {what}",
                place=f"{before[1]} and {entry.place}",
                hint="keep the one that is right; nothing was imported",
            )


def _apply(work: _Work, person: Person, entry: Entry) -> None:
    person = _name(work, person, entry)
    if entry.agreement is not None:
        person = _agreement(work, person, entry.agreement)
    if entry.jurisdiction is not None:
        person = _jurisdiction(work, person, entry.jurisdiction, entry.place)
    if entry.exemption is not None:
        person = _exemption(work, person, entry.exemption)
    if entry.grant is not None:
        person = _grant(work, person, entry.grant, begins_known=entry.begins_known)
    if entry.gone_at is not None and person.gone_at is None:
        work.happened(person, "account gone", at=text_of(entry.gone_at))


def _name(work: _Work, person: Person, entry: Entry) -> Person:
    """Numbers and names on one wiki; a known number under a new name is a rename, and the old name is kept."""
    for old in entry.former:
        if account_as_compared(old) not in person.names:
            person = work.happened(person, "account formerly", name=old)
    if entry.wiki is None:
        return person
    there = person.account_on(entry.wiki)
    if person.user_id_on(entry.wiki) is not None and not same_account(there, entry.account):
        work.renamed.append((person.id, entry.place))
        return work.happened(person, "account renamed", **{"wiki": entry.wiki, "from": there, "to": entry.account})
    is_new_number = entry.user_id is not None and person.user_id_on(entry.wiki) is None
    is_former = account_as_compared(entry.account) in person.names and not same_account(there, entry.account)
    if is_new_number or (not same_account(there, entry.account) and not is_former):
        return work.happened(person, "account linked", wiki=entry.wiki, name=entry.account, user_id=entry.user_id)
    return person


def _agreement(work: _Work, person: Person, signed: Agreement) -> Person:
    same = [each for each in person.agreements if (each.version, each.begins) == (signed.version, signed.begins)]
    if signed in same:
        return person
    ends_sooner = signed.ends is not None and any(each.ends is None or each.ends > signed.ends for each in same)
    if ends_sooner:
        return work.happened(person, "agreement ended", at=text_or_none(signed.ends))
    return work.happened(
        person,
        "agreement signed",
        version=signed.version,
        begins=text_of(signed.begins),
        ends=text_or_none(signed.ends),
    )


def _jurisdiction(work: _Work, person: Person, place: Jurisdiction, where: str) -> Person:
    last = person.jurisdiction
    if last == place:
        return person
    if last is not None and place.recorded_on < last.recorded_on:
        raise InputRefusedError(
            "access.import.contradiction",
            "the jurisdiction on record is newer than the one to be imported",
            expected=f"{last.recorded_on} or later",
            got=place.recorded_on,
            place=where,
            hint="correct the date, or leave the columns of the jurisdiction empty; nothing was imported",
        )
    return work.happened(
        person,
        "jurisdiction recorded",
        name=place.name,
        source=place.source,
        recorded_on=place.recorded_on,
        domicile_known=place.domicile_known,
    )


def _exemption(work: _Work, person: Person, wanted: Exemption) -> Person:
    def said(each: Exemption) -> tuple[object, ...]:
        return (each.what, each.begins, each.ends, each.author, each.reason_code)

    if any(said(each) == said(wanted) for each in person.exemptions):
        return person
    return work.happened(
        person,
        "exemption given",
        id=f"x-{len(person.exemptions) + 1}",
        what=wanted.what,
        begins=text_of(wanted.begins),
        ends=text_or_none(wanted.ends),
        author=wanted.author,
        reason_code=wanted.reason_code,
    )


def _grant(work: _Work, person: Person, wanted: Grant, *, begins_known: bool) -> Person:
    alike = [each for each in person.grants if each.key == wanted.key and each.ends == wanted.ends]
    if any(each.begins == wanted.begins or (not begins_known and each.ended is None) for each in alike):
        return person
    running = [each for each in person.grants if each.key == wanted.key and each.runs_at(work.now)]
    if running and wanted.runs_at(work.now):
        person = work.happened(
            person,
            "right ended",
            wiki=wanted.wiki,
            right=wanted.right,
            at=text_of(max(wanted.begins, running[0].begins)),
            why="replaced by a grant with other dates",
        )
    return work.happened(
        person,
        "right granted",
        wiki=wanted.wiki,
        right=wanted.right,
        group=wanted.group,
        begins=text_of(wanted.begins),
        ends=text_or_none(wanted.ends),
        **({"ends_on_wiki": True} if wanted.ends is not None and wanted.ends_on_wiki else {}),
    )
