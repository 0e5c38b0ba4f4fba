"""`holdfast record …` as a person or a script uses it."""

import io
import json
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from holdfast.cli import main
from holdfast.crypto.notes import parse_verifier_key
from holdfast.record.proof import parse_proof
from holdfast.workflows.log.server import serve_log
from holdfast.workflows.log.witness import open_witness, serve_witness


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "log"


def run(*words: object) -> int:
    return main(["record", *map(str, words)])


def lines_of(count: int) -> str:
    return "".join(json.dumps({"kind": "note", "payload": {"text": f"number {n}"}}) + "\n" for n in range(count))


@pytest.fixture
def log(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[Path, str]:
    """A log of three entries, and its verifier key."""
    assert run("init", folder, "--origin", "example.org/log") == 0
    key = capsys.readouterr().out.strip()
    (tmp_path / "three.jsonl").write_text(lines_of(3), "utf-8")
    assert run("append", folder, tmp_path / "three.jsonl") == 0
    assert run("checkpoint", folder) == 0
    capsys.readouterr()
    return folder, key


def test_init_makes_public_and_private_and_prints_the_verifier_key(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("init", folder) == 0
    assert (folder / "public" / "checkpoint").is_file()
    assert (folder / "private").stat().st_mode & 0o777 == 0o700
    assert (folder / "private" / "log.key").stat().st_mode & 0o777 == 0o600
    assert capsys.readouterr().out.startswith("log/")
    assert run("init", folder) == 3
    assert "record.exists" in capsys.readouterr().err


def test_append_prints_index_and_leaf_hash_of_each_line(
    log: tuple[Path, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines_of(2).encode())))
    assert run("append", log[0], "-") == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [row[0] for row in rows] == ["3", "4"]
    assert all(len(row[1]) == 64 for row in rows)


def test_append_names_the_line_that_it_refuses(
    log: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.jsonl"
    for text, code in (
        ('{"kind": "note"}', "record.append.line"),
        ("{", "canonical.unreadable"),
        ('{"kind": "note", "payload": "x", "seal": {"until": "soon"}}', "clock.unreadable"),
        ('{"kind": "rumour", "payload": "x"}', "record.entry.kind"),
    ):
        bad.write_text(lines_of(1) + text + "\n", "utf-8")
        assert run("append", log[0], bad) == 3
        assert code in capsys.readouterr().err
    bad.write_text(lines_of(1) + "{\n", "utf-8")
    run("append", log[0], bad)
    assert "bad.jsonl, line 2" in capsys.readouterr().err


def test_verify_passes_and_says_what_it_proves(log: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run("verify", log[0]) == 0
    said = capsys.readouterr().out
    assert "3 entries, verified" in said
    assert "proves less" in said
    assert run("verify", log[0] / "public", "--key", log[1]) == 0
    assert "proves less" not in capsys.readouterr().out


def test_verify_with_a_wrong_key_fails(
    log: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("init", tmp_path / "other", "--origin", "example.org/log")
    other = capsys.readouterr().out.strip()
    assert run("verify", log[0], "--key", other) == 1
    output = capsys.readouterr()
    assert "record.checkpoint.key" in output.err
    assert "VERIFICATION FAILED" in output.out


def test_verify_from_a_kept_checkpoint_finds_a_log_that_was_cut_back(
    log: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, _ = log
    kept = tmp_path / "kept"
    (tmp_path / "one.jsonl").write_text(lines_of(1), "utf-8")
    old = (folder / "public" / "checkpoint").read_bytes()
    run("append", folder, tmp_path / "one.jsonl")
    run("checkpoint", folder)
    assert run("verify", folder, "--keep", kept) == 0
    (folder / "public" / "checkpoint").write_bytes(old)
    assert run("verify", folder) == 0
    assert run("verify", folder, "--from", kept) == 1
    assert "record.verify.rewound" in capsys.readouterr().err


def test_a_missing_tile_is_named_on_stderr(log: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    (log[0] / "public" / "tile" / "0" / "000.p" / "3").unlink()
    assert run("verify", log[0], "--key", log[1]) == 1
    assert "tile/0/000.p/3, from entry 0 on" in capsys.readouterr().err


def test_prove_prints_a_proof_that_reads_back(log: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run("prove", log[0], 1) == 0
    said = capsys.readouterr().out
    assert '{"text":"number 1"}' in said
    proof = parse_proof(said[said.index("c2sp.org/tlog-proof") :].encode())
    assert proof.index == 1
    assert run("prove", log[0], 1, "--json") == 0
    assert json.loads(capsys.readouterr().out)["tlog_proof"] == proof.text()
    assert run("prove", log[0], 3) == 1
    assert "record.index.outside" in capsys.readouterr().err


def test_an_erased_entry_still_proves_and_the_proof_says_that_its_content_is_gone(
    log: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("erase", log[0], 1, "--reason", "a person asked") == 0
    assert run("prove", log[0], 1) == 0
    said = capsys.readouterr().out
    assert "its text was erased, as entry 3 says; the proof still holds" in said
    assert "number 1" not in said
    assert run("verify", log[0], "--key", log[1]) == 0
    every = b"".join(path.read_bytes() for path in log[0].rglob("*") if path.is_file())
    assert b"number 0" in every
    assert b"number 1" not in every


def test_erase_needs_a_reason(log: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run("erase", log[0], 1) == 2
    assert run("erase", log[0], 1, "--reason", " ") == 2
    capsys.readouterr()


def test_a_sealed_entry_opens_after_its_date_and_is_overdue_until_then(
    log: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, _ = log
    (tmp_path / "one.jsonl").write_text(lines_of(1), "utf-8")
    assert run("append", folder, tmp_path / "one.jsonl", "--until", "2020-01-01T00:00:00Z") == 0
    assert run("append", folder, tmp_path / "one.jsonl", "--until", "2120-01-01T00:00:00Z") == 0
    run("checkpoint", folder)
    capsys.readouterr()
    assert run("verify", folder) == 0
    assert "OVERDUE      entry 3" in capsys.readouterr().out
    assert run("prove", folder, 0) == 0
    assert "overdue: entry 3 was to be opened by 2020-01-01T00:00:00Z" in capsys.readouterr().out
    assert run("open", folder, 4) == 3
    assert "record.open.early" in capsys.readouterr().err
    assert run("open", folder, 3) == 0
    capsys.readouterr()
    assert run("verify", folder) == 0
    assert "OVERDUE" not in capsys.readouterr().out
    assert run("prove", folder, 3, "--json") == 0
    assert json.loads(capsys.readouterr().out)["text"] == '{"text":"number 0"}'


def test_texts_that_trick_the_eye_are_taken_and_shown_for_what_they_are(
    log: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = json.dumps({"kind": "note", "payload": "\u202egpj.exe p\u0430ypal \u001b[2J"})
    (tmp_path / "odd.jsonl").write_text(line + "\n", "utf-8")
    assert run("append", log[0], tmp_path / "odd.jsonl") == 0
    assert "U+202E right-to-left override" in capsys.readouterr().err
    run("checkpoint", log[0])
    capsys.readouterr()
    assert run("prove", log[0], 3) == 0
    said = capsys.readouterr().out
    assert "[U+202E]gpj.exe" in said
    assert "\u202e" not in said
    assert "\x1b" not in said


def test_rotate_prints_the_new_key_and_the_old_one_leads_to_it(
    log: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, old = log
    assert run("rotate", folder) == 0
    new = capsys.readouterr().out.strip()
    (tmp_path / "one.jsonl").write_text(lines_of(1), "utf-8")
    run("append", folder, tmp_path / "one.jsonl")
    run("checkpoint", folder)
    capsys.readouterr()
    assert run("verify", folder, "--key", old) == 0
    assert f"hands over to {new}" in capsys.readouterr().out
    assert run("verify", folder, "--key", new) == 0
    assert run("prove", folder, 0, "--key", old) == 0


def test_verify_reads_a_served_log_as_it_reads_a_folder(
    log: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with serve_log(log[0]) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            assert run("verify", url, "--key", log[1], "--json") == 0
            value = json.loads(capsys.readouterr().out)
            assert run("witness", url, "--key", log[1], "--state", log[0].parent / "w", "--json") == 0
            assert json.loads(capsys.readouterr().out)["size"] == 3
            assert run("verify", url + "/nowhere", "--key", log[1]) == 1
        finally:
            server.shutdown()
            thread.join()
    assert value["ok"]
    assert run("verify", log[0], "--key", log[1], "--json") == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == value
    assert run("verify", url) == 4


def test_the_server_hands_out_public_files_and_nothing_else(log: tuple[Path, str], get: Any) -> None:
    folder, _ = log
    (folder / "public" / ".checkpoint.1.new").write_bytes(b"half")
    with serve_log(folder) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        port = server.server_address[1]
        try:
            assert get(port, "/checkpoint")[0] == 200
            for path in (
                "/../private/log.key",
                "/%2e%2e/private/log.key",
                "/.checkpoint.1.new",
                "/tile",
                "//etc/passwd",
            ):
                assert get(port, path)[0] == 404
            assert get(port, "/log/append", "POST")[0] == 405
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def get() -> Any:
    import http.client

    def ask(port: int, path: str, method: str = "GET") -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request(method, path)
        response = connection.getresponse()
        answer = response.status, response.read()
        connection.close()
        return answer

    return ask


def test_a_witness_remembers_between_two_looks_and_refuses_a_rewind(
    log: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, key = log
    assert run("witness", folder, "--key", key, "--state", tmp_path / "w") == 0
    assert "cosigned 3 entries" in capsys.readouterr().out
    old = (folder / "public" / "checkpoint").read_bytes()
    (tmp_path / "one.jsonl").write_text(lines_of(1), "utf-8")
    run("append", folder, tmp_path / "one.jsonl")
    run("checkpoint", folder)
    assert run("witness", folder, "--key", key, "--state", tmp_path / "w") == 0
    (folder / "public" / "checkpoint").write_bytes(old)
    assert run("witness", folder, "--key", key, "--state", tmp_path / "w") == 1
    assert "record.witness.rewound" in capsys.readouterr().err


def test_a_place_without_a_log_is_refused_with_the_next_step(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("append", tmp_path / "none", "-") == 3
    assert "holdfast record init" in capsys.readouterr().err
    assert run("verify", tmp_path / "none") == 2


def test_a_policy_that_is_set_later_holds_from_the_next_checkpoint_and_stands_in_the_log(
    log: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, key = log
    assert run("witness", folder, "--key", key, "--state", tmp_path / "w", "--name", "w.example", "--json") == 0
    witness = json.loads(capsys.readouterr().out)["key"]
    with serve_witness(open_witness(tmp_path / "w", (parse_verifier_key(key),))) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            assert run("policy", folder, "--witness", f"{witness} {url}", "--quorum", 1) == 0
            assert "the log needs 1 of (w1); entry 3 says so" in capsys.readouterr().out
            assert run("checkpoint", folder) == 0
        finally:
            server.shutdown()
            thread.join()
    capsys.readouterr()
    assert run("verify", folder, "--key", key) == 0
    assert "w.example cosigned" in capsys.readouterr().out
    (tmp_path / "one.jsonl").write_text(lines_of(1), "utf-8")
    assert run("append", folder, tmp_path / "one.jsonl") == 0
    assert run("checkpoint", folder) == 1
    assert "record.policy.quorum" in capsys.readouterr().err
