"""The vault: the one way to sealed data. Decide by the rules, write it down, count it, and only then open.

Every call names a reader. What is refused is written down too, and stays written when the work around it is undone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from holdfast.access.rules.console_rules import Because, Place, Visitor, decide
from holdfast.access.rules.engine import Decision, PolicySet, refusal
from holdfast.audit import Event, Verb
from holdfast.clock import Clock
from holdfast.errors import InputRefusedError, UsageError
from holdfast.facts import SYSTEM, Fact, MemberId, StreamId
from holdfast.store.office.audit_rows import AuditRows
from holdfast.store.office.journal import SealedJournal
from holdfast.store.office.models import LogEntryRow, StreamKey, SummaryRow
from holdfast.store.office.moments import told_of_races
from holdfast.store.office.outbox import promise
from holdfast.store.office.streams import Listed, LogEntry, Streams, Summary, Tokens, fresh_id

PAGE_ROWS = 50  # rows on a page; chosen


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Who asks: a member with the roles of now and how they signed in, or one of Holdfast's own clocks."""

    member: MemberId
    roles: frozenset[str] = frozenset()
    passkey_session: bool = False
    passkey_fresh: bool = False
    suspended: bool = False

    @classmethod
    def of_the_office(cls, because: Because) -> "Reader":
        """The office itself, for a reason that is a rule, so that the audit shows it in each entry."""
        return cls(member=SYSTEM, roles=frozenset({because.value}), passkey_session=True, passkey_fresh=True)


@dataclass(frozen=True, kw_only=True)
class ListPage:
    """One page of a list, newest change first, and where the next one begins (null: this was the last)."""

    lines: tuple[Listed, ...]
    after: str | None


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """What was looked up while one page is shown."""

    keys: dict[tuple[str, str], StreamKey] = field(default_factory=dict)
    lines: dict[tuple[str, str], SummaryRow] = field(default_factory=dict)
    decisions: dict[tuple[Any, ...], Decision] = field(default_factory=dict)


_SEEN: ContextVar[_Seen | None] = ContextVar("_SEEN", default=None)


def _note(rows: Iterable[SummaryRow]) -> None:
    seen = _SEEN.get()
    if seen is not None:
        for row in rows:
            place = (row.stream.kind, row.stream.stream_id)
            seen.keys[place], seen.lines[place] = row.stream, row


class Vault:
    """Sealed streams behind decisions. Made once for a process."""

    def __init__(self, *, streams: Streams, policies: PolicySet, audit: AuditRows, clock: Clock) -> None:
        self._streams, self._policies, self.audit, self.clock = streams, policies, audit, clock

    # deciding

    def may(
        self, reader: Reader, action: str, kind: str, stream: StreamId | None = None, *, ruled_as: str = ""
    ) -> Decision:
        """Whether the rules allow this, without doing or writing anything: for showing or hiding a button."""
        seen = _SEEN.get()
        if seen is None:
            return self._decide(reader, action, ruled_as or kind, self._key_row(stream, kind))
        row = seen.keys.get((kind, stream.id)) if stream else None
        if row is None and stream:
            row = self._key_row(stream, kind)
        # the rules look at the lists of a stream, never at its id
        lists = () if row is None else (frozenset(row.denied), frozenset(row.concerns))
        asked = (reader, action, ruled_as or kind, lists)
        if asked not in seen.decisions:
            seen.decisions[asked] = self._decide(reader, action, ruled_as or kind, row)
        return seen.decisions[asked]

    @contextmanager
    def remembering(self) -> Iterator[None]:
        """While one page is shown, `may` and `plain_line` look each stream up once: a list asks of every line."""
        token = _SEEN.set(_Seen())
        try:
            yield
        finally:
            _SEEN.reset(token)

    def require(
        self,
        reader: Reader,
        action: str,
        kind: str,
        stream: StreamId | None = None,
        *,
        purpose: str,
        ruled_as: str = "",
    ) -> None:
        """Return when the rules allow this, and write it down. Raises CheckFailedError `access.refused`."""
        row = self._streams.row(stream) if stream else None
        self._check(reader, action, kind, stream.id if stream else "", row, purpose, ruled_as=ruled_as)

    # reading

    def read(self, reader: Reader, stream: StreamId, *, purpose: str, ruled_as: str = "") -> tuple[Fact, ...]:
        """All facts of a stream.

        `purpose` says in a few fixed words what for (never a name: it is not sealed); `ruled_as` names the kind whose
        rules hold where it is not the stream's own (a proposal of a freeze is ruled as a freeze).
        Raises CheckFailedError `access.refused`, `audit.budget.spent`, and what `Streams.row` raises.
        """
        row = self._streams.row(stream)
        self._check(reader, "read_sealed", stream.kind, stream.id, row, purpose, counts=True, ruled_as=ruled_as)
        return self._streams.facts(row)

    def attachment(self, reader: Reader, stream: StreamId, attachment_id: str, *, purpose: str) -> bytes:
        """The bytes of a file that belongs to a stream."""
        row = self._streams.row(stream)
        self._check(reader, "read_sealed", stream.kind, stream.id, row, purpose, counts=True)
        return self._streams.attached(row, attachment_id)

    def exists(self, stream: StreamId) -> bool:
        """Whether there is such a stream, erased or not."""
        return bool(StreamKey.objects.filter(kind=stream.kind, stream_id=stream.id).exists())

    def length(self, stream: StreamId) -> int:
        """How many facts a stream holds; nothing is opened."""
        return int(self._streams.row(stream).length)

    def stream_row(self, stream: StreamId) -> StreamKey:
        """The row that other tables of the store point to; it opens nothing."""
        return self._streams.row(stream)

    def count(self, kind: str, *, state: str | None = None) -> int:
        """How many streams of a kind there are."""
        rows = SummaryRow.objects.filter(kind=kind)
        return int((rows.filter(state=state) if state else rows).count())

    def list_page(
        self,
        reader: Reader,
        kind: str,
        *,
        purpose: str,
        state: str | None = None,
        due_before: datetime | None = None,
        after: str | None = None,
        limit: int = PAGE_ROWS,
        ruled_as: str = "",
        names: bool = True,
    ) -> ListPage:
        """One page of a list. Names are in it only where the reader may read each stream, and each one counts.

        Without `names` nothing is opened: ids, states and times alone.

        Raises CheckFailedError `access.refused` when the list itself may not be seen.
        """
        self._check(reader, "read_list", kind, "", None, purpose, ruled_as=ruled_as)
        rows = SummaryRow.objects.filter(kind=kind).select_related("stream")
        if state:
            rows = rows.filter(state=state)
        if due_before:
            rows = rows.filter(due_at__lt=due_before)
        if after:
            moment, pk = _place_in_list(after)
            rows = rows.filter(changed_at__lte=moment).exclude(changed_at=moment, stream_id__gte=pk)
        found = list(rows.order_by("-changed_at", "-stream_id")[: limit + 1])
        shown = found[:limit]
        _note(shown)
        asked = [row.stream for row in shown] if names else []
        opened = self._opened(reader, kind, asked, purpose, ruled_as or kind)
        lines = tuple(self._streams.listed(row, unsealed=row.stream_id in opened) for row in shown)
        last = shown[-1] if len(found) > limit else None
        return ListPage(lines=lines, after=f"{last.changed_at.isoformat()}_{last.stream_id}" if last else None)

    def plain_lines(
        self, kind: str, *, state: str | None = None, due_by: datetime | None = None, limit: int = PAGE_ROWS
    ) -> tuple[Listed, ...]:
        """The plain part of a list, newest change first: ids, states and times that identify nobody. Opens nothing.

        The caller has asked the rules (`may`, or a `list_page` of another kind).
        """
        rows = SummaryRow.objects.filter(kind=kind).select_related("stream").defer("sealed")
        if state:
            rows = rows.filter(state=state)
        if due_by:
            rows = rows.filter(due_at__lte=due_by)
        found = list(rows.order_by("-changed_at")[:limit])
        _note(found)
        return tuple(self._streams.listed(row, unsealed=False) for row in found)

    def plain_line(self, stream: StreamId) -> Listed | None:
        """The plain part of one stream's line in a list; null when there is none. As `plain_lines`."""
        seen = _SEEN.get()
        row = seen.lines.get((stream.kind, stream.id)) if seen else None
        if row is None:
            rows = SummaryRow.objects.filter(stream__kind=stream.kind, stream__stream_id=stream.id)
            row = rows.select_related("stream").defer("sealed").first()
        return None if row is None else self._streams.listed(row, unsealed=False)

    def compute_over(
        self, reader: Reader, kind: str, *, purpose: str, states: Iterable[str] = ()
    ) -> Iterator[tuple[StreamId, Mapping[str, Any]]]:
        """The sealed summaries of all streams of a kind, for computing over them (what-if, the noticeboard).

        One entry in the audit log for the whole. What is shown of the result is read and counted one by one: call
        `count_reads` for the streams whose names are shown.
        """
        self._check(reader, "read_sealed", kind, "", None, purpose)
        rows = SummaryRow.objects.filter(kind=kind).select_related("stream").order_by("stream_id")
        wanted = tuple(states)
        if wanted:
            rows = rows.filter(state__in=wanted)
        for row in rows.iterator(chunk_size=2000):
            line = self._streams.listed(row, unsealed=True)
            yield line.stream, line.sealed or {}

    def count_reads(self, reader: Reader, streams: Sequence[StreamId], *, purpose: str) -> None:
        """Write down and count that these were shown by name. Raises as `read` does."""
        for stream in streams:
            row = self._streams.row(stream)
            self._check(reader, "read_sealed", stream.kind, stream.id, row, purpose, counts=True)

    def holding(self, purpose: str, value: str) -> list[StreamId]:
        """The streams that hold a value (an account, …); nothing is opened, nothing is shown."""
        return self._streams.holding(purpose, value)

    def token(self, purpose: str, value: str) -> str:
        """The keyed token of a value."""
        return self._streams.token(purpose, value)

    # writing

    def create(
        self,
        reader: Reader,
        kind: str,
        facts: Sequence[Fact],
        *,
        summary: Summary,
        purpose: str,
        stream_id: str | None = None,
        tokens: Tokens | None = None,
        concerns: Sequence[MemberId] = (),
        ruled_as: str = "",
    ) -> StreamId:
        """A new stream with its first facts. Raises CheckFailedError `access.refused`."""
        stream = StreamId(kind=kind, id=stream_id or fresh_id())
        with self.transaction():
            event = self._decided(reader, "write", kind, stream.id, None, purpose, ruled_as=ruled_as)
            row = self._streams.create(stream, self.clock())
            row.concerns = list(concerns)
            row.save(update_fields=["concerns"])
            self._write(event, row, facts, 0, summary, tokens)
        return stream

    def append(
        self,
        reader: Reader,
        stream: StreamId,
        facts: Sequence[Fact],
        *,
        expect: int,
        summary: Summary,
        purpose: str,
        tokens: Tokens | None = None,
        ruled_as: str = "",
    ) -> None:
        """Add facts after the first `expect` that the caller has seen.

        Raises CheckFailedError `access.refused`, `office.stream.moved` when there are more facts by now.
        """
        if not facts:
            raise UsageError("office.append.nothing", "there is nothing to add", place=str(stream))
        with self.transaction():
            row = self._streams.row(stream)
            event = self._decided(reader, "write", stream.kind, stream.id, row, purpose, ruled_as=ruled_as)
            self._write(event, row, facts, expect, summary, tokens)

    def set_denied(self, reader: Reader, stream: StreamId, denied: Sequence[MemberId], *, purpose: str) -> None:
        """Set which members may not see this one stream."""
        self._set_list(reader, stream, "denied", denied, purpose)

    def lists_of(self, stream: StreamId) -> tuple[frozenset[MemberId], frozenset[MemberId]]:
        """Who is denied this stream, and whom it is about."""
        row = self._streams.row(stream)
        return frozenset(map(MemberId, row.denied)), frozenset(map(MemberId, row.concerns))

    def attach(self, reader: Reader, stream: StreamId, content: bytes, *, purpose: str) -> str:
        """Keep a file with a stream, sealed; gives its id, which belongs into a fact with the content's hash."""
        with self.transaction():
            row = self._streams.row(stream)
            self._check(reader, "write", stream.kind, stream.id, row, purpose)
            return self._streams.attach(row, content, self.clock())

    def log_later(
        self, reader: Reader, stream: StreamId, entry: LogEntry, *, purpose: str, ruled_as: str = ""
    ) -> None:
        """Promise an entry of the public log about this stream; the outbox puts it there, once."""
        with self.transaction():
            row = self._streams.row(stream)
            self._check(reader, "write", stream.kind, stream.id, row, purpose, ruled_as=ruled_as)
            self._streams.keep_log_entry(row, entry, self.clock())
            promise("log entry", stream, self.clock(), part=entry.name)

    def meant_for_log(self, stream: StreamId, name: str) -> tuple[LogEntryRow, Mapping[str, Any]]:
        """A promised entry, for the task that carries it to the log."""
        return self._streams.log_entry(self._streams.row(stream), name)

    def log_salt(self, stream: StreamId, name: str) -> bytes:
        """The salt with which a promised entry is committed, and by which it is known again in the log."""
        return self._streams.log_salt(self._streams.row(stream), name)

    def journal(self, reader: Reader, stream: StreamId, plan: str, *, purpose: str) -> SealedJournal:
        """The journal of a plan, its details sealed under this stream's key. Raises as `read` does."""
        row = self._streams.row(stream)
        self._check(reader, "read_sealed", stream.kind, stream.id, row, purpose, counts=True)
        return SealedJournal(plan, self._streams.key_of(row), self.clock)

    def forget(self, reader: Reader, stream: StreamId, *, purpose: str) -> None:
        """Erase a stream for good by destroying its key. That two people want it is for the caller to check."""
        with self.transaction():
            row = self._streams.row(stream)
            self._check(reader, "administer", stream.kind, stream.id, row, purpose, verb=Verb.ERASE)
            self._streams.forget(row, self.clock())

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, one after the other: what is read inside is what the writing is put after.

        What was read, refused or raised as an alarm inside stays in the audit when the rest is undone. Raises as
        `told_of_races`.
        """
        if transaction.get_connection().in_atomic_block:
            with transaction.atomic():
                yield
            return
        self.audit.begin_undoable()
        undone = True
        try:
            with told_of_races(), transaction.atomic():
                self.audit.take_turn()
                yield
            undone = False
        finally:
            self.audit.end_undoable(undone=undone)

    # how it is done

    def _write(
        self,
        event: Event,
        row: StreamKey,
        facts: Sequence[Fact],
        expect: int,
        summary: Summary,
        tokens: Tokens | None,
    ) -> None:
        # with the facts' hash, so that a fact that is changed or taken back later does not fit the audit any more
        self.audit.write([replace(event, detail_sha256=self._streams.append(row, facts, expect))])
        self._streams.summarise(row, summary, self.clock())
        if tokens is not None:
            self._streams.set_tokens(row, tokens)

    def _set_list(
        self, reader: Reader, stream: StreamId, column: str, members: Sequence[MemberId], purpose: str
    ) -> None:
        with self.transaction():
            row = self._streams.row(stream)
            self._check(reader, "write", stream.kind, stream.id, row, purpose)
            setattr(row, column, sorted(set(members)))
            row.save(update_fields=[column])

    def _key_row(self, stream: StreamId | None, kind: str) -> StreamKey | None:
        return StreamKey.objects.filter(kind=kind, stream_id=stream.id).first() if stream else None

    def _decide(self, reader: Reader, action: str, kind: str, row: StreamKey | None) -> Decision:
        visitor = Visitor(
            member=reader.member,
            roles=reader.roles,
            passkey_session=reader.passkey_session,
            passkey_fresh=reader.passkey_fresh,
            suspended=reader.suspended,
        )
        place = Place(
            kind=kind,
            id=f"{kind}/{row.stream_id if row else ''}",
            sealed=row is not None,
            denied=frozenset(map(MemberId, row.denied if row else ())),
            concerns=frozenset(map(MemberId, row.concerns if row else ())),
        )
        return decide(self._policies, visitor, action, place, now=self.clock())

    def _check(self, *about: Any, **more: Any) -> None:
        """Decide, and write it down."""
        self.audit.write([self._decided(*about, **more)])

    def _decided(
        self,
        reader: Reader,
        action: str,
        kind: str,
        stream_id: str,
        row: StreamKey | None,
        purpose: str,
        *,
        counts: bool = False,
        verb: Verb | None = None,
        ruled_as: str = "",
    ) -> Event:
        """What the audit is to say of an allowed wish; a refused one is written down and raised."""
        decision = self._decide(reader, action, ruled_as or kind, row)
        event = self.audit.event(
            reader.member,
            verb or Verb(action),
            kind,
            stream_id,
            rules=decision.rules,
            purpose=purpose,
            allowed=decision.allowed,
        )
        if not decision.allowed:
            self.audit.write([event])
            raise refusal(self._policies, decision, action=action)
        if counts and reader.member != SYSTEM:
            self.audit.spend([event])
        return event

    def _opened(self, reader: Reader, kind: str, rows: Sequence[StreamKey], purpose: str, ruled_as: str) -> set[int]:
        """Those of a page's streams that the reader may read; written down and counted."""
        allowed, events = set(), []
        for row in rows:
            decision = self._decide(reader, "read_sealed", ruled_as, row)
            if decision.allowed:
                allowed.add(row.pk)
                events.append(
                    self.audit.event(
                        reader.member,
                        Verb.READ_SEALED,
                        kind,
                        row.stream_id,
                        rules=decision.rules,
                        purpose=purpose,
                    )
                )
        if reader.member != SYSTEM:
            self.audit.spend(events)
        self.audit.write(events)
        return allowed


def _place_in_list(after: str) -> tuple[datetime, int]:
    """Where a page begins, from an address that anybody may have written by hand."""
    at, _, pk = after.partition("_")
    try:
        place = datetime.fromisoformat(at), int(pk)
        if place[0].tzinfo is None or not 0 <= place[1] < 2**63:
            raise ValueError
        return place
    except (ValueError, OverflowError):
        raise InputRefusedError(
            "office.list.place",
            "this is not a place in the list",
            hint="begin at the first page, and follow the link at its end",
        ) from None
