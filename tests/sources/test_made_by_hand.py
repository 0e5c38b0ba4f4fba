"""A file made by hand with known rows gives exactly these: what each row says, not how many there are."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from holdfast.tables.lake import open_lake
from holdfast.workflows.analysis.ingest import Reading, ingest

SAMPLES = Path(__file__).parents[1] / "data" / "sources"
Row = dict[str, Any]


def vote(voter: str, candidate: str, given: int | None, at: datetime | None = None) -> Row:
    return {"voter": voter, "candidate": candidate, "vote": given, "at": at}


# source, name of the file, its text, the table that is looked at, exactly its rows (of the columns that are named)
CASES: list[tuple[str, str, str, str, list[Row]]] = [
    (
        "vote_list",
        "votes.csv",
        "election,voter,candidate,vote,at\nspring,Ann,Bob,oppose,2021-09-01T10:00:00+02:00\n",
        "votes",
        [vote("Ann", "Bob", -1, datetime(2021, 9, 1, 8))],
    ),
    ("snap_elec", "wiki_elec_small.csv", "3,26,-1\n", "votes", [vote("3", "26", -1)]),
    ("snap_rfa", "wiki_rfa_small.csv", "3,15,-1\n", "votes", [vote("3", "15", -1)]),
    (
        "snap_vote",
        "Wiki-Vote.txt",
        "# Directed graph (each unordered pair of nodes is saved once): Wiki-Vote.txt \n# Invented\n"
        "# Nodes: 2 Edges: 1\n# FromNodeId\tToNodeId\n30\t1412\n",
        "votes",
        [vote("30", "1412", None)],  # an edge says that a vote was given, not which
    ),
    (
        "revision_table",
        "small.csv",
        "page_id,page_title,page_ns,revision_id,timestamp,contributor_id,contributor_name,bytes\n"
        "12,|Tea|,0,17450,2011-02-03T00:00:01Z,310,|Ann|,10\n",
        "revisions",
        [{"revision_id": 17450, "page_id": 12, "at": datetime(2011, 2, 3, 0, 0, 1), "account": "Ann"}],
    ),
    (
        "published_block_metrics",
        "block_monthly_log_metrics.csv",
        ",month_year,n_log_all,n_log_all_block\n0,2004-12,828,369\n",
        "published_figures",
        [{"value": 369.0}, {"value": 828.0}],
    ),
    (
        "group_list",
        "groups.xml",
        (SAMPLES / "group_list" / "groups.xml").read_text("utf-8"),
        "account_groups",
        [{"account": "Ann", "group_name": "sysop", "change": "listed"}],
    ),
]


@pytest.mark.parametrize(("source", "name", "text", "table", "rows"), CASES, ids=[each[0] for each in CASES])
def test_a_file_made_by_hand_gives_exactly_its_rows(
    source: str, name: str, text: str, table: str, rows: list[Row], tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    ingest([path], tmp_path / "lake", wiki="testwiki", reading=Reading(as_source=source))
    found = open_lake(tmp_path / "lake").table("testwiki", table).to_pylist()
    picked = [{column: each[column] for column in rows[0]} for each in found]
    if source == "group_list":
        assert rows[0] in picked
    else:
        assert sorted(picked, key=str) == sorted(rows, key=str)
