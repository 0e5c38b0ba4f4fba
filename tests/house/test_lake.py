"""A lake holds what was committed, all of it and once."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from holdfast.clock import fixed_clock
from holdfast.errors import CheckFailedError, UsageError
from holdfast.ids import wiki_name
from holdfast.tables.ingest import begin
from holdfast.tables.lake import Lake, create_lake, open_lake

WIKI = wiki_name("testwiki")
CLOCK = fixed_clock(datetime(2026, 1, 1, tzinfo=UTC))
COLUMNS = ("revision_id", "account", "at")


def add_revisions(lake: Lake, name: str, numbers: list[int]) -> None:
    with begin(lake, WIKI, "test", name) as ingest:
        add = ingest.writer("revisions", COLUMNS)
        for number in numbers:
            add((number, f"Editor {number % 3}", datetime(2020, 1, 1 + number)))
        ingest.commit([], name, CLOCK)


def test_rows_come_back_in_the_order_of_the_table(tmp_path: Path) -> None:
    lake = create_lake(tmp_path / "lake")
    add_revisions(lake, "a", [3, 1, 2])
    assert lake.table(WIKI, "revisions").column("revision_id").to_pylist() == [1, 2, 3]
    assert lake.contents()["wikis"][WIKI]["tables"]["revisions"] == {"rows": 3, "accounts": 3}


def test_a_row_that_the_lake_has_already_is_counted_and_left_out(tmp_path: Path) -> None:
    lake = create_lake(tmp_path / "lake")
    add_revisions(lake, "a", [1, 2])
    add_revisions(lake, "b", [2, 3, 3])
    assert lake.table(WIKI, "revisions").column("revision_id").to_pylist() == [1, 2, 3]
    assert lake.contents()["wikis"][WIKI]["dropped"] == {"already_in_lake_or_repeated": 2}


def test_an_ingest_that_fails_changes_nothing(tmp_path: Path) -> None:
    lake = create_lake(tmp_path / "lake")
    add_revisions(lake, "a", [1])
    before = sorted(path for path in lake.path.rglob("*") if "staging" not in path.parts)
    with pytest.raises(RuntimeError), begin(lake, WIKI, "test", "b") as ingest:
        ingest.writer("revisions", COLUMNS)((9, "x", datetime(2020, 1, 1)))
        raise RuntimeError
    assert sorted(path for path in lake.path.rglob("*") if "staging" not in path.parts) == before


def test_an_ingest_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    lake = create_lake(tmp_path / "lake")
    with pytest.raises(RuntimeError), begin(lake, WIKI, "test", "b") as ingest:
        add = ingest.writer("revisions", COLUMNS)
        add((1, "x", datetime(2020, 1, 1)))
        ingest.checkpoint({"next": 2})
        add((7, "lost", datetime(2020, 1, 1)))
        raise RuntimeError
    with begin(lake, WIKI, "test", "b") as ingest:
        assert ingest.state == {"next": 2}
        ingest.writer("revisions", COLUMNS)((2, "x", datetime(2020, 1, 2)))
        ingest.commit([], "b", CLOCK)
    assert lake.table(WIKI, "revisions").column("revision_id").to_pylist() == [1, 2]


def test_a_changed_file_is_found_and_named(tmp_path: Path) -> None:
    lake = create_lake(tmp_path / "lake")
    add_revisions(lake, "a", [1])
    assert lake.verify() == 1
    part = next(lake.path.rglob("*.parquet"))
    part.write_bytes(part.read_bytes()[:-1])
    with pytest.raises(CheckFailedError, match=part.name):
        lake.verify()


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    lake = create_lake(tmp_path / "lake")
    with begin(lake, WIKI, "test", "a"), pytest.raises(UsageError, match="lake.busy"), begin(lake, WIKI, "test", "b"):
        pass


def test_the_pseudonym_key_is_for_the_owner_alone_and_stays(tmp_path: Path) -> None:
    lake = create_lake(tmp_path / "lake")
    assert (lake.path / "pseudonym.key").stat().st_mode & 0o777 == 0o600
    pseudonym = lake.pseudonyms().of(WIKI, "Someone")
    assert len(pseudonym) == 14
    assert pseudonym.startswith("P-")
    assert open_lake(lake.path).pseudonyms().of(WIKI, "Someone") == pseudonym
    assert lake.pseudonyms().of("otherwiki", "Someone") != pseudonym
    assert create_lake(tmp_path / "second").pseudonyms().of(WIKI, "Someone") != pseudonym


def test_a_folder_with_other_things_is_not_made_a_lake(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("keep me")
    with pytest.raises(UsageError, match="lake.not_empty"):
        create_lake(tmp_path)
