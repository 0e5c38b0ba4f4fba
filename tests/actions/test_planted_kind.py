"""A kind of action planted as CONTRIBUTING says: its own file says all its consequences, or it is refused."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

import holdfast.actions.kinds
from actions.sweeping import HEAD, group
from holdfast.actions.plans.file import parse_plan
from holdfast.actions.plans.plan import Plan
from holdfast.actions.steps.kind import all_kinds
from holdfast.actions.steps.severity import ranks
from holdfast.cases.standards import FLOOR, Severity
from holdfast.errors import CheckFailedError, UsageError
from store.offices import OfficeWorld
from workflows.case_steps import case_world

Plant = Callable[[str, str], None]
SOURCE = Path(holdfast.actions.kinds.__file__).with_name("rights_removal.py").read_text()
WHOLE = SOURCE.replace('name="rights_removal"', 'name="silencing"')


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plant]:
    monkeypatch.setattr(holdfast.actions.kinds, "__path__", [*holdfast.actions.kinds.__path__, str(tmp_path)])

    def put(left_out: str, instead: str) -> None:
        assert left_out in WHOLE
        (tmp_path / "silencing.py").write_text(WHOLE.replace(left_out, instead) if left_out else WHOLE)
        all_kinds.cache_clear()

    yield put
    sys.modules.pop("holdfast.actions.kinds.silencing", None)
    all_kinds.cache_clear()


@pytest.mark.parametrize(
    ("left_out", "instead", "named"),
    [
        ("    severity=Severity.RIGHTS_REMOVAL,\n", "", "severity"),
        ("    notice=NoticeKind.RIGHTS_REMOVAL,\n", "", "notice"),
        ("severity=Severity.RIGHTS_REMOVAL", 'severity="hard"', "severity"),
        ("notice=NoticeKind.RIGHTS_REMOVAL", 'notice="letter"', "notice"),
        ('name="silencing"', 'name="other"', "other"),
    ],
)
def test_a_kind_without_its_declarations_is_refused_and_the_missing_part_named(
    plant: Plant, left_out: str, instead: str, named: str
) -> None:
    plant(left_out, instead)
    with pytest.raises(UsageError, match=r"kind\.undeclared") as caught:
        all_kinds()
    assert named in str(caught.value)


def plan_against(target: str, kind: str, reference: str) -> Plan:
    text = HEAD + group(kind, [target], '{ groups = "all", reason = "see your talk page" }')
    return replace(parse_plan(text.encode(), "plan.toml")[0], reference=reference)


def test_a_planted_kind_has_its_rank_and_its_notice(plant: Plant) -> None:
    from holdfast.actions.plans.telling import notice_kind

    plant("", "")
    assert ranks()["silencing"] == ranks()["rights_removal"]
    action = plan_against("Simulated suspect", "silencing", "").actions[0]
    assert notice_kind(action) is all_kinds()["rights_removal"].notice


def test_a_planted_kind_is_held_against_the_case_like_every_other(plant: Plant, office: OfficeWorld) -> None:
    from holdfast.workflows.cases.plan_check import check_plan_against_cases

    plant("", "")
    world = case_world(office)
    world.begin()
    world.make_ready()
    world.decide()
    check_plan_against_cases(office.office, plan_against("Simulated suspect", "silencing", f"case/{world.id}"))
    with pytest.raises(CheckFailedError, match=r"case\.grounds\.none"):
        check_plan_against_cases(office.office, plan_against("Simulated other", "silencing", f"case/{world.id}"))


def test_what_takes_nothing_is_refused_against_a_stranger_to_the_case_too(plant: Plant, office: OfficeWorld) -> None:
    from holdfast.workflows.cases.plan_check import check_plan_against_cases

    plant("severity=Severity.RIGHTS_REMOVAL", "severity=None")
    world = case_world(office)
    world.begin()
    world.make_ready()
    world.decide()
    check_plan_against_cases(office.office, plan_against("Simulated suspect", "silencing", f"case/{world.id}"))
    with pytest.raises(CheckFailedError, match=r"case\.plan\.stranger"):
        check_plan_against_cases(office.office, plan_against("Simulated other", "silencing", f"case/{world.id}"))


def test_a_harder_severity_never_needs_less_proof() -> None:
    order = list(Severity)
    assert all(FLOOR[harder].is_at_least(FLOOR[milder]) for milder, harder in pairwise(order))


def test_a_kind_that_takes_something_away_by_way_of_a_page_finds_no_grounds_in_a_case(
    plant: Plant, office: OfficeWorld
) -> None:
    from holdfast.workflows.cases.plan_check import check_plan_against_cases

    plant("target=TargetType.ACCOUNT", "target=TargetType.PAGE")
    world = case_world(office)
    world.begin()
    world.make_ready()
    world.decide()
    with pytest.raises(CheckFailedError, match=r"case\.grounds\.none"):
        check_plan_against_cases(office.office, plan_against("Simulated page", "silencing", f"case/{world.id}"))
