"""What was erased leaves the database's own files, while the office runs and others have it open."""

import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from holdfast.facts import SYSTEM, Fact, StreamId
from store.offices import OfficeWorld


def _thing(world: OfficeWorld) -> tuple[StreamId, list[bytes]]:
    """A stream with a fact, a summary and a file; and the sealed bytes of each, with its wrapped key."""
    from holdfast.access.rules.console_rules import Because
    from holdfast.store.office.models import AttachmentRow, FactRow, StreamKey, SummaryRow
    from holdfast.store.office.streams import Summary
    from holdfast.store.office.vault import Reader

    vault, reader = world.office.vault, Reader.of_the_office(Because.BOOKS)
    fact = Fact(type="noted", at=world.clock(), by=SYSTEM, body={"word": "something"})
    summary = Summary(state="open", sealed={"title": "something"})
    stream = vault.create(reader, "thing", [fact], summary=summary, purpose="test")
    vault.attach(reader, stream, b"a file of somebody " * 200, purpose="test")
    row = StreamKey.objects.get(kind="thing", stream_id=stream.id)
    sealed = [
        row.wrapped_key,
        FactRow.objects.get(stream=row).body,
        SummaryRow.objects.get(stream=row).sealed,
        AttachmentRow.objects.get(stream=row).sealed[:400],
    ]
    return stream, [bytes(each)[1:40] for each in sealed]


def _left(world: OfficeWorld, sealed: list[bytes]) -> dict[str, int]:
    """How many of the sealed bytes each of the database's files holds."""
    found = {}
    for path in sorted(world.folder.glob("office.sqlite*")):
        if not path.name.endswith("-shm"):
            content = path.read_bytes()
            found[path.name] = sum(each in content for each in sealed)
    return {name: count for name, count in found.items() if count}


def _forget(world: OfficeWorld, stream: StreamId) -> None:
    from holdfast.access.rules.console_rules import Because
    from holdfast.store.office.vault import Reader

    world.office.vault.forget(Reader.of_the_office(Because.BOOKS), stream, purpose="test")


def _ill(world: OfficeWorld) -> str:
    from holdfast.workflows.office.doctor import examine

    return "; ".join(each.text for each in examine(world.office) if not each.ok)


def test_what_is_forgotten_leaves_every_file_while_the_office_is_open_elsewhere(office: OfficeWorld) -> None:
    stream, sealed = _thing(office)
    assert sum(_left(office, sealed).values()) >= len(sealed)
    path = office.folder / "office.sqlite"
    program = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT count(*) FROM office_factrow')"
        ".fetchall(); print('open', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"  # another process has the office open, as a second console would
        _forget(office, stream)
        assert _left(office, sealed) == {}
        assert _ill(office) == ""
        other.communicate("")


def test_while_somebody_reads_an_earlier_moment_it_is_said_and_tried_again(office: OfficeWorld) -> None:
    from holdfast.store.office.erasing import left_behind
    from holdfast.store.office.models import AlarmRow
    from holdfast.workflows.tick import tick

    stream, sealed = _thing(office)
    with closing(sqlite3.connect(office.folder / "office.sqlite", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM office_factrow").fetchall()
        _forget(office, stream)
        assert _left(office, sealed) != {}
        assert left_behind() == 1
        assert "still lie in the database's write-ahead file" in _ill(office)
        failed = {each.clock: each.failed for each in tick(office.office) if each.failed}
        assert failed == {"write_ahead": "office.erasing.read"}
        assert AlarmRow.objects.filter(place__contains="write-ahead", seen_at=None).exists()
        reader.execute("COMMIT")
    assert [each.done for each in tick(office.office) if each.clock == "write_ahead"] != [()]
    assert _left(office, sealed) == {}
    assert (left_behind(), _ill(office)) == (0, "")


def test_an_erasure_that_was_killed_before_the_file_was_emptied_is_ended_by_the_tick(
    office: OfficeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    from holdfast.store.office import erasing
    from holdfast.workflows.tick import tick

    stream, sealed = _thing(office)
    monkeypatch.setattr(erasing, "empty", lambda wait_ms: None)  # the process is gone at this very place
    _forget(office, stream)
    monkeypatch.undo()
    assert _left(office, sealed) != {}
    assert not any(each.failed for each in tick(office.office))
    assert _left(office, sealed) == {}


def test_what_a_clock_forgets_leaves_the_files_in_the_same_tick(office: OfficeWorld) -> None:
    from holdfast.accounts.names import AccountName
    from holdfast.ids import wiki_name
    from holdfast.store.office.models import FactRow
    from holdfast.workflows.exposure import question as exposure_question
    from holdfast.workflows.tick import tick

    custodian = office.member("custodian")
    question = exposure_question.ask(office.office, custodian.reader(), wiki_name("w"), AccountName("Somebody"))
    sealed = [bytes(FactRow.objects.get(stream__stream_id=question.id).body)[1:40]]
    assert _left(office, sealed) != {}
    office.clock.go_on(days=400)
    assert not any(each.failed for each in tick(office.office))
    assert _left(office, sealed) == {}


def test_keys_that_open_under_the_old_master_key_do_not_lie_on_after_a_rotation(office: OfficeWorld) -> None:
    from holdfast.workflows.office.master_keys import rotate_master_key

    _, sealed = _thing(office)
    rotate_master_key(office.folder, office.keys, clock=office.clock)
    assert _left(office, sealed[:1]) == {}
