"""The outside judge of the log: Go's own sumdb/note and sumdb/tlog, from Debian, on our public files."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from holdfast.crypto.notes import Algorithm, Note, fresh_signer, parse_note, signatures_of
from holdfast.record import Draft, Log, create_log

HERE = Path(__file__).parent / "tlogcheck"
GOPATH = "/usr/share/gocode"
# crosses every tile border up to level 2
BATCHES = (1, 2, 253, 1, 300, 7, 4_000, 66_000, 5)


@pytest.fixture(scope="session")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The judge, built without network from Debian's golang-go and golang-golang-x-mod-dev."""
    if shutil.which("go") is None or not Path(GOPATH, "src/golang.org/x/mod/sumdb").is_dir():
        pytest.skip("golang-go and golang-golang-x-mod-dev are not installed")
    place = tmp_path_factory.mktemp("judge")
    environment = os.environ | {"GO111MODULE": "off", "GOPATH": GOPATH, "GOCACHE": str(place / "cache")}
    subprocess.run(["go", "build", "-o", place / "tlogcheck", HERE / "main.go"], env=environment, check=True)
    return place / "tlogcheck"


def ask(judge: Path, *words: object, text: str = "") -> tuple[bool, str]:
    done = subprocess.run([judge, *map(str, words)], input=text, capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stdout + done.stderr


def entries(count: int) -> list[Draft]:
    return [Draft(kind="note", payload={"n": number}) for number in range(count)]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A log of 4,564 entries, and its checkpoints on the way."""
    folder = tmp_path_factory.mktemp("judged") / "log"
    with create_log(folder, origin="example.org/log") as made:
        for number, count in enumerate(BATCHES[:-2]):
            made.append_many(entries(count))
            made.checkpoint()
            (folder / f"kept{number}").write_bytes(made.fetch("checkpoint"))
        yield folder, made


def test_go_checks_inclusion_of_every_entry_and_consistency_from_our_tiles(
    judge: Path, log: tuple[Path, Log]
) -> None:
    folder, made = log
    assert ask(judge, "check", folder / "public", made.verifier_key) == (True, "ok 4564\n")


def test_go_checks_consistency_from_every_checkpoint_that_was_signed(judge: Path, log: tuple[Path, Log]) -> None:
    folder, made = log
    for number in range(len(BATCHES) - 2):
        passed, said = ask(judge, "since", folder / "public", made.verifier_key, folder / f"kept{number}")
        assert passed, said


def test_go_refuses_every_change_that_it_can_see(judge: Path, log: tuple[Path, Log]) -> None:
    folder, made = log
    passed, said = ask(judge, "tamper", folder / "public", made.verifier_key)
    assert passed, said
    assert said.startswith("accepted 0 of ")


@pytest.mark.parametrize("path", ["checkpoint", "tile/0/000", "tile/1/000.p/17", "tile/entries/003"])
def test_go_refuses_a_file_in_which_one_bit_was_changed(
    judge: Path, log: tuple[Path, Log], tmp_path: Path, path: str
) -> None:
    folder, made = log
    shutil.copytree(folder / "public", tmp_path / "public")
    data = bytearray((tmp_path / "public" / path).read_bytes())
    data[40] ^= 1
    (tmp_path / "public" / path).write_bytes(bytes(data))
    passed, said = ask(judge, "check", tmp_path / "public", made.verifier_key)
    assert not passed, said


def test_go_refuses_our_checkpoint_under_another_key(judge: Path, log: tuple[Path, Log]) -> None:
    folder, made = log
    assert not ask(judge, "check", folder / "public", fresh_signer(made.origin).key)[0]


def test_we_open_what_go_signs(judge: Path) -> None:
    signer = fresh_signer("example.org/log")
    passed, said = ask(judge, "sign", signer.secret_text().strip(), text="a text\nof two lines\n")
    assert passed, said
    note = parse_note(said.encode())
    assert note.text == "a text\nof two lines\n"
    assert [signed.key for signed in signatures_of(note, (signer.key,))] == [signer.key]
    assert bytes(Note(text=note.text, lines=(signer.sign(note.text),))) == said.encode()


def test_go_counts_a_cosignature_as_by_an_unknown_key(judge: Path, log: tuple[Path, Log], tmp_path: Path) -> None:
    """Go's note knows no cosignatures: for them there is no outside judge, as docs/record.md says."""
    folder, made = log
    note = parse_note((folder / "public" / "checkpoint").read_bytes())
    cosigned = fresh_signer("witness.example", Algorithm.COSIGNATURE).sign(note.text, at_seconds=1_700_000_000)
    (tmp_path / "checkpoint").write_bytes(bytes(Note(text=note.text, lines=(*note.lines, cosigned))))
    assert ask(judge, "cosign", tmp_path, made.verifier_key) == (True, "1 1\n")


@pytest.mark.long
def test_go_checks_a_log_that_crosses_every_tile_border_up_to_level_two(judge: Path, tmp_path: Path) -> None:
    with create_log(tmp_path / "log", origin="example.org/log") as made:
        for count in BATCHES:
            made.append_many(entries(count))
            made.checkpoint()
        assert ask(judge, "check", tmp_path / "log" / "public", made.verifier_key) == (True, "ok 70569\n")


@pytest.mark.long
def test_go_refuses_every_change_of_ten_thousand_entries(judge: Path, tmp_path: Path) -> None:
    with create_log(tmp_path / "log", origin="example.org/log") as made:
        made.append_many(entries(10_000))
        made.checkpoint()
        passed, said = ask(judge, "tamper", tmp_path / "log" / "public", made.verifier_key)
    assert passed, said
