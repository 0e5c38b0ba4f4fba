"""Exposure in the office: taking in look-ups, who could and who did, a holder's report, the queue, and its seals."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from holdfast.access.exposure.lookups import Lookup
from holdfast.access.exposure.lookups_addresses import target_of
from holdfast.access.exposure.lookups_read import LogFile, Part, read_lookups
from holdfast.access.exposure.report import (
    DATA_RIGHTS,
    ExposureReport,
    Held,
    Seen,
    exposure_report,
    who_could_and_did,
)
from holdfast.access.exposure.telling import (
    STREAM_KIND,
    LookupMonth,
    NoticeState,
    QueueRow,
    SealCounts,
    Telling,
    by_month,
    lift_seal,
    month_stream,
    queue,
    seal_counts,
    seal_notice,
    take_in,
)
from holdfast.access.rules.console_rules import Because
from holdfast.accounts.names import AccountName
from holdfast.clock import add_months
from holdfast.errors import UsageError
from holdfast.facts import MemberId, StreamId
from holdfast.ids import WikiName
from holdfast.notices.kinds import ReasonCode
from holdfast.store.office.vault import Reader
from holdfast.workflows.exposure.months import (
    all_streams,
    append_to,
    is_forgotten,
    is_kept,
    open_month,
    owed_streams,
    pseudonyms,
    read_month,
    telling_policy,
)
from holdfast.workflows.office.opening import Office


@dataclass(frozen=True, kw_only=True)
class TakenIn:
    """What an import did: counts alone."""

    wiki: WikiName
    read: int
    new: int
    without_reason: int
    months: int
    complete: bool
    forgotten: int = 0
    """Look-ups of months that were kept for their time already: they are not taken in again."""


def import_lookups(
    office: Office, reader: Reader, wiki: WikiName, files: Sequence[LogFile], *, part: Part = Part.WHOLE
) -> TakenIn:
    """Take a wiki's CheckUser log in, all of it or nothing; twice is once.

    Raises what `read_lookups` raises, UsageError `exposure.wiki` for a wiki that the office does not know, and
    CheckFailedError `access.refused`.
    """
    if office.config.wikis and wiki not in office.config.wikis:
        known = ", ".join(office.config.wikis)
        raise UsageError("exposure.wiki", "the office does not know this wiki", expected=known, got=wiki)
    office.vault.require(reader, "write", STREAM_KIND, purpose="look-ups imported")
    found = read_lookups(files, wiki=wiki, tokens=pseudonyms(office), part=part)
    months = by_month(found.lookups)
    with office.vault.transaction():
        gone = {key for key in months if is_forgotten(office, *key)}
        new = sum(
            _take_in(office, reader, wiki, month, those)
            for (_, month), those in months.items()
            if (wiki, month) not in gone
        )
    return TakenIn(
        wiki=wiki,
        read=len(found.lookups),
        new=new,
        without_reason=found.without_reason,
        months=len(months),
        complete=found.complete,
        forgotten=sum(len(months[key]) for key in gone),
    )


def _take_in(office: Office, reader: Reader, wiki: WikiName, month: str, lookups: Sequence[Lookup]) -> int:
    now, purpose = office.clock(), "look-ups imported"
    if not is_kept(office, wiki, month):
        facts = take_in(LookupMonth(wiki=wiki, month=month), lookups, at=now, by=reader.member)
        open_month(office, reader, wiki, month, facts)
    else:
        # the importer is shown no look-up by importing: Holdfast compares, and tells counts
        kept = read_month(office, Reader.of_the_office(Because.BOOKS), month_stream(wiki, month), purpose=purpose)
        facts = take_in(kept.state, lookups, at=now, by=reader.member)
        append_to(office, reader, kept, facts, purpose=purpose)
    return sum(len(fact.body["lookups"]) for fact in facts)


def lookups_between(office: Office, reader: Reader, wiki: WikiName, start: date, end: date) -> list[Lookup]:
    """The look-ups of the months of a wiki that a period touches (end exclusive); one counted read for each month."""
    found: list[Lookup] = []
    first = start.replace(day=1)
    while first < end:
        month = f"{first:%Y-%m}"
        if is_kept(office, wiki, month):
            kept = read_month(office, reader, month_stream(wiki, month), purpose="exposure of a period")
            found += [each.lookup for each in kept.state.notices.values()]
        first = add_months(first, 1)
    return found


def who_could_and_who_did(
    office: Office,
    reader: Reader,
    held: Iterable[Held] | None,
    *,
    wiki: WikiName,
    day: date,
    account: str | None = None,
    rights: frozenset[str] = DATA_RIGHTS,
) -> Seen:
    """Who could see an account's data on a day, and who did (1.12)."""
    office.vault.require(reader, "read_sealed", STREAM_KIND, purpose="who could and who did")
    lookups = lookups_between(office, reader, wiki, day, day + timedelta(days=1))
    about = target_of(account, wiki, pseudonyms(office)) if account else None
    return who_could_and_did(held, lookups, wiki=wiki, day=day, about=about, rights=rights)


def report_of(
    office: Office,
    reader: Reader,
    *,
    holder: Mapping[WikiName, Iterable[AccountName]],
    period_start: date,
    period_end: date,
    at_risk: Iterable[tuple[WikiName, str]] | None = None,
) -> ExposureReport:
    """What a holder looked at in a period; equal to the log that was taken in."""
    office.vault.require(reader, "read_sealed", STREAM_KIND, purpose="exposure of a holder")
    lookups = [
        each for wiki in sorted(holder) for each in lookups_between(office, reader, wiki, period_start, period_end)
    ]
    tokens = pseudonyms(office)
    return exposure_report(
        lookups,
        holder=holder,
        period_start=period_start,
        period_end=period_end,
        at_risk=None if at_risk is None else [(wiki, target_of(name, wiki, tokens)) for wiki, name in at_risk],
    )


def told_queue(office: Office, reader: Reader) -> tuple[QueueRow, ...]:
    """The queue of notices that are owed, by due date and without names: waiting, due, sealed, expired."""
    office.vault.require(reader, "read_sealed", STREAM_KIND, purpose="people to be told")
    months = [
        read_month(office, Reader.of_the_office(Because.FIGURES), stream, purpose="people to be told").state
        for stream in owed_streams(office)
    ]
    rows = queue(months, telling_policy(office), office.clock())
    return tuple(row for row in rows if row.telling is not Telling.TOLD)


def published_seal_counts(office: Office) -> SealCounts:
    """The counts of seals over everything that is kept (D19); they name nobody and no wiki."""
    months = [
        read_month(office, Reader.of_the_office(Because.FIGURES), stream, purpose="seals counted").state
        for stream in all_streams(office)
    ]
    return seal_counts(months, telling_policy(office), office.clock())


def notice_state(office: Office, reader: Reader, month: StreamId, identity: str) -> NoticeState:
    """One look-up of the queue with its names, for the custodian who has to decide on it."""
    kept = read_month(office, reader, month, purpose="one look-up shown")
    if identity not in kept.state.notices:
        raise UsageError("exposure.unknown", "there is no such look-up in this month")
    return kept.state.notices[identity]


def seal(
    office: Office,
    custodian: Reader,
    month: StreamId,
    identity: str,
    *,
    code: ReasonCode,
    until: datetime,
    motive: str,
) -> None:
    """A custodian holds one notice back. Raises as `seal_notice`, and CheckFailedError `access.refused`."""
    office.vault.require(custodian, "approve", STREAM_KIND, month, purpose="notice sealed")
    with office.vault.transaction():
        kept = read_month(office, custodian, month, purpose="notice sealed")
        facts = seal_notice(
            kept.state,
            identity,
            code=code,
            until=until,
            motive=motive,
            now=office.clock(),
            by=custodian.member,
            own_accounts=_own_accounts(office, custodian.member, kept.state.wiki),
            policy=telling_policy(office),
        )
        append_to(office, custodian, kept, facts, purpose="notice sealed")


def lift(office: Office, custodian: Reader, month: StreamId, identity: str) -> None:
    """A custodian ends a seal before its day."""
    office.vault.require(custodian, "approve", STREAM_KIND, month, purpose="seal lifted")
    with office.vault.transaction():
        kept = read_month(office, custodian, month, purpose="seal lifted")
        facts = lift_seal(kept.state, identity, now=office.clock(), by=custodian.member)
        append_to(office, custodian, kept, facts, purpose="seal lifted")


def _own_accounts(office: Office, member: MemberId, wiki: WikiName) -> frozenset[tuple[WikiName, str]]:
    """A member's own accounts. The office keeps them without a wiki, so each counts on every wiki."""
    stream = StreamId(kind="member", id=member)
    facts = office.vault.read(Reader.of_the_office(Because.RULE), stream, purpose="own look-ups kept apart")
    return frozenset((wiki, str(account)) for account in facts[-1].body.get("wiki_accounts", ()))
