"""Threat: the office's public log shows one version to some and another to others, because nobody witnesses it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from holdfast.facts import StreamId
from holdfast.record.checkpoint import open_checkpoint
from holdfast.record.policy import WitnessLine, quorum_of
from holdfast.record.verify import verify
from holdfast.workflows.log.witness import open_witness, serve_witness
from store.offices import OfficeWorld


@contextmanager
def witness_of(world: OfficeWorld, folder: Path, port: int = 0) -> Iterator[tuple[Any, str]]:
    """A log witness that runs beside the office: its key and its address."""
    with world.office.log() as log:
        key = log.verifier_key
    witness = open_witness(folder, (key,), name="sister.example", clock=world.clock)
    with serve_witness(witness, port=port) as server:
        running = threading.Thread(target=server.serve_forever, daemon=True)
        running.start()
        try:
            yield witness, f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            running.join()


def promise(world: OfficeWorld, text: str) -> StreamId:
    """A public entry, promised in a transaction as every part of the office does."""
    from holdfast.access.rules.console_rules import Because
    from holdfast.facts import SYSTEM, Fact
    from holdfast.store.office.streams import LogEntry, Summary
    from holdfast.store.office.vault import Reader

    vault = world.office.vault
    with vault.transaction():
        stream = vault.create(
            Reader.of_the_office(Because.BOOKS),
            "case",
            [Fact(type="made", at=world.clock(), by=SYSTEM)],
            summary=Summary(state="open"),
            purpose="test",
        )
        entry = LogEntry(name="said", kind="note", payload={"text": text})
        vault.log_later(Reader.of_the_office(Because.BOOKS), stream, entry, purpose="test")
    return stream


def index_of(world: OfficeWorld, stream: StreamId) -> int | None:
    row, _ = world.office.vault.meant_for_log(stream, "said")
    return row.index


def ticked(world: OfficeWorld) -> dict[str, str]:
    from holdfast.workflows.tick import tick

    return {each.clock: each.failed for each in tick(world.office)}


def test_every_publisher_of_the_office_asks_the_witnesses_of_the_policy(office: OfficeWorld, tmp_path: Path) -> None:
    with witness_of(office, tmp_path / "w") as (witness, address):
        line = WitnessLine(name="w1", key=witness.key, url=address)
        with office.office.log() as log:
            log.set_policy(quorum_of([line], 1))
            log.seal("note", {"text": "opened later"}, until=office.clock() + timedelta(hours=2))
        one, two = promise(office, "one"), promise(office, "two")
        for hour in range(4):
            assert not any(ticked(office).values()), hour
            office.clock.go_on(hours=1)
        with office.office.log() as log:
            assert log.next_index == log.size
            assert None not in (index_of(office, one), index_of(office, two))
            checkpoint = open_checkpoint(log.fetch("checkpoint"), log.verifier_key, witnesses=(witness.key,))
            assert witness.key in {signed.key for signed in checkpoint.signed}
            verify(log.fetch, key=log.verifier_key)
            assert b"opened later" in log.fetch("text/000")


def test_without_its_witnesses_the_office_publishes_nothing_loses_nothing_and_says_each_thing_once(
    office: OfficeWorld, tmp_path: Path
) -> None:
    with witness_of(office, tmp_path / "w") as (witness, address):
        port = int(address.rsplit(":", 1)[1])
    with office.office.log() as log:  # the witness is away now
        log.set_policy(quorum_of([WitnessLine(name="w1", key=witness.key, url=address)], 1))
        published = log.size
    stream = promise(office, "said once")
    for _ in range(5):
        failed = {name: code for name, code in ticked(office).items() if code}
        assert failed == {"log_published": "record.policy.quorum"}
        office.clock.go_on(minutes=1)
    with office.office.log() as log:
        waiting = log.next_index
        assert log.size == published
        # the policy, the promise and one head of the audit, however often it was tried
        assert waiting == published + 3
    assert index_of(office, stream) is not None
    with witness_of(office, tmp_path / "w", port):
        assert not any(ticked(office).values())
        with office.office.log() as log:
            assert log.size == waiting
            verify(log.fetch, key=log.verifier_key)


def test_only_one_door_opens_a_log_that_is_published() -> None:
    """Whoever opens a log without its witnesses would publish unwitnessed, or not at all."""
    source = Path(__file__).parents[2] / "src" / "holdfast"
    doors = {
        str(path.relative_to(source))
        for path in source.rglob("*.py")
        if "record" not in path.relative_to(source).parts[:1] and "import open_log" in path.read_text("utf-8")
    }
    assert doors == {"workflows/log/witness.py"}
