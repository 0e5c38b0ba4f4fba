"""What every log obeys, wherever it lies: one suite for a log in memory, in a folder, and behind a server."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.canonical import canonical_bytes
from holdfast.errors import HoldfastError, InputRefusedError, UsageError
from holdfast.record import Draft, Log, create_log, memory_log
from holdfast.record.check_tree import check_tree
from holdfast.record.checkpoint import open_checkpoint
from holdfast.record.texts import Shown
from holdfast.record.verify import verify
from holdfast.workflows.log.client import ServedLog
from holdfast.workflows.log.server import serve_log, token_of


@pytest.fixture(params=["memory", "folder", "served"])
def log(request: pytest.FixtureRequest, tmp_path: Path, clock: Any) -> Iterator[Log | ServedLog]:
    if request.param == "memory":
        with memory_log(clock=clock) as made:
            yield made
        return
    folder = tmp_path / "log"
    with create_log(folder, origin="example.org/log", clock=clock) as made:
        if request.param == "folder":
            yield made
            return
        with serve_log(folder, writer=made) as server:
            thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            with ServedLog(f"http://127.0.0.1:{server.server_address[1]}", token_of(folder), clock=clock) as served:
                yield served
            server.shutdown()
            thread.join()


def test_an_acknowledged_entry_stands_at_its_index_after_the_checkpoint(log: Log) -> None:
    receipts = [log.append("note", {"text": f"number {number}"}) for number in range(5)]
    log.checkpoint()
    for number, receipt in enumerate(receipts):
        proved = log.prove(receipt.index)
        assert receipt.index == number
        assert proved.leaf.hex() == receipt.leaf_hash
        assert json.loads(proved.line.text) == {"text": f"number {number}"}


def test_an_entry_cannot_be_proved_before_it_is_public(log: Log) -> None:
    receipt = log.append("note", "soon")
    with pytest.raises(HoldfastError, match="record.index.outside"):
        log.prove(receipt.index)


def test_a_checkpoint_is_signed_and_its_tree_is_the_entries(log: Log) -> None:
    for size in (1, 2, 253, 1, 300, 7):
        log.append_many(Draft(kind="note", payload={"n": number}) for number in range(size))
        head = log.checkpoint().head
        assert open_checkpoint(log.fetch("checkpoint"), log.verifier_key).head == head
        check_tree(log.fetch, head)
    assert log.size == log.next_index == 564


def test_a_checkpoint_without_news_changes_nothing(log: Log) -> None:
    log.append("note", "one")
    log.checkpoint()
    before = log.fetch("checkpoint")
    log.checkpoint()
    assert log.fetch("checkpoint") == before


def test_a_sealed_text_is_not_in_any_public_file_until_it_is_opened(log: Log, clock: Any) -> None:
    receipt = log.seal("statement", {"text": "the canary sings"}, until=datetime(2026, 12, 1, tzinfo=UTC))
    log.checkpoint()
    assert log.prove(receipt.index).line.shown is Shown.SEALED
    assert b"canary" not in log.fetch("text/000") + log.fetch("tile/entries/000.p/1")
    with pytest.raises(InputRefusedError, match="record.open.early"):
        log.open(receipt.index)
    clock.forward(days=40)
    assert log.prove(receipt.index).is_overdue
    log.open(receipt.index)
    opened = log.prove(receipt.index)
    assert json.loads(opened.line.text) == {"text": "the canary sings"}
    assert hashlib.sha256(opened.line.salt + opened.line.text).hexdigest() == opened.entry.commitment
    assert not opened.is_overdue


def test_a_seal_on_a_condition_is_opened_when_a_person_says_that_it_holds(log: Log) -> None:
    receipt = log.seal("note", "hidden", condition="the appeal is decided")
    assert log.open(receipt.index, because="the appeal was decided today").index == 1
    log.checkpoint()
    proved = log.prove(receipt.index)
    assert (proved.entry.opens_on, proved.line.text) == ("the appeal is decided", b'"hidden"')
    assert b"decided today" in log.prove(1).line.text


def test_a_seal_needs_a_date_or_a_condition_and_not_both(log: Log) -> None:
    with pytest.raises(UsageError, match="record.seal"):
        log.seal("note", "x")
    with pytest.raises(UsageError, match="record.seal"):
        log.seal("note", "x", until=datetime(2027, 1, 1, tzinfo=UTC), condition="it rains")


def test_a_private_text_is_committed_and_never_published(log: Log) -> None:
    receipt = log.append("note", "the canary sings", public=False)
    log.checkpoint()
    assert log.prove(receipt.index).line.shown is Shown.PRIVATE
    assert b"canary" not in log.fetch("text/000")


def test_an_erased_entry_still_proves_and_its_content_is_gone(log: Log) -> None:
    receipt = log.append("note", {"text": "the canary sings"})
    log.append("note", "another")
    log.checkpoint()
    by = log.erase(receipt.index, "a person asked for it")
    log.checkpoint()
    proved = log.prove(receipt.index)
    assert proved.leaf.hex() == receipt.leaf_hash
    assert (proved.line.shown, proved.line.erased_by) == (Shown.ERASED, by.index)
    assert b"canary" not in log.fetch("text/000")
    assert b"asked for it" in log.prove(by.index).line.text
    with pytest.raises(InputRefusedError, match="record.erase.gone"):
        log.erase(receipt.index, "again")


def test_a_text_that_waits_in_the_queue_can_be_erased(log: Log) -> None:
    receipt = log.append("note", "the canary sings")
    log.erase(receipt.index, "sent by mistake")
    log.checkpoint()
    assert log.prove(receipt.index).line.shown is Shown.ERASED


def test_a_public_entry_cannot_be_opened(log: Log) -> None:
    with pytest.raises(InputRefusedError, match="record.open.not_sealed"):
        log.open(log.append("note", "x").index)


def test_an_unknown_kind_is_refused_with_the_list_of_kinds(log: Log) -> None:
    with pytest.raises(InputRefusedError, match="record.entry.kind") as caught:
        log.append("gossip", {"text": "x"})
    assert "appeal outcome" in str(caught.value)
    assert log.next_index == 0


def test_a_batch_with_one_bad_entry_takes_none(log: Log) -> None:
    with pytest.raises(InputRefusedError, match="record.entry.payload"):
        log.append_many([Draft(kind="note", payload="good"), Draft(kind="statement", payload={"txt": "bad"})])
    assert log.next_index == 0


def test_an_entry_over_the_size_limit_is_refused_with_its_size(log: Log) -> None:
    log.append("note", "x" * 65_533)
    with pytest.raises(InputRefusedError, match="record.entry.too_large") as caught:
        log.append("note", "x" * 65_534)
    assert "got 65536 bytes" in str(caught.value)


def test_a_clock_that_was_set_back_is_refused(log: Log, clock: Any) -> None:
    log.append("note", "now")
    clock.forward(hours=-1)
    with pytest.raises(InputRefusedError, match="record.clock.back") as caught:
        log.append("note", "earlier")
    assert "set the clock right" in str(caught.value)


def test_one_entry_with_the_clock_years_ahead_does_not_end_the_log(log: Log, clock: Any) -> None:
    log.append("note", "in time")
    clock.forward(days=3650)
    ahead = log.append("note", "the clock was ten years ahead")
    clock.forward(days=-3650)
    for act in (lambda: log.append("note", "now"), lambda: log.erase(0, "asked"), lambda: log.rotate()):
        with pytest.raises(InputRefusedError, match=r"record\.clock\.back.*holdfast record clock"):
            act()
        log.checkpoint()
    said = log.clock_was_ahead("the machine's battery was empty")
    assert said.at == ahead.at
    after = log.append("note", "now")
    assert after.at == ahead.at
    log.erase(0, "asked")
    log.checkpoint()
    log.rotate()
    report = verify(log.fetch, key=log.verifier_key)
    assert report.size == log.size
    clock.forward(days=3651)
    assert log.append("note", "ten years later").at > ahead.at
    clock.forward(days=-30)
    with pytest.raises(InputRefusedError, match=r"record\.clock\.back"):
        log.append("note", "the clock was set back once more: that is said anew, or not at all")


def test_a_clock_that_is_right_has_nothing_to_say(log: Log, clock: Any) -> None:
    log.append("note", "now")
    with pytest.raises(UsageError, match=r"record\.clock\.right"):
        log.clock_was_ahead("no reason")
    clock.forward(days=-2)
    with pytest.raises(UsageError, match=r"record\.clock\.reason"):
        log.clock_was_ahead(" ")


def test_a_clock_that_was_corrected_by_seconds_never_turns_the_log_back(log: Log, clock: Any) -> None:
    first = log.append("note", "now")
    clock.forward(seconds=-5)
    assert log.append("note", "a little earlier").at == first.at


def test_after_a_rotation_the_old_key_no_longer_signs(log: Log) -> None:
    old = log.verifier_key
    log.append("note", "before")
    log.rotate()
    assert log.verifier_key != old
    handover = log.fetch("checkpoint")
    assert open_checkpoint(handover, old).head == open_checkpoint(handover, log.verifier_key).head
    log.append("note", "after")
    log.checkpoint()
    with pytest.raises(HoldfastError, match="record.checkpoint.key"):
        open_checkpoint(log.fetch("checkpoint"), old)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=20,
)


@given(st.lists(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), JSON, max_size=4), max_size=5))
def test_any_payload_survives(payloads: list[dict[str, Any]]) -> None:
    with memory_log() as log:
        log.append_many([Draft(kind="note", payload=payload) for payload in payloads])
        log.checkpoint()
        for index, payload in enumerate(payloads):
            assert log.prove(index).line.text == canonical_bytes(payload)
