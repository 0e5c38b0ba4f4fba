"""Networks look at persons alone, by the same relation as the measures."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from holdfast.clock import fixed_clock
from holdfast.tables.actions import actions_of
from holdfast.tables.ingest import begin
from holdfast.tables.lake import create_lake
from holdfast.tables.schema import TABLES
from small_wikis import WIKI, at, edits, right


def test_a_lake_gives_the_actions_of_persons_and_says_what_it_left_out(tmp_path: Path) -> None:
    days = [f"2020-03-{day:02}" for day in range(1, 11)]
    rows = [
        *edits("Anna", days, first=100),
        *edits("Minute", days, first=200),
        *edits("~2025-17", days, first=300),
        *edits("en>Far", days, first=400),
        *edits("Cleaner bot", days, first=500),
        *edits("192.0.2.7", days, first=600, is_address=True),
    ]
    groups = [
        {**right("Minute", "grant", "2020-03-04T11:59:30", 1), "group_name": "bot"},
        {**right("Minute", "remove", "2020-03-04T12:00:29", 2), "group_name": "bot"},
    ]
    tables = {
        "revisions": rows,
        "account_groups": groups,
        "accounts": [{"account": "Cleaner bot", "bot_by": "name", "registered_at": at("2019-01-01")}],
    }
    lake = create_lake(tmp_path / "lake")
    with begin(lake, WIKI, "simulation", "made") as ingest:
        for name, table in tables.items():
            ingest.add_arrow(name, pa.Table.from_pylist(table, schema=TABLES[name].arrow))
        ingest.commit([], "made", fixed_clock(datetime(2026, 1, 1, tzinfo=UTC)))
    found = actions_of(lake, WIKI)
    assert found.account_names == ("Anna", "Minute")
    assert len(found.account) == 19
    assert dict(found.dropped) == {"address": 10, "bot": 11, "no_person": 20}
