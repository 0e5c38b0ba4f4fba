"""The throw-away wiki is a real one, and each use of it is apart from the others."""

import gzip
import json
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from mediawiki.fixtures import ServedWiki
from mediawiki.throwaway import PACKAGES, MediaWikiMissingError, ThrowawayWiki, require_mediawiki
from processes import processes_with, wait_for_the_end_of


def ask(address: str, query: str) -> dict[str, object]:
    with urllib.request.urlopen(f"{address}/api.php?format=json&formatversion=2&{query}") as answer:
        found: dict[str, object] = json.load(answer)["query"]
        return found


def test_a_clone_lives_apart_and_its_server_leaves_nobody_on_the_port(
    mediawiki: ThrowawayWiki, tmp_path: Path
) -> None:
    clone = mediawiki.clone(tmp_path / "clone")
    clone.act([{"at": "2020-05-05T00:00:00Z", "as": "Admin", "call": {"action": "edit", "title": "A", "text": "x"}}])
    with clone.serving(workers=2) as address:
        found = ask(address, "action=query&list=allrevisions&arvlimit=1&arvdir=newer&arvprop=timestamp|user")
        assert "2020-05-05T00:00:00Z" in json.dumps(found)
    with pytest.raises(OSError):
        urllib.request.urlopen(address)
    with sqlite3.connect(f"file:{mediawiki.database}?mode=ro", uri=True) as original:
        assert original.execute("SELECT count(*) FROM page WHERE page_title = 'A'").fetchall() == [(0,)]


_SERVES = """
import signal, sys
from pathlib import Path
from holdfast.workflows.demo.throwaway_wiki import ThrowawayWiki
with ThrowawayWiki(Path(sys.argv[1])).serving(workers=3) as address:
    print(address, flush=True)
    signal.pause()
"""


def test_a_wiki_is_not_served_on_when_who_serves_it_is_killed(mediawiki: ThrowawayWiki, tmp_path: Path) -> None:
    clone = mediawiki.clone(tmp_path / "clone")
    with subprocess.Popen(
        [sys.executable, "-c", _SERVES, str(clone.folder)], stdout=subprocess.PIPE, text=True
    ) as serving:
        assert serving.stdout is not None
        address = serving.stdout.readline().strip()
        workers = processes_with(f"MW_CONFIG_FILE={clone.folder}/")
        assert len(workers) >= 4
        serving.send_signal(signal.SIGKILL)
        wait_for_the_end_of(workers)
    with pytest.raises(OSError):
        urllib.request.urlopen(address)


def test_the_acted_community_is_backdated_and_dumped(acted_wiki: ServedWiki) -> None:
    found = ask(
        acted_wiki.address, "action=query&list=logevents&letype=block&leprop=type|timestamp|title&lelimit=max"
    )
    assert "User:#11" in json.dumps(found)
    stub, logs = (gzip.decompress(path.read_bytes()) for path in acted_wiki.dumps.values())
    assert stub.count(b"<revision>") > 60
    assert b"<revision>" not in logs
    assert logs.count(b"<logitem>") > 60


def test_a_bot_password_is_made(mediawiki: ThrowawayWiki, tmp_path: Path) -> None:
    clone = mediawiki.clone(tmp_path / "clone")
    clone.promote("Warden", "sysop", "bot")
    name, password = clone.bot_password("Warden")
    assert name == "Warden@guard"
    assert len(password) > 20


def test_without_mediawiki_the_message_names_the_packages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("holdfast.workflows.demo.throwaway_wiki.MEDIAWIKI", tmp_path)
    with pytest.raises(MediaWikiMissingError, match=PACKAGES):
        require_mediawiki()
