"""What the lake shows of accounts, by numbers worked by hand, and what that says of innocent explanations."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from holdfast.cases.taken_findings import MANDATORY, Innocent, Outcome, TakenFinding
from holdfast.clock import fixed_clock
from holdfast.ids import wiki_name
from holdfast.tables.ingest import begin
from holdfast.tables.lake import Lake, create_lake
from holdfast.workflows.demo.shown import Shown, edits_file, judged, shown

WIKI = wiki_name("office")
START = datetime(2020, 1, 1)
EDITS = [
    # page, hours, account
    (1, 0, "A"),
    (1, 40, "B"),  # within two days of A: one occasion
    (1, 100, "A"),  # 60 hours after B: alone
    (2, 10, "A"),
    (2, 11, "B"),
    (2, 30, "stranger"),  # the second occasion, with somebody else beside it
    (3, 500, "B"),
    (3, 501, "C"),
    (3, 502, "A"),
    (3, 560, "stranger"),  # 58 hours after: not beside it
    (4, 600, "stranger"),
]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    made = create_lake(tmp_path / "lake")
    with begin(made, WIKI, "simulation", "a") as ingest:
        pages = ingest.writer("pages", ("page_id", "namespace", "title", "is_redirect"))
        for number in (1, 2, 3, 4):
            pages((number, 4 if number == 3 else 0, f"Page {number}", False))
        edits = ingest.writer("revisions", ("revision_id", "page_id", "namespace", "at", "account", "is_address"))
        for number, (page, hours, account) in enumerate(EDITS):
            edits((number, page, 4 if page == 3 else 0, START + timedelta(hours=hours), account, False))
        ingest.commit([], "a", fixed_clock(datetime(2026, 1, 1, tzinfo=UTC)))
    return made


def test_occasions_days_and_own_edits_are_those_counted_by_hand(lake: Lake) -> None:
    seen = shown(lake, WIKI, ("A", "B", "C"))
    assert seen == Shown(
        members=("A", "B", "C"),
        occasions=3,
        days=2,
        on_busiest=3,
        alone=2,
        project_pages=1,
        edits={"A": (4, 3), "B": (3, 3), "C": (1, 1)},
        blocks=0,
    )
    assert seen.least_joint_share == 0.75


def test_a_file_of_evidence_holds_its_question_and_the_edits_of_one_account_alone(lake: Lake) -> None:
    found = json.loads(edits_file(lake, WIKI, ("A", "B", "C"), "A"))
    assert [row[:2] for row in found["rows"]] == [[0, "Page 1"], [3, "Page 2"], [8, "Page 3"]]
    assert [row[3] for row in found["rows"]] == [1, 1, 2]
    assert "SELECT" in found["question"]
    assert len(found["read_from"]) == 2


def finding(*innocent: str) -> TakenFinding:
    texts = dict(enumerate(innocent)) | MANDATORY  # type: ignore[operator]
    return TakenFinding(
        id="f1",
        named="n",
        file_sha256="0" * 64,
        wiki="office",
        area="coordination",
        measure="co_action",
        period=(None, None),
        null="",
        source="s1",
        claim="",
        effect="",
        p=None,
        q=None,
        evidence=(),
        tell_apart="",
        looked_at=1,
        per_1000=0.1,
        innocent={str(name): Innocent(text=text, tested="") for name, text in texts.items()},
    )


FARM = Shown(
    members=("A", "B"),
    occasions=20,
    days=20,
    on_busiest=3,
    alone=12,
    project_pages=0,
    edits={"A": (20, 19), "B": (20, 20)},
    blocks=0,
)


def outcomes(seen: Shown, *innocent: str) -> set[Outcome]:
    return {outcome for outcome, _why in judged(finding(*innocent), seen).values()}


def changed(**more: object) -> Shown:
    return Shown(**{**vars(FARM), **more})  # type: ignore[arg-type]


def test_every_explanation_is_ruled_out_only_where_the_lake_speaks_against_each() -> None:
    assert outcomes(FARM) == {Outcome.RULED_OUT}
    assert Outcome.EXPLAINS in outcomes(changed(on_busiest=12))
    assert Outcome.EXPLAINS in outcomes(changed(project_pages=1))
    assert Outcome.CANNOT_TELL in outcomes(changed(alone=9))
    assert Outcome.CANNOT_TELL in outcomes(changed(edits={"A": (20, 19), "B": (40, 20)}))
    assert Outcome.CANNOT_TELL in outcomes(changed(occasions=8, days=8, on_busiest=3, alone=8))


def test_an_explanation_that_no_query_tests_cannot_be_told() -> None:
    assert Outcome.CANNOT_TELL in outcomes(FARM, "They are one choir.")
