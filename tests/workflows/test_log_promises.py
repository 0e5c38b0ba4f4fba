"""A promised entry of the public log gets there once, wherever the process is killed and whatever comes between."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from holdfast.canonical import canonical_bytes
from holdfast.facts import SYSTEM, Fact, StreamId
from store.offices import OfficeWorld

SAME = {"outcome": "lift", "reason": "the protection has ended."}
KIND = "review outcome"


class KilledError(BaseException):
    """The process is gone: nothing catches this."""


def _promise(world: OfficeWorld, payload: dict[str, Any], **more: Any) -> StreamId:
    from holdfast.access.rules.console_rules import Because
    from holdfast.store.office.streams import LogEntry, Summary
    from holdfast.store.office.vault import Reader

    vault, system = world.office.vault, Reader.of_the_office(Because.BOOKS)
    fact = Fact(type="noted", at=world.clock(), by=SYSTEM)
    stream = vault.create(system, "thing", [fact], summary=Summary(state="open"), purpose="test")
    vault.log_later(system, stream, LogEntry(name="said", kind=KIND, payload=payload, **more), purpose="test")
    return stream


def _put(world: OfficeWorld, stream: StreamId) -> None:
    from holdfast.workflows.outbox_tasks.log_entry import TASK

    TASK(world.office, stream, "said")


@contextmanager
def _killed(owner: Any, name: str, *, after: bool, nth: int = 1) -> Iterator[None]:
    """The nth call of a method is the last thing that happens, or does not happen any more."""
    real: Callable[..., Any] = getattr(owner, name)
    calls = [0]

    def call(self: Any, *arguments: Any, **named: Any) -> Any:
        calls[0] += 1
        if calls[0] == nth and not after:
            raise KilledError
        found = real(self, *arguments, **named)
        if calls[0] == nth:
            raise KilledError
        return found

    setattr(owner, name, call)
    try:
        yield
    finally:
        setattr(owner, name, real)


STEPS = {
    "before the index is kept": ("row", "save", False, 1),
    "after the index is kept": ("row", "save", True, 1),
    "before the append": ("log", "append_many", False, 1),
    "after the append": ("log", "append_many", True, 1),
    "before the checkpoint": ("log", "checkpoint", False, 1),
    "after the checkpoint": ("log", "checkpoint", True, 1),
    "before the place is kept": ("row", "save", False, 2),
    "after the place is kept": ("row", "save", True, 2),
}


def _rows() -> dict[str, Any]:
    from holdfast.store.office.models import LogEntryRow

    return {row.stream.stream_id: row for row in LogEntryRow.objects.filter(kind=KIND).select_related("stream")}


@pytest.mark.parametrize("sealed", [False, True], ids=["public", "sealed"])
@pytest.mark.parametrize("step", STEPS)
def test_two_promises_of_the_same_words_are_two_entries_wherever_one_is_killed(
    office: OfficeWorld, step: str, sealed: bool
) -> None:
    from holdfast.record import Log
    from holdfast.store.office.models import LogEntryRow

    more = {"opens_at": office.clock() + timedelta(days=30)} if sealed else {}
    one, two = _promise(office, SAME, **more), _promise(office, SAME, **more)
    what, name, after, nth = STEPS[step]
    owner = {"row": LogEntryRow, "log": Log}[what]
    with pytest.raises(KilledError), _killed(owner, name, after=after, nth=nth):
        _put(office, one)
    _put(office, two)  # comes in between
    _put(office, one)
    _put(office, one)
    rows = _rows()
    with office.office.log() as log:
        entries = [log.prove(index) for index in range(log.size)]
        ours = [each for each in entries if each.entry.kind == KIND]
        texts = [log.committed_text(each.index) for each in ours]
    assert texts == [canonical_bytes(SAME)] * 2
    assert sorted(rows[each.id].index for each in (one, two)) == [each.index for each in ours]
    assert {rows[each.id].leaf_hash for each in (one, two)} == {each.leaf.hex() for each in ours}


def test_another_promise_of_the_same_kind_is_not_taken_for_ones_own(office: OfficeWorld) -> None:
    from holdfast.record import Log

    one, two = _promise(office, {**SAME, "reason": "of ONE"}), _promise(office, {**SAME, "reason": "of TWO"})
    with pytest.raises(KilledError), _killed(Log, "append_many", after=False):
        _put(office, one)
    _put(office, two)
    _put(office, one)
    with office.office.log() as log:
        texts = [log.prove(index).line.text for index in range(log.size)]
    assert [b"of ONE" in each for each in texts if b"of " in each] == [False, True]
    assert _rows()[one.id].index != _rows()[two.id].index


@pytest.mark.parametrize("sealed", [False, True], ids=["public", "sealed"])
def test_what_an_earlier_version_had_put_in_and_not_kept_is_found(office: OfficeWorld, sealed: bool) -> None:
    from holdfast.store.office.models import LogEntryRow

    more = {"opens_at": office.clock() + timedelta(days=30)} if sealed else {}
    one = _promise(office, SAME, **more)
    with office.office.log() as log:  # its salts were random, and the quorum was not there
        LogEntryRow.objects.filter(kind=KIND).update(meant_index=log.next_index)
        if sealed:
            log.seal(KIND, SAME, until=more["opens_at"])
        else:
            log.append(KIND, SAME)
    _put(office, one)
    with office.office.log() as log:
        kinds = [log.prove(index).entry.kind for index in range(log.size)]
        leaf = log.prove(kinds.index(KIND)).leaf.hex()
    assert kinds.count(KIND) == 1
    assert _rows()[one.id].leaf_hash == leaf


def test_the_salt_of_a_promise_is_its_own_and_goes_with_the_streams_key(office: OfficeWorld) -> None:
    from holdfast.access.rules.console_rules import Because
    from holdfast.errors import InputRefusedError
    from holdfast.store.office.vault import Reader

    vault = office.office.vault
    one, two = _promise(office, SAME), _promise(office, SAME)
    salts = {vault.log_salt(stream, name) for stream in (one, two) for name in ("said", "other")}
    assert len(salts) == 4
    assert vault.log_salt(one, "said") in salts
    vault.forget(Reader.of_the_office(Because.BOOKS), one, purpose="test")
    with pytest.raises(InputRefusedError, match=r"office\.stream\.erased"):
        vault.log_salt(one, "said")
