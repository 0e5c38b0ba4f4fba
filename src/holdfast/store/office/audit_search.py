"""Finding entries of the audit, page by page from the newest, by number and never by offset."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from holdfast.audit import Entry, Outcome, Verb
from holdfast.canonical import parse_json
from holdfast.facts import SYSTEM, MemberId
from holdfast.store.office.models import AlarmRow, AuditRow


@dataclass(frozen=True, kw_only=True)
class AuditSearch:
    """What is looked for; whatever is empty does not matter."""

    member: str = ""
    verb: str = ""
    kind: str = ""
    stream_id: str = ""
    outcome: str = ""
    since: datetime | None = None
    """Inclusive."""
    until: datetime | None = None
    """Exclusive."""


@dataclass(frozen=True, kw_only=True)
class AuditPage:
    """Entries, newest first, and the number before which the next page begins (null: this was the last)."""

    entries: tuple[Entry, ...]
    before: int | None


def search_audit(wish: AuditSearch, *, before: int | None, limit: int) -> AuditPage:
    """One page of what was found."""
    rows = AuditRow.objects.all()
    for name in ("member", "verb", "kind", "stream_id", "outcome"):
        value = getattr(wish, name)
        rows = rows.filter(**{name: value}) if value else rows
    # numbers grow with time, so a period is a range of numbers, and the order by number uses the same index
    first, end = first_at(wish.since), first_at(wish.until)
    rows = rows.filter(seq__gte=first) if first is not None else rows
    rows = rows.filter(seq__lt=end) if end is not None else rows
    rows = rows.filter(seq__lt=before) if before is not None else rows
    found = list(rows.order_by("-seq")[: limit + 1])
    entries = tuple(Entry.from_json(parse_json(bytes(row.entry))) for row in found[:limit])
    return AuditPage(entries=entries, before=entries[-1].seq if len(found) > limit else None)


def enrolled_passkeys() -> Mapping[MemberId, int]:
    """Every member who ever enrolled a passkey, and the number of the entry that says so last."""
    rows = AuditRow.objects.filter(verb=Verb.ENROL.value, outcome=Outcome.ALLOWED.value).order_by("seq")
    entries = (Entry.from_json(parse_json(bytes(row.entry))) for row in rows.iterator(chunk_size=500))
    return {each.event.member: each.seq for each in entries if each.event.purpose == "passkey added"}


def last_purpose(member: MemberId, purposes: Collection[str]) -> int:
    """The number of the last entry that Holdfast itself wrote about a member for one of these purposes; 0: none."""
    rows = AuditRow.objects.filter(member=SYSTEM, kind="member", stream_id=member).order_by("-seq")
    entries = (Entry.from_json(parse_json(bytes(row.entry))) for row in rows.iterator(chunk_size=500))
    return next((each.seq for each in entries if each.event.purpose in purposes), 0)


def first_at(moment: datetime | None) -> int | None:
    """The number of the first entry at or after a moment; one after the last when there is none; null for null."""
    if moment is None:
        return None
    row = AuditRow.objects.filter(at__gte=moment).order_by("at", "seq").only("seq").first()
    if row is not None:
        return int(row.seq)
    last = AuditRow.objects.order_by("-seq").only("seq").first()
    return int(last.seq) + 1 if last else 1


def alarm_rows(*, seen: bool, limit: int) -> Sequence[AlarmRow]:
    """Alarms, newest first: open ones, or those that somebody has looked at."""
    return list(AlarmRow.objects.filter(seen_at__isnull=not seen).order_by("-at", "-pk")[:limit])


def see_alarm(number: int, member: str, at: datetime) -> bool:
    """Note that a member looked at an alarm; False when it was seen before, or is none."""
    return bool(AlarmRow.objects.filter(pk=number, seen_at=None).update(seen_by=member, seen_at=at))
