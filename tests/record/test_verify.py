"""The verifier says in words what it checked, and names tile and entry when something is wrong."""

import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from holdfast.crypto.notes import Algorithm, fresh_signer, parse_verifier_key
from holdfast.errors import CheckFailedError, InputRefusedError
from holdfast.record import Draft, Log, memory_log
from holdfast.record.verify import Report, verify

Files = dict[str, bytes]


def public(log: Log) -> Files:
    return {
        path.removeprefix("public/"): data for path, data in log._disk._files.items() if path.startswith("public/")
    }


def fetch_of(files: Files) -> Any:
    def fetch(path: str) -> bytes:
        if path not in files:
            raise CheckFailedError("record.fetch.missing", "a file of the log is missing", place=path)
        return files[path]

    return fetch


@pytest.fixture
def log(clock: Any) -> Log:
    log = memory_log(clock=clock)
    log.append_many(Draft(kind="note", payload={"n": number}) for number in range(300))
    log.checkpoint()
    return log


def fails(files: Files, code: str, *, place: str = "", **arguments: Any) -> CheckFailedError:
    with pytest.raises(CheckFailedError) as caught:
        verify(fetch_of(files), **arguments)
    assert (caught.value.code, place in caught.value.place) == (code, True), str(caught.value)
    return caught.value


@pytest.mark.requirement("4.1")
def test_a_good_log_verifies_and_the_words_say_what_was_checked(log: Log, clock: Any) -> None:
    report = verify(log.fetch, key=log.verifier_key, since=log.fetch("checkpoint"), clock=clock)
    said = "\n".join(report.checked)
    for word in ("signature", "hashes: every one of 300 entries", "texts: 300", "continuation"):
        assert word in said
    assert any("cosignature" in each for each in report.not_checked)
    assert "whose log" not in "\n".join(report.not_checked)


def test_without_a_key_it_says_that_it_proves_less(log: Log, clock: Any) -> None:
    report = verify(log.fetch, clock=clock)
    assert any("beside the log" in each and "proves less" in each for each in report.not_checked)
    assert any("--from" in each for each in report.not_checked)


def test_a_wrong_key_is_refused(log: Log) -> None:
    error = fails(public(log), "record.checkpoint.key", key=fresh_signer(log.origin).key)
    assert "this is not that log" in str(error)


def test_the_key_of_a_witness_is_no_key_of_a_log(log: Log) -> None:
    with pytest.raises(InputRefusedError, match="note.key"):
        verify(log.fetch, key=fresh_signer(log.origin, Algorithm.COSIGNATURE).key)


@pytest.mark.parametrize("path", ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/001.p/44"])
def test_a_missing_tile_is_named_with_its_first_entry(log: Log, path: str) -> None:
    files = public(log)
    del files[path]
    first = 256 if "001" in path else 0
    fails(files, "record.fetch.missing", place=f"{path}, from entry {first} on")


@pytest.mark.parametrize("path", ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/001.p/44"])
def test_a_cut_tile_is_named_with_the_entry_where_it_breaks_off(log: Log, path: str) -> None:
    files = public(log)
    files[path] = files[path][:-1]
    error = fails(files, "record.tile.damaged", place=path)
    last = {"tile/0/000": 255, "tile/1/000.p/1": 0}.get(path, 299)
    assert f"entry {last} on" in error.place


def test_a_missing_text_file_is_named(log: Log) -> None:
    files = public(log)
    del files["text/001"]
    fails(files, "record.fetch.missing", place="text/001")


def test_a_cut_text_file_is_named_with_its_entry(log: Log) -> None:
    files = public(log)
    files["text/000"] = files["text/000"][:-3]
    fails(files, "record.text.damaged", place="text/000, entry 255")


def test_a_changed_text_is_named_with_its_entry(log: Log) -> None:
    files = public(log)
    files["text/000"] = files["text/000"].replace(b'{"n":7}', b'{"n":8}')
    fails(files, "record.text.changed", place="text/000, entry 7")


def test_a_text_that_is_called_erased_without_an_entry_saying_so_is_refused(log: Log) -> None:
    files = public(log)
    lines = files["text/000"].split(b"\n")
    lines[7] = b"7 erased 9"
    files["text/000"] = b"\n".join(lines)
    fails(files, "record.text.withheld", place="entry 7")


def test_a_public_text_that_is_called_sealed_is_refused(log: Log) -> None:
    files = public(log)
    lines = files["text/000"].split(b"\n")
    lines[7] = b"7 sealed"
    files["text/000"] = b"\n".join(lines)
    fails(files, "record.text.withheld", place="entry 7")


def test_a_tile_with_wrong_hashes_over_right_entries_is_named(log: Log) -> None:
    files = public(log)
    tile = bytearray(files["tile/0/000"])
    tile[32 * 9] ^= 1
    files["tile/0/000"] = bytes(tile)
    fails(files, "record.tile.wrong", place="tile/0/000, entry 9")


def test_a_changed_entry_is_named(log: Log) -> None:
    files = public(log)
    files["tile/entries/000"] = files["tile/entries/000"].replace(b'"kind":"note"', b'"kind":"nite"', 1)
    # its form is read as its bundle is hashed: either complaint names the entry
    with pytest.raises(CheckFailedError) as caught:
        verify(fetch_of(files))
    assert "entry 0" in str(caught.value) or caught.value.code == "record.entry.kind"


def test_a_log_that_was_cut_back_is_refused_beside_a_checkpoint_from_before(log: Log, clock: Any) -> None:
    small = public(log)
    log.append("note", "one more")
    log.checkpoint()
    verify(fetch_of(small), clock=clock)
    fails(small, "record.verify.rewound", since=log.fetch("checkpoint"))


def test_another_log_under_the_same_key_is_refused_beside_a_checkpoint_from_before(log: Log, clock: Any) -> None:
    other = memory_log(clock=clock)
    other._signer = log._signer
    other.append_many(Draft(kind="note", payload={"n": number}) for number in range(500))
    other.checkpoint()
    fails(public(other), "record.verify.fork", since=log.fetch("checkpoint"), key=log.verifier_key, clock=clock)


def test_a_key_that_the_log_gave_up_signs_nothing_any_more(log: Log, clock: Any) -> None:
    old, signer = log.verifier_key, log._signer
    log.rotate()
    log.append("note", "by the new key")
    log.checkpoint()
    report = verify(log.fetch, key=old, clock=clock)
    assert report.checked[0].startswith("key: entry 300 hands over to")
    log._signer = signer
    log.append("note", "by the thief of the old key")
    log.checkpoint()
    files = public(log) | {"log.vkey": f"{old}\n".encode()}
    fails(files, "record.verify.retired_key", key=old, clock=clock)


@pytest.mark.requirement("4.3")
def test_an_overdue_seal_is_shown_and_an_opened_one_is_not(log: Log, clock: Any) -> None:
    sealed = log.seal("statement", {"text": "x"}, until=datetime(2026, 12, 1, tzinfo=UTC))
    log.checkpoint()
    assert verify(log.fetch, clock=clock).overdue == []
    clock.forward(days=60)
    assert verify(log.fetch, clock=clock).overdue == [sealed.index]
    log.open(sealed.index)
    log.checkpoint()
    report = verify(log.fetch, clock=clock)
    assert (report.overdue, report.sealed) == ([], [])
    assert any("1 opened ones" in each for each in report.checked)


@pytest.mark.requirement("4.3")
def test_an_opened_text_that_is_not_the_sealed_one_is_refused(log: Log, clock: Any) -> None:
    sealed = log.seal("note", "the text", condition="always")
    log.open(sealed.index)
    log.checkpoint()
    files = public(log)
    files["text/001"] = files["text/001"].replace(b"the text", b"no, this")
    fails(files, "record.text.changed", place="entry 300", clock=clock)


def test_a_list_of_seals_that_hides_one_is_refused(log: Log, clock: Any) -> None:
    log.seal("note", "x", until=datetime(2026, 12, 1, tzinfo=UTC))
    log.checkpoint()
    fails(public(log) | {"seals": b""}, "record.seals.incomplete", place="entry 300", clock=clock)
    fails(public(log) | {"seals": b"300 at 2036-12-01T00:00:00Z\n"}, "record.seals.incomplete", clock=clock)


def test_an_erased_entry_verifies_and_is_said_to_be_gone(log: Log, clock: Any) -> None:
    log.erase(12, "a person asked")
    log.checkpoint()
    report = verify(log.fetch, clock=clock)
    assert report.erased == [12]


def test_texts_that_read_differently_than_they_look_are_shown(log: Log, clock: Any) -> None:
    index = log.append("note", "p\u0430ypal \u202egpj.exe").index
    log.checkpoint()
    odd = verify(log.fetch, clock=clock).odd[index]
    assert any("U+202E" in each for each in odd)
    assert any("Cyrillic" in each for each in odd)


def test_a_log_dated_after_the_verifiers_clock_is_noticed(log: Log) -> None:
    past = datetime(2020, 1, 1, tzinfo=UTC)
    assert any("after your clock" in each for each in verify(log.fetch, clock=lambda: past).notices)


def test_a_failed_verification_still_shows_what_was_checked_before(log: Log) -> None:
    files, report = public(log), Report()
    del files["text/001"]
    with pytest.raises(CheckFailedError):
        verify(fetch_of(files), report=report)
    assert any(each.startswith("signature") for each in report.checked)


def test_a_checkpoint_that_cannot_be_read_is_a_failed_check(log: Log) -> None:
    fails(public(log) | {"checkpoint": b"nonsense"}, "note.unreadable")


def test_an_empty_log_verifies(clock: Any) -> None:
    with memory_log(clock=clock) as log:
        assert verify(log.fetch, key=log.verifier_key, clock=clock).size == 0


def test_the_verifier_alone_loads_nothing_that_writes_counts_or_stores() -> None:
    program = (
        "import sys; import holdfast.record.verify; "
        "print('\\n'.join(name for name in sys.modules if name.startswith('holdfast.')), "
        "*(name for name in ('duckdb','pyarrow','numpy','django','socket','http','jinja2') if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    allowed = ("holdfast.record", "holdfast.crypto")
    foundations = {
        f"holdfast.{name}"
        for name in ("errors", "canonical", "clock", "progress", "registry", "ids", "parts", "version")
    }
    assert {name for name in loaded if not name.startswith(allowed)} <= foundations
    for writer in ("log", "queue", "disk", "integrate", "witness", "folder"):
        assert f"holdfast.record.{writer}" not in loaded


def test_a_key_reads_from_the_text_that_init_prints(log: Log) -> None:
    assert parse_verifier_key(f" {log.verifier_key}\n") == log.verifier_key


def test_a_seal_that_is_opened_while_the_log_is_read_is_hidden_by_nobody(clock: Any) -> None:
    log = memory_log(clock=clock)
    log.seal("note", {"n": 1}, condition="it holds")
    log.checkpoint()

    def fetch(path: str) -> bytes:
        data = log.fetch(path)
        if path.startswith("text/") and b"sealed" in data:
            log.open(0)
        return data

    assert verify(fetch, key=log.verifier_key, clock=clock).sealed == [0]
    assert verify(log.fetch, key=log.verifier_key, clock=clock).sealed == []
