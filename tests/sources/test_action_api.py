"""A live wiki is read whole, once, and says the same as its own dumps."""

import json
import signal
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from holdfast.cli import main
from holdfast.errors import InputRefusedError, ServiceUnavailableError
from holdfast.sources.action_api import SOURCE
from holdfast.tables.lake import Lake, open_lake
from holdfast.tables.schema import TABLES, Kind
from holdfast.workflows.analysis.ingest import Reading, ingest
from mediawiki.fixtures import ServedWiki
from mediawiki.meddler import Meddler, Reply, meddling, passing_on
from mediawiki.throwaway import ThrowawayWiki

WIKI = "acted"
DUMPS: dict[str, tuple[Kind, ...]] = {
    "accounts": (Kind.XML_HISTORY, Kind.XML_LOGGING),
    "account_groups": (Kind.XML_LOGGING,),
    "blocks": (Kind.XML_LOGGING,),
    "log_events": (Kind.XML_LOGGING,),
    "pages": (Kind.XML_HISTORY,),
    "revisions": (Kind.XML_HISTORY,),
}
CARRIED_BY_BOTH = {
    "accounts": ("account", "account_id", "is_address", "bot_by"),
    "account_groups": ("account", "group_name", "change", "at", "expires_at", "actor", "log_id"),
    "blocks": (
        *("log_id", "at", "actor", "target", "target_kind", "action", "duration", "duration_seconds"),
        *("is_indefinite", "flags", "is_sitewide", "reason_category"),
    ),
    "log_events": ("log_id", "at", "actor", "log_type", "action", "namespace", "title"),
    "pages": ("page_id", "namespace", "title", "is_redirect"),
    "revisions": (
        *("revision_id", "page_id", "namespace", "parent_id", "at", "account", "is_address", "is_minor"),
        *("size_bytes", "sha1"),
    ),
}
Row = tuple[Any, ...]


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that the reader would have waited."""
    waited: list[float] = []
    monkeypatch.setattr("holdfast.wiki.client.time.sleep", waited.append)
    return waited


@pytest.fixture(scope="session")
def live(acted_wiki: ServedWiki, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """The acted community, read from the wiki itself in one run."""
    path = tmp_path_factory.mktemp("live") / "lake"
    ingest([acted_wiki.address], path, wiki=WIKI)
    return open_lake(path)


@pytest.fixture(scope="session")
def dumped(acted_wiki: ServedWiki, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """The same community, read from its dumps."""
    path = tmp_path_factory.mktemp("dumped") / "lake"
    ingest(list(acted_wiki.dumps.values()), path, wiki=WIKI)
    return open_lake(path)


def rows(lake: Lake, table: str, columns: tuple[str, ...] | None = None) -> list[Row]:
    wanted = columns or TABLES[table].names
    return [tuple(row[name] for name in wanted) for row in lake.table(WIKI, table).to_pylist()]


def without_lists(found: list[Row]) -> list[Row]:
    """Rows of account_groups without those that only a list of holders can say."""
    return [row for row in found if "listed" not in row]


def everything(lake: Lake) -> dict[str, list[Row]]:
    """All rows, without the moment at which the list of holders was read."""
    found = {table: rows(lake, table) for table in SOURCE.tables}
    return found | {"account_groups": without_lists(found["account_groups"])}


@pytest.mark.parametrize("table", DUMPS)
def test_the_wiki_and_its_dumps_say_the_same_on_the_columns_that_both_carry(
    live: Lake, dumped: Lake, table: str
) -> None:
    columns = TABLES[table].filled_by(*DUMPS[table], Kind.API)
    assert columns == CARRIED_BY_BOTH[table]
    from_wiki, from_dumps = rows(live, table, columns), rows(dumped, table, columns)
    assert len(from_dumps) > 8
    if table == "account_groups":
        from_wiki = without_lists(from_wiki)
    assert from_wiki == from_dumps


def test_both_know_when_an_account_was_made(live: Lake, dumped: Lake) -> None:
    columns = ("account", "registered_at")
    assert set(columns) < set(TABLES["accounts"].filled_by(Kind.XML_LOGGING, Kind.API))
    from_log = [row for row in rows(dumped, "accounts", columns) if row[1] is not None]
    assert len(from_log) > 20
    assert set(from_log) < set(rows(live, "accounts", columns))


def test_the_wiki_also_lists_who_holds_a_group_now(live: Lake, acted_wiki: ServedWiki) -> None:
    listed = {row[:2] for row in rows(live, "account_groups") if "listed" in row}
    with sqlite3.connect(f"file:{acted_wiki.wiki.database}?mode=ro", uri=True) as database:
        query = "SELECT user_name, ug_group FROM user_groups JOIN user ON user_id = ug_user WHERE ug_expiry IS NULL"
        assert listed == set(database.execute(query).fetchall())


def test_the_hidden_the_moved_and_the_deleted_are_what_they_are(live: Lake) -> None:
    titles = {row[2]: row[3] for row in rows(live, "pages")}
    assert titles["Page moved"] is False
    assert titles["Page with a long way"] is True
    assert "Spam page" not in titles
    assert [row[0] for row in rows(live, "revisions", ("account",))].count(None) == 1
    assert [row[0] for row in rows(live, "revisions", ("sha1",))].count(None) == 1
    hidden = [row for row in rows(live, "blocks", ("target", "actor", "duration", "action")) if row[0] is None]
    assert hidden == [(None, None, None, "block")]
    kinds = {row[0] for row in rows(live, "blocks", ("target_kind",))}
    assert kinds == {"account", "address", "range", "autoblock", None}


@pytest.mark.parametrize("ending", ["/api.php", "/index.php/Main_Page", "/"])
def test_the_api_is_found_from_any_address_of_the_wiki(
    acted_wiki: ServedWiki, live: Lake, tmp_path: Path, ending: str
) -> None:
    ingest([acted_wiki.address + ending], tmp_path / "lake", wiki=WIKI)
    assert everything(open_lake(tmp_path / "lake")) == everything(live)


def test_small_batches_give_the_same_as_large_ones(acted_wiki: ServedWiki, live: Lake, tmp_path: Path) -> None:
    seen: list[tuple[str, int, int | None]] = []

    def watch(task: str, done: int, total: int | None) -> None:
        seen.append((task, done, total))

    reading = Reading(options={"batch": "7"}, progress=watch)
    ingest([acted_wiki.address], tmp_path / "lake", wiki=WIKI, reading=reading)
    assert everything(open_lake(tmp_path / "lake")) == everything(live)
    assert len([each for each in seen if each[0] == "log entries"]) > 8
    assert max(each[1] for each in seen if each[0] == "edits") == len(rows(live, "revisions"))


def test_reading_twice_adds_nothing_but_the_newer_list_of_holders(acted_wiki: ServedWiki, tmp_path: Path) -> None:
    for _ in range(2):
        ingest([acted_wiki.address], tmp_path / "lake", wiki=WIKI)
    lake = open_lake(tmp_path / "lake")
    first, second = lake.entries()
    assert first.id != second.id
    assert set(second.tables) <= {"accounts", "account_groups"}
    assert lake.verify() > 0


def test_since_reads_only_what_is_newer(mediawiki: ThrowawayWiki, tmp_path: Path) -> None:
    wiki = mediawiki.clone(tmp_path / "wiki")
    lake_path = tmp_path / "lake"

    def edit(at: str, title: str) -> dict[str, Any]:
        return {"at": at, "as": "Editor 1", "call": {"action": "edit", "title": title, "text": at}}

    wiki.act([{"at": "2020-01-01T00:00:00Z", "account": "Editor 1"}, edit("2020-01-02T00:00:00Z", "Old")])
    with wiki.serving() as address, meddling(passing_on(address)) as meddler:
        ingest([meddler.address], lake_path, wiki=WIKI)
        wiki.act([edit("2021-01-02T00:00:00Z", "New"), edit("2021-01-03T00:00:00Z", "Old")])
        meddler.asked.clear()
        since = datetime(2021, 1, 1, tzinfo=UTC)
        (done,) = ingest([meddler.address], lake_path, wiki=WIKI, reading=Reading(since=since))
    assert done.entry.tables["revisions"].rows == 2
    assert done.entry.tables["pages"].rows == 1
    assert all("=2021-01-01T00" in path for path in meddler.asked if "logevents" in path or "allrevisions" in path)
    titles = [row[2] for row in rows(open_lake(lake_path), "pages")]
    assert titles == ["Main Page", "Old", "New"]
    assert rows(open_lake(lake_path), "log_events")[-1][6] == "Main Page"


def failing_after(count: int, upstream: str, reply: Reply) -> Any:
    def behave(meddler: Meddler, path: str) -> Reply:
        return passing_on(upstream)(meddler, path) if len(meddler.asked) <= count else reply

    return behave


@pytest.mark.parametrize(
    ("count", "reply"),
    [
        (3, Reply(closes=True)),
        (6, Reply(body=b'{"query":{"allrevisions":[' + b" " * 900, cut=400)),
        (9, Reply(status=503, body=b"<html>Service Unavailable</html>")),
        (15, Reply(body=b'{"query": {"allrevisions": nonsense')),
    ],
)
def test_a_wiki_that_goes_down_half_way_is_read_on_by_the_next_run(
    acted_wiki: ServedWiki, live: Lake, tmp_path: Path, count: int, reply: Reply, waits: list[float]
) -> None:
    reading = Reading(options={"batch": "20"})
    with meddling(failing_after(count, acted_wiki.address, reply)) as meddler:
        with pytest.raises(ServiceUnavailableError, match=r"wiki\.(unavailable|not_json).*again later"):
            ingest([meddler.address], tmp_path / "lake", wiki=WIKI, reading=reading)
        assert waits == [1, 2, 4, 8, 16]
        assert open_lake(tmp_path / "lake").entries() == ()
        asked_before = len(meddler.asked)
        meddler.behaviour = passing_on(acted_wiki.address)
        (done,) = ingest([meddler.address], tmp_path / "lake", wiki=WIKI, reading=reading)
        assert len(meddler.asked) - asked_before < 32  # and not everything once more
    lake = open_lake(tmp_path / "lake")
    assert everything(lake) == everything(live)
    assert done.entry.facts["answers_sha256"]
    assert list((lake.path / "staging").glob("action_api*")) == []


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_killed_or_interrupted_is_gone_on_with(
    acted_wiki: ServedWiki, live: Lake, tmp_path: Path, how: signal.Signals
) -> None:
    reached, ended = threading.Event(), threading.Event()

    def held_at_the_16th(meddler: Meddler, path: str) -> Reply:
        if len(meddler.asked) >= 16:
            reached.set()
            ended.wait()
        return passing_on(acted_wiki.address)(meddler, path)

    with meddling(held_at_the_16th) as meddler:
        command = [
            *(sys.executable, "-m", "holdfast", "ingest", meddler.address, "--wiki", WIKI),
            *("--lake", str(tmp_path / "lake"), "--option", "batch=10"),
        ]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as first:
            try:
                while not reached.wait(0.1) and first.poll() is None:
                    pass
                first.send_signal(how)
                _, said = first.communicate()
            finally:
                ended.set()
        if how is signal.SIGINT:
            assert first.returncode == 130
            assert said.startswith(b"interrupted; what was finished is kept")
        assert open_lake(tmp_path / "lake").entries() == ()
        done_before = len(meddler.asked)
        meddler.behaviour = passing_on(acted_wiki.address)
        assert main(command[3:]) == 0
        assert any("continue=" in path for path in meddler.asked[done_before : done_before + 4])
    assert everything(open_lake(tmp_path / "lake")) == everything(live)


def test_another_wiki_at_the_address_is_not_read_on_into_the_first(
    acted_wiki: ServedWiki, mediawiki: ThrowawayWiki, tmp_path: Path
) -> None:
    other = mediawiki.clone(tmp_path / "other")
    other.configure("$wgServer = 'http://another.example';")
    with (
        other.serving() as other_address,
        meddling(failing_after(6, acted_wiki.address, Reply(closes=True))) as meddler,
    ):
        place = [f"{meddler.address}/api.php"]
        reading = Reading(options={"batch": "20"})
        with pytest.raises(ServiceUnavailableError):
            ingest(place, tmp_path / "lake", wiki=WIKI, reading=reading)
        meddler.behaviour = passing_on(other_address)
        with pytest.raises(InputRefusedError, match="wiki.changed"):
            ingest(place, tmp_path / "lake", wiki=WIKI, reading=reading)


def test_the_command_says_what_it_read(
    acted_wiki: ServedWiki, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["ingest", acted_wiki.address, "--wiki", WIKI, "--lake", str(tmp_path / "lake"), "--json"]
    assert main(arguments) == 0
    said = json.loads(capsys.readouterr().out)["ingested"][0]
    assert said["source"] == "action_api"
    assert said["rows"]["revisions"] == 61
