"""Streams of facts on disk: sealed, in order, each under a key of its own. Only the vault uses this file.

Associated data bind every sealed value to its place: the stream, the fact's number, type, time and writer. A row that
was moved, renumbered, dated or given to another member, or taken from another stream does not open.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db.models import F

from holdfast.accounts.names import account_as_compared, accounts_as_kept
from holdfast.canonical import canonical_bytes, parse_json, sha256_hex
from holdfast.crypto.master_key import MasterKey, Purpose
from holdfast.crypto.sealing import Key, blind, fresh_key, seal, unseal, unwrap_key, wrap_key
from holdfast.errors import CheckFailedError, InputRefusedError
from holdfast.facts import Fact, MemberId, StreamId
from holdfast.store.office.erasing import empty_after_commit
from holdfast.store.office.models import AttachmentRow, BlindToken, FactRow, LogEntryRow, StreamKey, SummaryRow

_BLIND_INDEX = StreamId(kind="key", id="blind-index")
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

OF_ACCOUNTS = frozenset({"account", "case account"})
"""Purposes of tokens that stand for accounts: compared as MediaWiki compares them, found by their older forms too."""

Tokens = Mapping[str, Iterable[str]]
"""Purpose (`account`, …) to the values that the stream holds; stored as keyed tokens alone."""


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What lists show of a stream. `state`, `due_at`, `tags` are plain and identify nobody; `sealed` may."""

    state: str
    due_at: datetime | None = None
    tags: Sequence[str] = ()
    sealed: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One line of a list. `sealed` is null where only the plain part was asked for or may be seen."""

    stream: StreamId
    state: str
    due_at: datetime | None
    changed_at: datetime
    tags: tuple[str, ...]
    sealed: Mapping[str, Any] | None


@dataclass(frozen=True, kw_only=True)
class LogEntry:
    """What is to go into the public log: at once, or committed now and opened at a date or on a condition."""

    name: str
    """Which entry of the stream this is, such as `frozen`."""
    kind: str
    """A kind of `record/kinds`."""
    payload: Mapping[str, Any]
    opens_at: datetime | None = None
    opens_on: str = ""


def fresh_id() -> str:
    """An id that says nothing: 16 hex digits."""
    return secrets.token_hex(8)


class Streams:
    """Reads and writes streams under one master key. Every call expects to be inside a transaction when it writes."""

    def __init__(self, master: MasterKey) -> None:
        """Outside a transaction. Raises CheckFailedError `office.keys.other` for another office's master key."""
        self._wrapping = master.key_for(Purpose.SEALING)
        # a key of its own under the master key, so that a rotation leaves the tokens as they are
        wrapped = wrap_key(self._wrapping, fresh_key(), str(_BLIND_INDEX))
        StreamKey.objects.get_or_create(
            kind=_BLIND_INDEX.kind, stream_id=_BLIND_INDEX.id, defaults={"wrapped_key": wrapped, "made_at": _LONG_AGO}
        )
        self._blinding = self._own_master()

    def _own_master(self) -> Key:
        """The key of the blind index, which opens under the office's present master key alone."""
        try:
            return self.key_of(StreamKey.objects.get(kind=_BLIND_INDEX.kind, stream_id=_BLIND_INDEX.id))
        except CheckFailedError:
            raise CheckFailedError(
                "office.keys.other",
                "this is not the master key of this office, or not any more",
                hint="restart what was running during a rotation; after an interrupted one run "
                "`holdfast office keys rotate` again; else bring back the right key: `holdfast office keys restore`",
            ) from None

    def row(self, stream: StreamId, *, lock: bool = False) -> StreamKey:
        """The stream's key row. Raises InputRefusedError `office.stream.unknown` or `office.stream.erased`."""
        rows = StreamKey.objects.select_for_update() if lock else StreamKey.objects
        found = rows.filter(kind=stream.kind, stream_id=stream.id).first()
        if found is None:
            raise InputRefusedError("office.stream.unknown", f"there is no such {stream.kind}", got=str(stream))
        if found.erased_at is not None:
            raise _erased(stream.kind, found.erased_at)
        return found

    def create(self, stream: StreamId, at: datetime) -> StreamKey:
        """A new empty stream. Raises `office.stream.exists`, `office.keys.other`."""
        self._own_master()  # a process that slept through a rotation must not wrap under the old key
        wrapped = wrap_key(self._wrapping, fresh_key(), str(stream))
        row, made = StreamKey.objects.get_or_create(
            kind=stream.kind, stream_id=stream.id, defaults={"wrapped_key": wrapped, "made_at": at}
        )
        if not made:
            raise InputRefusedError("office.stream.exists", f"this {stream.kind} exists already", got=str(stream))
        return row

    def key_of(self, row: StreamKey) -> Key:
        """The stream's key, opened."""
        return unwrap_key(self._wrapping, bytes(row.wrapped_key), f"{row.kind}/{row.stream_id}")

    def facts(self, row: StreamKey) -> tuple[Fact, ...]:
        """All facts of a stream in order, as they are now; `row` may be older.

        Raises CheckFailedError `office.stream.gap` when one is missing, InputRefusedError `office.stream.erased`.
        """
        length, rows = self._length_and_facts(row)
        key = self.key_of(row)
        if [each.seq for each in rows] != list(range(length)):
            raise CheckFailedError(
                "office.stream.gap",
                "facts of this stream are missing",
                expected=f"{length} facts",
                got=f"{len(rows)}",
                place=f"{row.kind}/{row.stream_id}",
                hint="the database was changed from outside: stop, and restore it from its backup",
            )
        return tuple(
            Fact(
                type=each.type,
                at=each.at,
                by=MemberId(each.by),
                body=parse_json(unseal(key, bytes(each.body), _fact_place(row, each))),
            )
            for each in rows
        )

    @staticmethod
    def _length_and_facts(row: StreamKey) -> tuple[int, list[FactRow]]:
        """How many facts there should be, and the facts: read in one statement, so that somebody who writes in this
        very moment is seen in both or in neither."""
        names = ("seq", "type", "at", "by", "body")
        found = list(
            StreamKey.objects.filter(pk=row.pk)
            .order_by("facts__seq")
            .values_list("length", "erased_at", *(f"facts__{name}" for name in names))
        )
        if not found or found[0][1] is not None:
            raise _erased(row.kind, found[0][1] if found else None)
        # a stream without facts is one line of nothing
        rows = [
            FactRow(stream=row, **dict(zip(names, fact, strict=True))) for _, _, *fact in found if fact[0] is not None
        ]
        return found[0][0], rows

    def check_opens(self, row: StreamKey) -> int:
        """How many facts of a stream open, with its summary; gives none of them. For checks after a restore."""
        count = len(self.facts(row))
        for summary in SummaryRow.objects.filter(stream=row):
            unseal(self.key_of(row), bytes(summary.sealed), _summary_place(row))
        return count

    def append(self, row: StreamKey, facts: Sequence[Fact], expect: int) -> str:
        """Add facts after the first `expect`; gives their hash for the audit.

        Raises CheckFailedError `office.stream.moved` when there are more.
        """
        moved = StreamKey.objects.filter(pk=row.pk, length=expect).update(length=F("length") + len(facts))
        if not moved:
            raise CheckFailedError(
                "office.stream.moved",
                "somebody else wrote here at the same moment",
                expected=f"{expect} facts",
                place=f"{row.kind}/{row.stream_id}",
                hint="nothing of yours was written: look at what changed, and do it again if it is still wanted",
            )
        key = self.key_of(row)
        rows = [
            FactRow(stream=row, seq=seq, type=fact.type, at=fact.at.astimezone(UTC), by=fact.by)
            for seq, fact in enumerate(facts, expect)
        ]
        for each, fact in zip(rows, facts, strict=True):
            each.body = seal(key, canonical_bytes(dict(fact.body)), _fact_place(row, each))
        FactRow.objects.bulk_create(rows)
        row.length = expect + len(facts)
        return facts_sha256(rows)

    def summarise(self, row: StreamKey, summary: Summary, at: datetime) -> None:
        """Set what lists show."""
        sealed = seal(self.key_of(row), canonical_bytes(dict(summary.sealed)), _summary_place(row))
        SummaryRow.objects.update_or_create(
            stream=row,
            defaults={
                "kind": row.kind,
                "state": summary.state,
                "due_at": summary.due_at,
                "changed_at": at,
                "tags": list(summary.tags),
                "sealed": sealed,
            },
        )

    def listed(self, row: SummaryRow, *, unsealed: bool) -> Listed:
        """One line of a list; the stream must have been fetched with it."""
        stream = row.stream
        sealed = None
        if unsealed and stream.erased_at is None:
            sealed = parse_json(unseal(self.key_of(stream), bytes(row.sealed), _summary_place(stream)))
        return Listed(
            stream=StreamId(kind=stream.kind, id=stream.stream_id),
            state=row.state,
            due_at=row.due_at,
            changed_at=row.changed_at,
            tags=tuple(row.tags),
            sealed=sealed,
        )

    def token(self, purpose: str, value: str) -> str:
        """The keyed token of a value, for equality search and blind matches; accounts as MediaWiki compares them."""
        compared = account_as_compared(value) if purpose in OF_ACCOUNTS else value
        return blind(self._blinding, purpose, compared)

    def set_tokens(self, row: StreamKey, tokens: Tokens) -> None:
        """Replace the stream's tokens of these purposes."""
        for purpose, values in tokens.items():
            wanted = {self.token(purpose, value) for value in values}
            there = BlindToken.objects.filter(stream=row, purpose=purpose)
            there.exclude(token__in=wanted).delete()
            BlindToken.objects.bulk_create(
                [BlindToken(purpose=purpose, token=token, stream=row) for token in sorted(wanted)],
                ignore_conflicts=True,
            )

    def holding(self, purpose: str, value: str) -> list[StreamId]:
        """The streams that hold a value; nothing is opened. An account is found by its older forms too."""
        wanted = accounts_as_kept(value) if purpose in OF_ACCOUNTS else {value}
        tokens = {blind(self._blinding, purpose, each) for each in wanted}
        rows = StreamKey.objects.filter(tokens__purpose=purpose, tokens__token__in=tokens).distinct()
        return sorted(StreamId(kind=row.kind, id=row.stream_id) for row in rows)

    def attach(self, row: StreamKey, content: bytes, at: datetime) -> str:
        """Keep a file's bytes sealed under the stream's key; gives its id."""
        attachment_id = secrets.token_hex(16)
        place = _attachment_place(row, attachment_id)
        AttachmentRow.objects.create(
            stream=row, attachment_id=attachment_id, sealed=seal(self.key_of(row), content, place), made_at=at
        )
        return attachment_id

    def attached(self, row: StreamKey, attachment_id: str) -> bytes:
        """A file's bytes. Raises InputRefusedError `office.attachment.unknown`."""
        found = AttachmentRow.objects.filter(stream=row, attachment_id=attachment_id).first()
        if found is None:
            raise InputRefusedError("office.attachment.unknown", "there is no such file here", place=row.kind)
        return unseal(self.key_of(row), bytes(found.sealed), _attachment_place(row, attachment_id))

    def keep_log_entry(self, row: StreamKey, entry: "LogEntry", at: datetime) -> None:
        """Keep what is to go into the public log; the same name twice is one entry."""
        payload = seal(self.key_of(row), canonical_bytes(dict(entry.payload)), _log_place(row, entry.name))
        LogEntryRow.objects.get_or_create(
            stream=row,
            name=entry.name,
            defaults={
                "kind": entry.kind,
                "payload": payload,
                "is_sealed": entry.opens_at is not None or bool(entry.opens_on),
                "opens_at": entry.opens_at,
                "opens_on": entry.opens_on,
                "meant_at": at,
            },
        )

    def log_entry(self, row: StreamKey, name: str) -> tuple[LogEntryRow, Mapping[str, Any]]:
        """A kept entry and its payload. Raises InputRefusedError `office.log_entry.unknown`."""
        found = LogEntryRow.objects.filter(stream=row, name=name).first()
        if found is None:
            raise InputRefusedError("office.log_entry.unknown", "no such entry was meant for the log", got=name)
        return found, parse_json(unseal(self.key_of(row), bytes(found.payload), _log_place(row, name)))

    def log_salt(self, row: StreamKey, name: str) -> bytes:
        """The salt of a kept entry: its own and always the same, so that the entry is known by its commitment.

        Derived from the stream's key, it says as little to a stranger as a random one, and goes when the key goes.
        """
        return self.key_of(row).derived(f"salt of the log entry {name}").raw

    def forget(self, row: StreamKey, at: datetime) -> None:
        """Erase the stream: its key is destroyed, and with it the meaning of every sealed byte."""
        AttachmentRow.objects.filter(stream=row).delete()
        BlindToken.objects.filter(stream=row).delete()
        SummaryRow.objects.filter(stream=row).delete()
        FactRow.objects.filter(stream=row).update(body=b"")
        row.wrapped_key, row.erased_at, row.length = None, at, 0
        row.denied, row.concerns = [], []
        row.save()
        empty_after_commit()


def _erased(kind: str, at: datetime | None) -> InputRefusedError:
    return InputRefusedError("office.stream.erased", f"this {kind} was erased", got=f"on {at:%Y-%m-%d}" if at else "")


def _fact_place(stream: StreamKey, row: FactRow) -> bytes:
    """What a fact's sealed body is bound to: its place, and what stands beside it in plain columns."""
    at = row.at.astimezone(UTC).isoformat()
    return f"fact\0{stream.kind}/{stream.stream_id}\0{row.seq}\0{row.type}\0{at}\0{row.by}".encode()


def facts_sha256(rows: Iterable[FactRow]) -> str:
    """The hash of facts as they lie in the database, for the audit's entry of their writing; it tells nothing."""
    return sha256_hex(b"".join(hashlib.sha256(bytes(row.body)).digest() for row in rows))


def _summary_place(row: StreamKey) -> bytes:
    return f"summary\0{row.kind}/{row.stream_id}".encode()


def _log_place(row: StreamKey, name: str) -> bytes:
    return f"log entry\0{row.kind}/{row.stream_id}\0{name}".encode()


def _attachment_place(row: StreamKey, attachment_id: str) -> bytes:
    return f"attachment\0{row.kind}/{row.stream_id}\0{attachment_id}".encode()
