"""The prepared copies in data/demo give the figures that were published about their originals."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from holdfast.sources._text_rows import text_lines
from holdfast.tables.lake import Lake, open_lake
from holdfast.workflows.analysis.ingest import ingest

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "data" / "demo"
ComparedFigures = Callable[[Lake, str], list[tuple[date, str, int, int]]]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("demo") / "lake"
    for wiki in ("enwiki-rfa", "enwiki-blocks", "cocktails"):
        ingest(sorted(path for path in (DEMO / wiki).iterdir() if path.name != "SOURCE.md"), folder, wiki=wiki)
    return open_lake(folder)


def test_wiki_rfa_gives_the_published_counts(lake: Lake) -> None:
    connection = lake.connect("enwiki-rfa")
    votes = connection.sql(
        "SELECT COUNT(*), COUNT(*) FILTER (vote = 1), COUNT(*) FILTER (vote = -1), COUNT(*) FILTER (vote = 0),"
        " COUNT(DISTINCT voter), COUNT(DISTINCT candidate), COUNT(*) FILTER (voter = 'nameless') FROM votes"
    ).fetchall()
    assert votes == [(198_275, 144_451, 41_176, 12_648, 10_417, 3_497, 1_661)]
    assert lake.contents()["wikis"]["enwiki-rfa"]["tables"]["votes"] == {"rows": 198_275, "accounts": 11_381}
    pairs = connection.sql("SELECT COUNT(*) FROM (SELECT DISTINCT voter, candidate FROM votes)").fetchall()
    named = connection.sql(
        "SELECT COUNT(*) FROM (SELECT DISTINCT voter, candidate FROM votes WHERE voter <> 'nameless')"
    ).fetchall()
    assert (pairs, named) == ([(189_003,)], [(188_077,)])


def test_twelve_of_thirteen_months_of_the_block_log_agree_with_the_published_figures(
    lake: Lake, compared_figures: ComparedFigures
) -> None:
    rows = compared_figures(lake, "enwiki-blocks")
    assert len(rows) == 13 * 7
    differing = {month for month, _, counted, published in rows if counted != published}
    assert differing == {date(2005, 5, 1)}
    found = {(month, figure): counted for month, figure, counted, _ in rows}
    assert found[date(2004, 12, 1), "n_admin_all"] == 76
    assert found[date(2005, 1, 1), "n_admin_all"] == 123
    # one piece of the log has its columns in another order, and whoever published read it as if it had not
    assert found[date(2005, 5, 1), "n_admin_all"] == 173
    assert found[date(2005, 5, 1), "n_log_all_block"] == 2_035


def test_lengths_that_the_log_did_not_record_are_not_called_infinite(lake: Lake) -> None:
    early = lake.connect("enwiki-blocks").sql(
        "SELECT COUNT(*), COUNT(is_indefinite), COUNT(duration) FROM blocks"
        " WHERE action = 'block' AND \"at\" < TIMESTAMP '2005-01-14 14:04:48'"
    )
    assert early.fetchall() == [(759, 0, 0)]


def test_addresses_and_accounts_of_cocktails_are_counted_as_published(lake: Lake) -> None:
    connection = lake.connect("cocktails")
    assert connection.sql(
        "SELECT COUNT(*), COUNT(DISTINCT page_id), COUNT(DISTINCT account), COUNT(*) FILTER (is_address),"
        " COUNT(DISTINCT account) FILTER (is_address) FROM revisions"
    ).fetchall() == [(21_836, 4_984, 614, 664, 350)]
    assert connection.sql(
        "SELECT group_name, COUNT(*) FROM account_groups WHERE group_name IN ('sysop', 'bureaucrat', 'staff')"
        " GROUP BY 1 ORDER BY 1"
    ).fetchall() == [("bureaucrat", 1), ("staff", 17), ("sysop", 4)]
    bots = connection.sql("SELECT bot_by, COUNT(*) FROM accounts WHERE bot_by IS NOT NULL GROUP BY 1").fetchall()
    assert dict(bots)["name"] >= 4


def test_the_prepared_block_log_is_what_its_page_says() -> None:
    page = (DEMO / "enwiki-blocks" / "SOURCE.md").read_text("utf-8")
    lines = list(text_lines(DEMO / "enwiki-blocks" / "enwiki_block_log.csv.xz"))
    assert f"{len(lines) - 1:,} entries" in page
    assert lines[0].startswith("logid,")
