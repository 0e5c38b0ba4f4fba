"""`assess --coordination` looks where there is something to look at, and finds nothing in little."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from holdfast.cli import main
from holdfast.clock import fixed_clock
from holdfast.ids import wiki_name
from holdfast.tables.ingest import begin
from holdfast.tables.lake import Lake, create_lake
from holdfast.workflows.analysis.coordination import acting_together

WIKI = wiki_name("small")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Thirty edits and eight votes of five simulated accounts: far too little to say anything."""
    made = create_lake(tmp_path / "lake")
    with begin(made, WIKI, "simulation", "a") as ingest:
        edits = ingest.writer("revisions", ("revision_id", "page_id", "at", "account", "is_address"))
        for number in range(30):
            edits((number, number % 3, datetime(2020, 1, 1) + timedelta(hours=number), f"Editor {number % 5}", False))
        elections = ingest.writer("elections", ("election", "candidate", "outcome"))
        votes = ingest.writer("votes", ("election", "candidate", "voter", "occurrence", "vote"))
        for name in ("E1", "E2"):
            elections((name, "Editor 9", "unknown"))
            for voter in range(4):
                votes((name, "Editor 9", f"Editor {voter}", 1, 1))
        ingest.commit([], "a", fixed_clock(datetime(2026, 1, 1, tzinfo=UTC)))
    return made


def test_little_data_give_no_finding_about_people(lake: Lake) -> None:
    assert acting_together(lake, wiki=WIKI, replicates=2) == ()


def test_the_command_takes_the_option(lake: Lake, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["assess", "--lake", str(lake.path), "--wiki", WIKI, "--out", str(tmp_path / "out")]
    assert main([*command, "--coordination", "--replicates", "2"]) == 0
    printed = capsys.readouterr().out
    assert "Editor" not in printed
    assert "co action: not enough data" in printed
    assert "voting bloc: not enough data" in printed
    found = json.loads((tmp_path / "out" / "findings.json").read_text("utf-8"))
    assert [each["status"] for each in found["runs"]] == ["not_enough_data"] * 2
    assert found["areas"]["coordination"]["said"] == "no_data", (
        "a search that could say nothing is no finding of none"
    )
    assert "Search for accounts that act together: not enough data" in (tmp_path / "out" / "report.html").read_text()
    assert "Editor 1" not in (tmp_path / "out" / "report.html").read_text("utf-8")
