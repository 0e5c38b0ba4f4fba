"""The browser page beside the log says the same as the verifier, entry for entry, also of a log that was changed."""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from browsing import grave_violations, opened, overflow_px
from holdfast.crypto.notes import Algorithm, fresh_signer
from holdfast.errors import CheckFailedError
from holdfast.record import Draft, create_log
from holdfast.record.disk import FolderDisk, MemoryDisk
from holdfast.record.policy import WitnessLine, quorum_of
from holdfast.record.proof import prove
from holdfast.record.witness import Witness
from holdfast.workflows.log.server import serve_log

HOSTILE = "</pre><script>document.title='taken'</script> \u202egpj.exe p\u0430ypal"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of 520 entries with one of everything, cosigned by two of its three log witnesses."""
    folder = tmp_path_factory.mktemp("page") / "log"
    signers = [fresh_signer(f"witness.example/w{n}", Algorithm.COSIGNATURE) for n in range(3)]
    policy = quorum_of([WitnessLine(name=f"w{n}", key=each.key) for n, each in enumerate(signers)], 2)
    with create_log(folder, origin="example.org/log", policy=policy) as log:
        witnesses = [Witness(MemoryDisk(), each, (log.verifier_key,)) for each in signers[:2]]
        log.append("note", HOSTILE)
        log.append("note", {"text": "to be erased"})
        log.seal("statement", {"text": "late"}, until=datetime(2021, 1, 1, tzinfo=UTC))
        log.seal("statement", {"text": "opened"}, condition="always")
        log.append("note", "kept", public=False)
        log.append_many(Draft(kind="note", payload={"n": number}) for number in range(513))
        log.checkpoint(witnesses)
        log.open(3)
        log.erase(1, "asked for")
        log.checkpoint(witnesses)
    return folder


Serve = Callable[[Path], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    running: list[tuple[Any, Thread]] = []

    def start(folder: Path) -> str:
        server = serve_log(folder)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_address[1]}/"

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


def ask(page: Page, index: int, key: str = "") -> dict[str, Any]:
    """What the page says of one entry."""
    page.fill("#entry", str(index))
    page.fill("#key", key)
    page.click("button")
    page.wait_for_selector("body[data-result]")
    return dict(json.loads(page.get_attribute("body", "data-result") or "{}"))


def key_of(folder: Path) -> str:
    return (folder / "public" / "log.vkey").read_text().strip()


def test_the_page_and_the_verifier_say_the_same_of_every_kind_of_entry(
    chromium: Browser, folder: Path, serve: Serve
) -> None:
    from holdfast.crypto.notes import parse_verifier_key

    fetch, key = FolderDisk(folder / "public").read, key_of(folder)
    with opened(chromium, serve(folder)) as (page, seen):
        for index in (0, 1, 2, 3, 4, 255, 256, 511, 512, 517, 519):
            ours = prove(fetch, index, parse_verifier_key(key), fetch("checkpoint"), datetime.now(UTC))
            said = ask(page, index, key)
            assert said == {"ok": True, "leaf": ours.leaf.hex(), "state": ours.line.shown.value, "size": 520}
        assert not ask(page, 520, key)["ok"]
        assert seen.complaints == []
        assert all(address.startswith("http://127.0.0.1:") for address in seen.requests)


def test_a_text_that_would_be_markup_or_tricks_the_eye_is_shown_as_what_it_is(
    chromium: Browser, folder: Path, serve: Serve
) -> None:
    with opened(chromium, serve(folder) + "?entry=0") as (page, seen):
        page.wait_for_selector("body[data-result]")
        assert page.title() == "Verify an entry of this record"
        assert "[U+202E]gpj.exe" in page.inner_text("#text")
        assert "Latin and Cyrillic" in page.inner_text("#oddities")
        assert "proves less" in page.inner_text("#not-checked")
        assert seen.complaints == []


def test_overdue_seals_are_shown_before_anything_is_asked(chromium: Browser, folder: Path, serve: Serve) -> None:
    with opened(chromium, serve(folder)) as (page, _):
        page.wait_for_selector("#overdue li")
        assert "Entry 2 was to be opened by 2021-01-01" in page.inner_text("#overdue")


def flip(path: str, at: int) -> Callable[[Path], None]:
    def change(public: Path) -> None:
        data = bytearray((public / path).read_bytes())
        data[at] ^= 1
        (public / path).write_bytes(bytes(data))

    return change


def fewer_cosignatures(public: Path) -> None:
    lines = (public / "checkpoint").read_bytes().splitlines(keepends=True)
    (public / "checkpoint").write_bytes(b"".join(lines[:6]))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (flip("tile/entries/000", 30), "another root"),
        (flip("tile/0/000", 40), "another root"),
        (flip("tile/1/000.p/2", 33), "another root"),
        (flip("text/000", 100), "not the one that was committed"),
        (lambda public: (public / "tile" / "0" / "000").unlink(), "missing: tile/0/000"),
        (lambda public: (public / "tile" / "0" / "000").write_bytes(b"x" * 31), "tile/0/000 is damaged"),
        (flip("checkpoint", 18), "signature"),
        (fewer_cosignatures, "too few log witnesses"),
    ],
)
def test_the_page_refuses_what_the_verifier_refuses(
    chromium: Browser, folder: Path, serve: Serve, tmp_path: Path, change: Callable[[Path], None], said: str
) -> None:
    from holdfast.crypto.notes import parse_verifier_key
    from holdfast.record.verify import verify

    shutil.copytree(folder, tmp_path / "log")
    change(tmp_path / "log" / "public")
    with pytest.raises(CheckFailedError):
        verify(FolderDisk(tmp_path / "log" / "public").read, key=parse_verifier_key(key_of(folder)))
    with opened(chromium, serve(tmp_path / "log")) as (page, _):
        answer = ask(page, 0, key_of(folder))
        assert not answer["ok"]
        assert said in answer["wrong"]
        assert "NOT verified" in page.inner_text("#verdict")


def test_another_key_of_the_same_name_is_refused(chromium: Browser, folder: Path, serve: Serve) -> None:
    with opened(chromium, serve(folder)) as (page, _):
        answer = ask(page, 0, str(fresh_signer("example.org/log").key))
        assert "not signed by this key" in answer["wrong"]


@pytest.mark.parametrize("width", [320, 1280])
def test_the_page_is_accessible_and_fits_a_phone(chromium: Browser, folder: Path, serve: Serve, width: int) -> None:
    with opened(chromium, serve(folder) + "?entry=3", width=width, bypass_csp=True) as (page, _):
        page.wait_for_selector("body[data-result]")
        assert overflow_px(page) == 0
        assert grave_violations(page) == []
