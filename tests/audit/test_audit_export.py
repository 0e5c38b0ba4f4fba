"""An export is checked with the file and one key; whatever is done to it shows."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.audit_of import NOON, chain_of
from holdfast.audit import START, check_export, export_lines
from holdfast.audit.chain import head_of
from holdfast.cli import main
from holdfast.crypto.notes import fresh_signer
from holdfast.errors import CheckFailedError, HoldfastError, InputRefusedError

CHAIN = chain_of(12)
SIGNER = fresh_signer("office.example/audit")
APPROVAL = "a" * 64


def exported(first: int = 1, last: int = 12) -> list[bytes]:
    before = head_of(CHAIN[first - 2]) if first > 1 else START
    return list(
        export_lines(
            CHAIN[first - 1 : last], before=before, last=last, approval_sha256=APPROVAL, made_at=NOON, signer=SIGNER
        )
    )


LINES = exported()


@pytest.mark.parametrize(("first", "last"), [(1, 12), (4, 9), (12, 12), (5, 4)])
def test_an_export_of_any_range_is_checked_on_its_own(first: int, last: int) -> None:
    report = check_export(exported(first, last), SIGNER.key)
    assert (report.first, report.head.size, report.entries) == (first, last, last - first + 1)
    assert report.approval_sha256 == APPROVAL


def test_an_export_that_lacks_its_end_is_not_signed() -> None:
    with pytest.raises(CheckFailedError, match=r"^audit\.chain\.cut"):
        list(export_lines(CHAIN[:5], before=START, last=6, approval_sha256="", made_at=NOON, signer=SIGNER))


@given(st.integers(0, len(b"".join(LINES)) - 1), st.integers(0, 7))
@settings(max_examples=300)
def test_no_bit_of_an_export_can_be_changed(place: int, bit: int) -> None:
    changed = bytearray(b"".join(LINES))
    changed[place] ^= 1 << bit
    with pytest.raises(HoldfastError):
        check_export(bytes(changed).splitlines(keepends=True), SIGNER.key)


@given(st.lists(st.sampled_from(LINES), max_size=16))
def test_lines_left_out_moved_or_repeated_are_refused(lines: list[bytes]) -> None:
    if lines == LINES:
        return
    with pytest.raises(HoldfastError):
        check_export(lines, SIGNER.key)


def test_entries_left_out_with_a_header_that_hides_it_are_refused() -> None:
    header = json.loads(LINES[0])
    header["last"] = 11
    first = json.dumps(header, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    with pytest.raises(CheckFailedError, match=r"^audit\.export\.signature"):
        check_export([first, *LINES[1:12], LINES[13]], SIGNER.key)


def test_a_stranger_s_key_is_told_apart_even_under_the_same_name() -> None:
    stranger = fresh_signer(SIGNER.name)
    with pytest.raises(CheckFailedError, match=r"^audit\.export\.key"):
        check_export(LINES, stranger.key)
    header = json.loads(LINES[0]) | {"key": str(stranger.key)}
    first = json.dumps(header, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    with pytest.raises(CheckFailedError, match=r"^audit\.export\.signature"):
        check_export([first, *LINES[1:]], stranger.key)


def test_the_export_must_contain_the_heads_from_the_log() -> None:
    check_export(LINES, SIGNER.key, heads=[CHAIN[6].sha256, CHAIN[11].sha256])
    check_export(exported(4, 9), SIGNER.key, heads=[CHAIN[2].sha256])
    for wrong in ("b" * 64, CHAIN[1].sha256):
        with pytest.raises(CheckFailedError, match=rf"^audit\.export\.head.*{wrong}"):
            check_export(exported(4, 9), SIGNER.key, heads=[CHAIN[6].sha256, wrong])


@given(st.lists(st.binary(max_size=60).map(lambda line: line + b"\n"), max_size=4))
def test_rubbish_is_refused(lines: list[bytes]) -> None:
    with pytest.raises(InputRefusedError):
        check_export(lines, SIGNER.key)


def test_the_command_checks_the_file_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place, key = tmp_path / "audit.jsonl", tmp_path / "audit.key"
    place.write_bytes(b"".join(LINES))
    key.write_text(f"{SIGNER.key}\n")
    head = CHAIN[-1].sha256
    assert main(["audit", "verify", str(place), "--key", str(key), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["head_sha256"] == CHAIN[-1].sha256
    assert main(["audit", "verify", str(place), "--key", str(SIGNER.key), "--head", head]) == 0
    assert "12 entries, 1 to 12" in capsys.readouterr().out
    place.write_bytes(b"".join(LINES[:5] + LINES[6:]))
    assert main(["audit", "verify", str(place), "--key", str(key), "--json"]) == 1
    shown = capsys.readouterr()
    assert "audit.chain.missing" in shown.err
    assert "entry 5" in shown.err
    assert shown.out == ""
    assert main(["audit", "verify", str(tmp_path / "none"), "--key", str(key)]) == 3
    assert main(["audit", "verify", str(place), "--key", "nonsense"]) == 3
    assert main(["audit", "verify", str(place), "--key", str(key), "--head", "x"]) == 2
    assert main(["audit", "verify", str(place)]) == 2
