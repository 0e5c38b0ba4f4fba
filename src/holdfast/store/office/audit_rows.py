"""The audit log in the database: entries are only ever added, in order, each over the hash of the one before."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction

from holdfast.audit import START, Alarm, Budget, Entry, Event, Head, Outcome, Verb, append, check_budget
from holdfast.audit.budget import budget_day
from holdfast.audit.chain import head_of
from holdfast.canonical import canonical_bytes, parse_json
from holdfast.clock import Clock
from holdfast.errors import CheckFailedError
from holdfast.facts import MemberId
from holdfast.store.office.models import AlarmRow, AuditRow, Member, ReadCount
from holdfast.store.office.models import Sequence as SequenceRow


class AuditRows:
    """Writes entries and keeps the daily budget of sealed reads."""

    def __init__(self, *, clock: Clock, budget: Budget) -> None:
        self._clock, self._budget = clock, budget
        self._undoable = threading.local()

    def event(
        self,
        member: MemberId,
        verb: Verb,
        kind: str = "",
        stream_id: str = "",
        *,
        rules: Iterable[str] = (),
        purpose: str,
        allowed: bool = True,
    ) -> Event:
        """What is to be written, at this moment."""
        return Event(
            at=self._clock(),
            member=member,
            verb=verb,
            outcome=Outcome.ALLOWED if allowed else Outcome.REFUSED,
            kind=kind,
            stream_id=stream_id,
            rules=tuple(rules),
            purpose=purpose,
        )

    def write(self, events: Iterable[Event]) -> None:
        """Add entries; durable with the transaction around them."""
        listed = list(events)
        if not listed:
            return
        kept = getattr(self._undoable, "events", None)
        if kept is not None:
            kept.extend(listed)
        with transaction.atomic():
            row, _ = SequenceRow.objects.select_for_update().get_or_create(name="audit")
            last = AuditRow.objects.filter(seq=row.value).first()
            head = Head(size=last.seq, sha256=last.hash) if last else START
            rows = []
            for event in listed:
                entry = append(head, event)
                head = head_of(entry)
                rows.append(_row(entry))
            AuditRow.objects.bulk_create(rows)
            row.value = head.size
            row.save()

    def take_turn(self) -> None:
        """Wait, at the begin of a transaction, until it is the only one that writes here; it stays so to its end.

        SQLite lets one in at a time by itself. On PostgreSQL two would read the same facts, and one of them would
        write in vain; or each would hold what the other waits for.
        """
        if connection.features.has_select_for_update:
            SequenceRow.objects.select_for_update().get_or_create(name="audit")

    def head(self) -> Head:
        """Where the chain stands."""
        last = AuditRow.objects.order_by("-seq").first()
        return Head(size=last.seq, sha256=last.hash) if last else START

    def entries(self, first: int = 1, last: int | None = None) -> Iterator[Entry]:
        """Entries by number, as they were written."""
        rows = AuditRow.objects.filter(seq__gte=first).order_by("seq")
        if last is not None:
            rows = rows.filter(seq__lte=last)
        for row in rows.iterator(chunk_size=2000):
            yield Entry.from_json(parse_json(bytes(row.entry)))

    def spend(self, events: Sequence[Event]) -> None:
        """Count one member's sealed reads of this day, all or none; the same stream counts once a day.

        Raises CheckFailedError `audit.budget.spent`; that they were refused is written down first.
        """
        reads = [each for each in events if each.stream_id]
        if not reads:
            return
        member, day = reads[0].member, budget_day(reads[0].at)
        try:
            with transaction.atomic():
                # one request of a member after the other, or two at once would both fit into the last place
                Member.objects.select_for_update().filter(pk=member).first()
                kept = ReadCount.objects.filter(member=member, day=day)
                known = set(kept.values_list("kind", "stream_id"))
                fresh = {(each.kind, each.stream_id) for each in reads} - known
                alarms = check_budget(
                    self._budget, member=member, at=reads[0].at, read_today=len(known), more=len(fresh)
                )
                ReadCount.objects.bulk_create(
                    ReadCount(member=member, day=day, kind=kind, stream_id=stream) for kind, stream in sorted(fresh)
                )
        except CheckFailedError as refused:
            if isinstance(refused.offender, Alarm):
                self.alarm(refused.offender)
            self.write(
                replace(each, outcome=Outcome.REFUSED, rules=("daily budget",))
                for each in reads
                if (each.kind, each.stream_id) in fresh
            )
            raise
        for each in alarms:
            self.alarm(each)

    def alarm(self, alarm: Alarm) -> bool:
        """Raise an alarm; False when one of the same kind about the same thing waits already."""
        kept = getattr(self._undoable, "alarms", None)
        if kept is not None:
            kept.append(alarm)
        place = " ".join(filter(None, (alarm.member or "", str(alarm.object) if alarm.object else "")))
        try:
            with transaction.atomic():
                AlarmRow.objects.create(at=alarm.at, code=alarm.kind.value, place=place, count=alarm.count)
        except IntegrityError:
            return False
        return True

    # transactions that are undone

    def begin_undoable(self) -> None:
        """Begin to remember what is written, for a transaction that may be undone."""
        self._undoable.events, self._undoable.alarms = [], []

    def end_undoable(self, *, undone: bool) -> None:
        """The transaction is over; what it took with it when it was undone is written again."""
        kept, self._undoable.events = getattr(self._undoable, "events", None) or [], None
        alarms, self._undoable.alarms = getattr(self._undoable, "alarms", None) or [], None
        for each in alarms if undone else ():
            self.alarm(each)
        if undone:  # that it was wished, without the hash of facts that are not there
            self.write(replace(each, detail_sha256="") for each in kept)


def forget_counts_before(now: datetime, days: int = 35) -> None:
    """Drop the counts of long ago; the audit log has the reads themselves."""
    ReadCount.objects.filter(day__lt=(now - timedelta(days=days)).date()).delete()


def open_alarms(limit: int = 200) -> list[AlarmRow]:
    """Alarms that nobody has looked at yet, newest first."""
    return list(AlarmRow.objects.filter(seen_at=None).order_by("-at")[:limit])


def _row(entry: Entry) -> AuditRow:
    event = entry.event
    return AuditRow(
        seq=entry.seq,
        at=event.at,
        member=event.member,
        verb=event.verb.value,
        kind=event.kind,
        stream_id=event.stream_id,
        outcome=event.outcome.value,
        entry=canonical_bytes(entry.to_json()),
        hash=entry.sha256,
    )
