"""A kind of action planted as CONTRIBUTING says: its own file says all its consequences, or it is refused."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

import holdfast.actions.kinds
from actions.sweeping import HEAD, NOW, group
from holdfast.actions.plans.check import Surroundings, check, target_keys
from holdfast.actions.plans.file import parse_plan
from holdfast.actions.plans.plan import Plan
from holdfast.actions.steps.kind import Purpose, all_kinds
from holdfast.actions.steps.severity import is_more_severe, measure_of, ranks
from holdfast.cases.standards import FLOOR, Severity
from holdfast.cli import main
from holdfast.errors import CheckFailedError, ExitCode, UsageError
from store.offices import OfficeWorld
from workflows.case_steps import case_world, decided_case

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


REMOVAL = "Severity.RIGHTS_REMOVAL"
DECLARED = [
    line for line in WHOLE.partition("KIND = Kind(\n")[2].splitlines(keepends=True)
    if line.startswith("    ") and not line.startswith("    end=")
]  # fmt: skip


@pytest.mark.parametrize("line", DECLARED, ids=[each.strip().partition("=")[0] for each in DECLARED])
def test_a_kind_that_leaves_a_declaration_out_is_refused_and_the_missing_one_named(plant: Plant, line: str) -> None:
    plant(line, "")
    with pytest.raises(UsageError, match=r"kind\.undeclared") as caught:
        all_kinds()
    assert line.strip().partition("=")[0] in str(caught.value)


@pytest.mark.parametrize(
    ("left_out", "instead", "named"),
    [
        (f"severity={REMOVAL}", 'severity="hard"', "severity"),
        ("notice=NoticeKind.RIGHTS_REMOVAL,", 'notice="letter",', "notice"),
        ('name="silencing"', 'name="other"', "other"),
        ("{Purpose.DECISION, Purpose.PROTECTIVE}", '{"decision"}', "purposes"),
        ("{Purpose.DECISION, Purpose.PROTECTIVE}", "", "purposes"),
        ("Purpose.PROTECTIVE", "Purpose.RESTORATION", "gives nothing back"),
        (f"severity={REMOVAL}", "severity=Severity.GLOBAL_BAN", "without fault"),
        ("takes_target=True", "takes_target=False", "takes its target"),
        ("says_conduct=False", "says_conduct=None", "says_conduct"),
        ("reach=_reach", "reach=None", "reach"),
    ],
)
def test_a_kind_whose_declarations_make_no_sense_is_refused(
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


def test_what_is_as_hard_and_of_another_kind_cannot_be_compared_and_counts_as_harder(plant: Plant) -> None:
    plant("", "")
    removed, silenced = (
        measure_of(plan_against("A", kind, "").actions[0]) for kind in ("rights_removal", "silencing")
    )
    assert is_more_severe(silenced, removed)
    assert is_more_severe(removed, silenced)
    assert not is_more_severe(silenced, silenced)


def test_a_planted_kind_stands_in_plans_as_it_declares(plant: Plant) -> None:
    plant("Purpose.DECISION, Purpose.PROTECTIVE", "Purpose.DECISION")
    plan = plan_against("A", "silencing", "")
    assert check(plan, Surroundings(now=NOW)) == []
    protective = replace(plan, purpose=Purpose.PROTECTIVE)
    assert "plan.purpose" in [each.code for each in check(protective, Surroundings(now=NOW))]
    assert target_keys(plan) == ("account:A",)


def test_what_cannot_be_asked_for_is_not_recorded_as_asked_for(plant: Plant) -> None:
    plant("NoticeKind.RIGHTS_REMOVAL_ON_REQUEST", "None")
    plan = plan_against("A", "silencing", "")
    asked = replace(plan, actions=(replace(plan.actions[0], at_own_request=True, grounds=None),))
    assert [each.code for each in check(asked, Surroundings(now=NOW))] == ["plan.own_request"]


def decided(office: OfficeWorld) -> str:
    investigator, decider = office.member("investigator"), office.member("decider")
    return decided_case(office, {"rights_removal": ["Simulated suspect"]}, investigator=investigator, decider=decider)


def test_a_planted_kind_is_held_against_the_case_like_every_other(plant: Plant, office: OfficeWorld) -> None:
    from holdfast.workflows.cases.plan_check import check_plan_against_cases

    plant("", "")
    case = f"case/{decided(office)}"
    check_plan_against_cases(office.office, plan_against("Simulated suspect", "silencing", case))
    with pytest.raises(CheckFailedError, match=r"case\.grounds\.none"):
        check_plan_against_cases(office.office, plan_against("Simulated other", "silencing", case))


def test_what_takes_nothing_follows_from_a_decision_in_the_persons_case_too(
    plant: Plant, office: OfficeWorld
) -> None:
    from holdfast.workflows.cases.plan_check import check_plan_against_cases

    plant(f"severity={REMOVAL}", "severity=None")
    world = case_world(office)
    world.begin()
    world.make_ready()
    mine, other = (plan_against(f"Simulated {who}", "silencing", f"case/{world.id}") for who in ("suspect", "other"))
    with pytest.raises(CheckFailedError, match=r"case\.plan\.undecided"):
        check_plan_against_cases(office.office, mine)
    world.decide()
    check_plan_against_cases(office.office, mine)
    with pytest.raises(CheckFailedError, match=r"case\.plan\.stranger"):
        check_plan_against_cases(office.office, other)


def test_the_command_checks_a_plan_of_a_planted_kind_and_says_what_is_wrong_with_it(
    plant: Plant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HOLDFAST_OFFICE", raising=False)
    file = tmp_path / "plan.toml"

    def told(params: str, code: ExitCode, **more: str) -> str:
        file.write_text(HEAD + group("silencing", ["Simulated suspect"], params, **more))
        assert main(["plan", "check", str(file)]) == code
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return out + err

    plant("", "")
    assert "1 silencing; no problem found" in told('{ groups = "all", reason = "x" }', ExitCode.DONE)
    assert "groups makes no sense" in told('{ groups = 7, reason = "x" }', ExitCode.CHECK_FAILED)
    assert "groups is missing" in told('{ reason = "x" }', ExitCode.CHECK_FAILED, expiry="2030-01-01T00:00:00Z")


def test_the_command_refuses_every_plan_while_a_kind_leaves_something_out(
    plant: Plant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HOLDFAST_OFFICE", raising=False)
    (tmp_path / "plan.toml").write_text(HEAD + group("global_ban", ["A"], '{ reason = "x" }'))
    plant("    takes_target=True,\n", "")
    assert main(["plan", "check", "plan.toml"]) == ExitCode.WRONG_USAGE
    told = capsys.readouterr().err
    assert "kind.undeclared" in told
    assert "Traceback" not in told


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
