"""The committed dumps of the simulated community are what SOURCE.md says, and show what the story planted."""

import csv
import gzip
import hashlib
import re
from pathlib import Path

import pytest

from holdfast.tables.lake import Lake, open_lake
from holdfast.workflows.analysis.ingest import ingest
from mediawiki.captured_community import captured_community

DATA = Path(__file__).parents[2] / "data" / "demo" / "scripted"
FILES = ("pages-logging.xml.gz", "stub-meta-history.xml.gz", "votes.csv")
LABELLED = re.compile(r"(Editor \d+|Visitor \d+|Admin|MediaWiki default|Housekeeping bot)\Z")


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    path = tmp_path_factory.mktemp("scripted") / "lake"
    ingest([DATA / name for name in FILES], path, wiki="scripted")
    return open_lake(path)


def share_of_three(lake: Lake, first: str, end: str) -> float:
    connection = lake.connect("scripted")
    found = connection.execute(
        "WITH c AS (SELECT actor, count(*) AS n FROM log_events WHERE log_type IN ('block', 'delete', 'protect')"
        ' AND "at" >= CAST(? AS TIMESTAMP) AND "at" < CAST(? AS TIMESTAMP) GROUP BY actor)'
        " SELECT (SELECT sum(n) FROM (SELECT n FROM c ORDER BY n DESC LIMIT 3)) / (SELECT sum(n) FROM c)",
        [first, end],
    ).fetchall()
    return float(found[0][0])


def test_the_files_are_those_that_the_source_page_names() -> None:
    page = (DATA / "SOURCE.md").read_text("utf-8")
    for name in FILES:
        assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() in page


def test_every_account_says_that_it_is_simulated(lake: Lake) -> None:
    accounts = lake.table("scripted", "accounts").column("account").to_pylist()
    assert len(accounts) > 1000
    assert all(LABELLED.match(name) for name in accounts)
    for name in FILES[:2]:
        assert b"127.0.0.1" not in gzip.decompress((DATA / name).read_bytes())


def test_the_dumps_show_what_the_story_planted(lake: Lake) -> None:
    assert share_of_three(lake, "2017-01-01", "2018-01-01") < 0.6
    assert share_of_three(lake, "2021-01-01", "2022-01-01") > 0.9


def test_the_votes_are_those_of_the_script_that_the_wiki_accepted() -> None:
    words = {1: "support", 0: "neutral", -1: "oppose"}
    told = [(e, voter, c, words[vote], f"{at.isoformat()}Z") for e, voter, c, vote, at in captured_community().votes]
    with (DATA / "votes.csv").open(encoding="utf-8", newline="") as stream:
        kept = [tuple(row) for row in list(csv.reader(stream))[1:]]
    assert len(kept) > 0.9 * len(told)
    assert [row for row in told if row in set(kept)] == kept
