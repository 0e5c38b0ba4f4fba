"""The executor carries an approved plan out, each step once, whatever happens between."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from actions.paper_wiki import PaperWiki, busy
from actions.sweeping import HEAD, NOW, every_kind, group, made, means, signed, signed_off
from holdfast.accounts.names import AccountName
from holdfast.actions.plans.orders import Choice, Decision, UndoOrder
from holdfast.actions.plans.plan import Plan, plan_sha256
from holdfast.actions.steps.ports import INFINITY, BlockState
from holdfast.actions.sweeps.crew import OperatorsLostError
from holdfast.actions.sweeps.executor import Ending, Outcome, decide, run, run_undo
from holdfast.actions.sweeps.journal import Entry, FileJournal, Mark
from holdfast.actions.sweeps.means import Means, Patience
from holdfast.actions.sweeps.status import status
from holdfast.errors import CheckFailedError, InputRefusedError, ServiceUnavailableError, UsageError
from holdfast.ids import WikiName

PEOPLE = ("Banned", "Desysopped", "Warned", "Restored", "Bystander")


class Paper:
    """Two paper wikis with the same people."""

    def __init__(self) -> None:
        self.wikis = {name: PaperWiki(name) for name in ("eastwiki", "westwiki")}
        for wiki in self.wikis.values():
            for name in PEOPLE:
                wiki.add(name, *(["sysop"] if name in ("Banned", "Desysopped", "Bystander") else []))
            wiki.protections["Project:Requests"] = {}

    @property
    def east(self) -> PaperWiki:
        return self.wikis["eastwiki"]

    @property
    def hands(self) -> Any:
        return {WikiName(name): wiki.hand("Warden") for name, wiki in self.wikis.items()}

    @property
    def operators(self) -> Any:
        return {
            name: [lambda wiki=wiki, who=who: wiki.hand(who) for who in ("Warden", "Warden2")]
            for name, wiki in self.wikis.items()
        }

    def plan(self, text: str = "") -> Plan:
        return made(text or every_kind("Banned", "Desysopped", "Warned", "Project:Requests", "Restored"), self.hands)

    def check_done_once(self) -> None:
        for wiki in self.wikis.values():
            assert wiki.accounts["Banned"].groups == {}
            assert wiki.accounts["Banned"].block is not None
            assert wiki.accounts["Desysopped"].groups == {}
            assert [wiki.entries("rights", name) for name in ("Banned", "Desysopped")] == [1, 1]
            assert wiki.entries("block", "Banned") == 1
            assert [wiki.messages(name) for name in ("Banned", "Desysopped", "Warned")] == [1, 1, 1]
            assert wiki.accounts["Bystander"].groups == {"sysop": INFINITY}
        assert self.east.entries("protect", "Project:Requests") == 1
        assert self.east.accounts["Restored"].groups == {"sysop": INFINITY}
        assert self.east.entries("rights", "Restored") == 1


@pytest.fixture
def paper() -> Paper:
    return Paper()


def go(plan: Plan, using: Means, **more: Any) -> Outcome:
    return run(signed("plan", plan), using, sign_offs=signed_off(plan), **more)


@pytest.mark.requirement("3.2")
def test_a_plan_of_every_kind_is_carried_out_once_on_both_wikis(paper: Paper, tmp_path: Path) -> None:
    plan = paper.plan()
    assert go(plan, means(tmp_path / "j", paper.operators)).ending is Ending.FINISHED
    paper.check_done_once()
    assert go(plan, means(tmp_path / "j", paper.operators)).ending is Ending.FINISHED
    paper.check_done_once()


def test_rights_come_before_blocks_and_blocks_before_messages_over_the_whole_plan(
    paper: Paper, tmp_path: Path
) -> None:
    order: list[str] = []
    for wiki in paper.wikis.values():
        wiki.trouble = lambda when, what, _: order.append(what) if when == "before" else None
    go(paper.plan(), means(tmp_path / "j", paper.operators, lanes=2))
    ranks = [{"rights": 0, "block": 1, "protect": 2, "message": 3}[each] for each in order]
    assert ranks == sorted(ranks)


class Killed(BaseException):
    """The process is gone."""


class StoppingJournal(FileJournal):
    """A journal whose process dies before or after its n-th append."""

    def __init__(self, path: Path, stop_at: int, *, before: bool) -> None:
        super().__init__(path)
        self.calls, self.stop_at, self.before = 0, stop_at, before
        self.counting = threading.Lock()

    def append(self, entries: Sequence[Entry], **more: Any) -> None:
        with self.counting:
            self.calls += 1
            mine = self.calls
        if self.stop_at and mine >= self.stop_at + (not self.before):
            raise Killed
        super().append(entries, **more)
        if mine == self.stop_at:
            raise Killed


def appends(plan: Plan, paper: Paper, folder: Path) -> int:
    journal = StoppingJournal(folder / "count", 0, before=True)
    go(plan, means(journal, paper.operators))
    return journal.calls


@pytest.mark.requirement("3.3")
@pytest.mark.parametrize("before", [True, False])
def test_a_sweep_that_is_killed_at_every_journal_row_in_turn_does_each_step_once(
    tmp_path: Path, before: bool
) -> None:
    whole = Paper()
    rows = appends(whole.plan(), whole, tmp_path)
    assert rows > 30
    for stop_at in range(1, rows + 1):
        paper = Paper()
        plan, journal = paper.plan(), tmp_path / f"{before}-{stop_at}"
        with pytest.raises(Killed):
            go(plan, means(StoppingJournal(journal, stop_at, before=before), paper.operators))
        assert go(plan, means(journal, paper.operators)).ending is Ending.FINISHED
        paper.check_done_once()


@pytest.mark.parametrize("what", ["rights", "block", "message", "protect"])
@pytest.mark.parametrize(("when", "known"), [("before", True), ("before", False), ("after", False)])
def test_a_write_whose_answer_is_lost_is_made_once(
    paper: Paper, tmp_path: Path, what: str, when: str, known: bool
) -> None:
    left = [2]

    def trouble(at: str, wrote: str, _: str) -> None:
        if (at, wrote) == (when, what) and left[0]:
            left[0] -= 1
            raise busy(known=known)

    paper.east.trouble = trouble
    plan = paper.plan()
    using = means(tmp_path / "j", paper.operators, patience=Patience(busy=(0.1,), busy_longest=1.0, settle=0.0))
    assert go(plan, using).ending is Ending.FINISHED
    assert left[0] < 2
    paper.check_done_once()


def test_a_wiki_that_stays_busy_leaves_the_plan_open_and_the_next_run_goes_on(paper: Paper, tmp_path: Path) -> None:
    def trouble(at: str, what: str, _: str) -> None:
        if (at, what) == ("before", "block"):
            raise busy(known=True)

    paper.east.trouble = trouble
    plan = paper.plan()
    with pytest.raises(ServiceUnavailableError, match="sweep.busy"):
        go(plan, means(tmp_path / "j", paper.operators))
    assert paper.wikis["westwiki"].entries("block", "Banned") == 1
    assert not any(wiki.talk for wiki in paper.wikis.values())
    paper.east.trouble = lambda *_: None
    assert go(plan, means(tmp_path / "j", paper.operators)).ending is Ending.FINISHED
    paper.check_done_once()


def away(paper: Paper, *, minutes: float) -> tuple[Any, list[float]]:
    """East reads well and makes and answers no write for so long; gives the means' clock, and what was slept."""
    now, slept = [NOW], list[float]()

    def trouble(at: str, what: str, _: str) -> None:
        if at == "before" and now[0] < NOW + timedelta(minutes=minutes):
            raise busy(known=False)

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += timedelta(seconds=seconds)

    paper.east.trouble = trouble
    return {"clock": lambda: now[0], "sleep": sleep, "patience": Patience()}, slept


def test_a_wiki_that_answers_no_write_for_twenty_minutes_is_waited_for_and_nothing_is_held(
    paper: Paper, tmp_path: Path
) -> None:
    plan, alarms = paper.plan(), list[Any]()
    more, _ = away(paper, minutes=20)
    assert go(plan, means(tmp_path / "j", paper.operators, alarms, **more)).ending is Ending.FINISHED
    assert alarms == []
    paper.check_done_once()


def test_a_wiki_that_answers_no_write_for_longer_leaves_the_plan_open_within_half_an_hour_and_holds_nothing(
    paper: Paper, tmp_path: Path
) -> None:
    plan, alarms = paper.plan(), list[Any]()
    more, slept = away(paper, minutes=600)
    for _ in range(2):
        slept.clear()
        with pytest.raises(ServiceUnavailableError, match="sweep.busy"):
            go(plan, means(tmp_path / "j", paper.operators, alarms, **more))
        # the other wiki's lane does not sleep
        assert 1200 < sum(slept) <= 1800 + 3 * 90
    assert alarms == []
    paper.east.trouble = lambda *_: None
    assert go(plan, means(tmp_path / "j", paper.operators)).ending is Ending.FINISHED
    paper.check_done_once()


def test_a_write_that_arrives_late_is_waited_for_and_not_repeated(paper: Paper, tmp_path: Path) -> None:
    late: list[Any] = []
    real = paper.east.hand("Warden").message

    class LateHand(type(paper.east.hand("x"))):  # type: ignore[misc]
        def message(self, account: AccountName, **more: Any) -> None:
            late.append(lambda: real(account, **more))
            raise busy(known=False)

    def sleep(seconds: float) -> None:
        while late:
            late.pop()()

    plan = paper.plan()
    operators = paper.operators | {"eastwiki": [lambda: LateHand(paper.east, "Warden")] * 2}
    patience = Patience(settle=1.0, poll=(0.5,))
    assert go(plan, means(tmp_path / "j", operators, patience=patience, sleep=sleep)).ending is Ending.FINISHED
    paper.check_done_once()


def test_a_wiki_that_answers_and_does_nothing_is_found_out_and_held(paper: Paper, tmp_path: Path) -> None:
    class LyingHand(type(paper.east.hand("x"))):  # type: ignore[misc]
        def change_groups(self, account: AccountName, **more: Any) -> None:
            if account != "Desysopped":
                super().change_groups(account, **more)

    alarms: list[Any] = []
    plan = paper.plan()
    operators = paper.operators | {"eastwiki": [lambda: LyingHand(paper.east, "Warden")] * 2}
    outcome = go(plan, means(tmp_path / "j", operators, alarms))
    assert outcome.ending is Ending.HELD
    assert outcome.held == ("p-1/002/eastwiki/message", "p-1/002/eastwiki/rights", "p-1/002/westwiki/message")
    assert [(code, detail["why"]) for code, detail in alarms] == [("sweep.held", "not made")]
    assert paper.wikis["westwiki"].accounts["Desysopped"].groups == {}
    assert paper.east.messages("Warned") == 1


def moved(paper: Paper) -> None:
    """Meanwhile somebody gives the target of the removal another group."""
    paper.east.hand("Meddler").change_groups(
        AccountName("Desysopped"), add={"bureaucrat": INFINITY}, remove=[], reason=""
    )


def test_a_target_that_has_moved_is_held_the_rest_is_finished_and_an_alarm_is_raised(
    paper: Paper, tmp_path: Path
) -> None:
    alarms: list[Any] = []
    plan = paper.plan()
    moved(paper)
    outcome = go(plan, means(tmp_path / "j", paper.operators, alarms))
    assert outcome.ending is Ending.HELD
    assert "p-1/002/eastwiki/rights" in outcome.held
    assert [(code, detail["why"], detail["target"]) for code, detail in alarms] == [
        ("sweep.held", "moved", "Desysopped")
    ]
    assert paper.east.accounts["Desysopped"].groups == {"sysop": INFINITY, "bureaucrat": INFINITY}
    assert paper.east.messages("Desysopped") == 0
    assert paper.east.entries("block", "Banned") == 1


def decision(plan: Plan, choice: Choice) -> Any:
    value = Decision(
        plan=plan.id,
        plan_sha256=plan_sha256(plan),
        action="p-1/002",
        choice=choice,
        reason="taken back",
        new_plan="p-2",
    )
    return signed("sweep-decision", value)


@pytest.mark.parametrize("choice", list(Choice))
def test_two_people_decide_on_what_is_held(paper: Paper, tmp_path: Path, choice: Choice) -> None:
    plan = paper.plan()
    moved(paper)
    go(plan, means(tmp_path / "j", paper.operators))
    assert paper.wikis["westwiki"].accounts["Desysopped"].groups == {}
    outcome = decide(decision(plan, choice), plan, means(tmp_path / "j", paper.operators))
    assert outcome == Outcome(ending=Ending.OPEN)
    kept = {"sysop": INFINITY} if choice is Choice.UNDO else {}
    assert paper.wikis["westwiki"].accounts["Desysopped"].groups == kept
    assert go(plan, means(tmp_path / "j", paper.operators)).ending is Ending.FINISHED
    with pytest.raises(CheckFailedError, match="sweep.decision"):
        decide(decision(plan, choice), plan, means(tmp_path / "j", paper.operators))


def test_what_somebody_else_has_done_is_held_unless_the_plan_accepts_it(paper: Paper, tmp_path: Path) -> None:
    text = HEAD + group("rights_removal", ["Desysopped"], '{ groups = ["sysop"], reason = "r" }')
    for number, wanted in enumerate(('"hold"', '"accept"')):
        fresh = Paper()
        plan = fresh.plan(text + f"if_already = {wanted}\n")
        for wiki in fresh.wikis.values():
            wiki.hand("Steward").change_groups(AccountName("Desysopped"), add={}, remove=["sysop"], reason="")
        outcome = go(plan, means(tmp_path / f"{number}", fresh.operators))
        assert outcome.ending is (Ending.FINISHED if number else Ending.HELD)
        assert fresh.east.entries("rights", "Desysopped") == 1
        if number:
            run_undo(undo_order(plan), plan, means(tmp_path / f"{number}", fresh.operators))
            assert fresh.east.accounts["Desysopped"].groups == {}, "what is not ours is not undone"


def undo_order(plan: Plan, *actions: str) -> Any:
    value = UndoOrder(plan=plan.id, plan_sha256=plan_sha256(plan), reason="taken back", actions=actions)
    return signed("sweep-undo", value)


@pytest.mark.requirement("3.14")
def test_undoing_a_plan_brings_everything_back_by_the_same_machinery(paper: Paper, tmp_path: Path) -> None:
    plan = paper.plan()
    before = {name: dict(wiki.accounts) for name, wiki in paper.wikis.items()}
    go(plan, means(tmp_path / "j", paper.operators))
    for _ in range(2):
        outcome = run_undo(undo_order(plan), plan, means(tmp_path / "j", paper.operators))
        assert outcome.ending is Ending.UNDONE
        assert {name: dict(wiki.accounts) for name, wiki in paper.wikis.items()} == before
        assert [paper.east.entries("rights", "Desysopped"), paper.east.entries("block", "Banned")] == [2, 2]
    assert go(plan, means(tmp_path / "j", paper.operators)).ending is Ending.UNDONE


@pytest.mark.parametrize("before", [True, False])
def test_an_undoing_that_is_killed_at_every_row_undoes_each_step_once(tmp_path: Path, before: bool) -> None:
    whole = Paper()
    plan = whole.plan()
    go(plan, means(tmp_path / "count", whole.operators))
    journal = StoppingJournal(tmp_path / "count", 0, before=True)
    run_undo(undo_order(plan), plan, means(journal, whole.operators))
    for stop_at in range(1, journal.calls + 1):
        paper, place = Paper(), tmp_path / f"{before}-{stop_at}"
        plan = paper.plan()
        go(plan, means(place, paper.operators))
        with pytest.raises(Killed):
            run_undo(undo_order(plan), plan, means(StoppingJournal(place, stop_at, before=before), paper.operators))
        run_undo(undo_order(plan), plan, means(place, paper.operators))
        for wiki in paper.wikis.values():
            assert wiki.accounts["Desysopped"].groups == {"sysop": INFINITY}
            assert [wiki.entries("rights", "Desysopped"), wiki.entries("block", "Banned")] == [2, 2]


def test_a_plan_that_cannot_undo_itself_says_held_and_tries_again(paper: Paper, tmp_path: Path) -> None:
    text = every_kind("Banned", "Desysopped", "Warned", "Project:Requests").replace(
        'plan = "p-1"', 'plan = "p-1"\non_failure = "undo"'
    )
    plan = paper.plan(text)
    moved(paper)
    blocked = paper.wikis["westwiki"]

    def trouble(at: str, what: str, target: str) -> None:
        state = blocked.accounts.get(target)
        if (at, what) == ("before", "block") and state is not None and state.block is not None:
            raise InputRefusedError("wiki.refused.permissiondenied", "not now")

    blocked.trouble = trouble
    held = go(plan, means(tmp_path / "j", paper.operators))
    assert held.ending is Ending.HELD
    assert "p-1/001/westwiki/block/undo" in held.held
    assert status(plan, means(tmp_path / "j", paper.operators).journal.rows()).not_taken_back
    blocked.trouble = lambda at, what, target: None
    assert go(plan, means(tmp_path / "j", paper.operators)).ending is Ending.UNDONE
    assert blocked.accounts["Banned"].block is None


def test_a_plan_that_undoes_on_failure_leaves_nothing_done(paper: Paper, tmp_path: Path) -> None:
    text = every_kind("Banned", "Desysopped", "Warned", "Project:Requests").replace(
        'plan = "p-1"', 'plan = "p-1"\non_failure = "undo"'
    )
    plan = paper.plan(text)
    moved(paper)
    assert go(plan, means(tmp_path / "j", paper.operators)).ending is Ending.UNDONE
    for wiki in paper.wikis.values():
        assert wiki.accounts["Banned"].groups == {"sysop": INFINITY}
        assert wiki.accounts["Banned"].block is None
    assert go(plan, means(tmp_path / "j", paper.operators)).ending is Ending.UNDONE


def test_a_second_operator_goes_on_when_the_first_is_blocked_in_mid_sweep(paper: Paper, tmp_path: Path) -> None:
    def trouble(at: str, what: str, _: str) -> None:
        if (at, what) == ("before", "block"):
            paper.east.lost.add("Warden")
        if "Warden" in paper.east.lost and at == "before" and not fooled:
            fooled.append(1)
            paper.east.hand("Warden").check_ready([])

    fooled: list[int] = []
    paper.east.trouble = trouble
    alarms: list[Any] = []
    assert go(paper.plan(), means(tmp_path / "j", paper.operators, alarms)).ending is Ending.FINISHED
    assert [(code, detail["operator"]) for code, detail in alarms] == [("sweep.operator_lost", "1")]
    paper.check_done_once()


def test_without_operators_the_sweep_stops_and_goes_on_with_a_new_one(paper: Paper, tmp_path: Path) -> None:
    plan = paper.plan()

    def trouble(at: str, what: str, _: str) -> None:
        if (at, what) == ("after", "rights"):
            paper.east.lost |= {"Warden", "Warden2"}

    paper.east.trouble = trouble
    with pytest.raises(OperatorsLostError):
        go(plan, means(tmp_path / "j", paper.operators))
    paper.east.trouble = lambda *_: None
    paper.east.lost.clear()
    assert go(plan, means(tmp_path / "j", paper.operators)).ending is Ending.FINISHED
    paper.check_done_once()


def test_a_wiki_with_one_operator_alone_is_refused(paper: Paper, tmp_path: Path) -> None:
    operators = paper.operators | {"eastwiki": paper.operators["eastwiki"][:1]}
    with pytest.raises(UsageError, match="sweep.no_operator"):
        go(paper.plan(), means(tmp_path / "j", operators))


def fighting(paper: Paper, times: int) -> Iterator[None]:
    """An accomplice lifts the block after the last message, so many times."""
    left = [times]

    def trouble(at: str, what: str, target: str) -> None:
        state = paper.east.accounts["Banned"]
        if at == "read" and left[0] and paper.east.messages("Banned") and state.block:
            left[0] -= 1
            with suppress(InputRefusedError):
                paper.east.hand("Accomplice").unblock(AccountName("Banned"), reason="")

    paper.east.trouble = trouble
    yield


@pytest.mark.parametrize(("times", "ending"), [(1, Ending.FINISHED), (2, Ending.FINISHED), (9, Ending.HELD)])
def test_what_is_changed_back_while_the_plan_runs_is_done_again_and_in_the_end_held(
    paper: Paper, tmp_path: Path, times: int, ending: Ending
) -> None:
    alarms: list[Any] = []
    plan = paper.plan()
    for _ in fighting(paper, times):
        assert go(plan, means(tmp_path / "j", paper.operators, alarms)).ending is ending
    assert "sweep.changed_back" in [code for code, _ in alarms]
    assert (paper.east.accounts["Banned"].block is not None) is (ending is Ending.FINISHED)
    assert paper.east.messages("Banned") == 1


@pytest.mark.requirement("3.4")
def test_a_sealed_phase_waits_for_its_hour_and_its_condition(paper: Paper, tmp_path: Path) -> None:
    text = every_kind("Banned", "Desysopped", "Warned", "Project:Requests").replace(
        "[every_action]", '[[phase]]\nnumber = 2\nopens_at = 2026-09-14T00:00:00Z\nopens_when = "x"\n[every_action]'
    )
    plan = paper.plan(text + "phase = 2\n")  # the protection alone
    later = NOW + timedelta(days=1)
    for clock, conditions in ((NOW, ["x"]), (later, [])):
        outcome = go(plan, means(tmp_path / "j", paper.operators, clock=lambda at=clock: at), conditions=conditions)
        assert outcome == Outcome(ending=Ending.WAITING, phase=2)
        assert paper.east.messages("Warned") == 1
        assert paper.east.protections["Project:Requests"] == {}
    outcome = go(plan, means(tmp_path / "j", paper.operators, clock=lambda: later), conditions=["x"])
    assert outcome.ending is Ending.FINISHED
    assert paper.east.protections["Project:Requests"]


def test_only_the_plan_that_was_signed_is_carried_out(paper: Paper, tmp_path: Path) -> None:
    plan = paper.plan()
    other = paper.plan(HEAD + group("warning", ["Bystander"], conduct='"x"'))
    using = means(tmp_path / "j", paper.operators)
    with pytest.raises(CheckFailedError, match="sweep.approval"):
        run(signed("plan", other, what=plan.to_json()), using, sign_offs=signed_off(other))
    with pytest.raises(CheckFailedError, match="sweep.approval"):
        run(signed("freeze", plan, what={"plan": plan.to_json()}), using, sign_offs=signed_off(plan))
    with pytest.raises(CheckFailedError, match="sweep.approval"):
        run(plan, using)  # type: ignore[arg-type]
    assert not any(wiki.log for wiki in paper.wikis.values())


@pytest.mark.requirement("3.5")
def test_each_jurisdiction_needs_a_sign_off_over_this_very_plan(paper: Paper, tmp_path: Path) -> None:
    plan = paper.plan()
    other = paper.plan(HEAD + group("warning", ["Bystander"], conduct='"x"'))
    for given in ([], signed_off(other)):
        with pytest.raises(CheckFailedError, match="sweep.sign_off"):
            run(signed("plan", plan), means(tmp_path / "j", paper.operators), sign_offs=given)


def test_an_approval_that_has_run_out_carries_nothing_out(paper: Paper, tmp_path: Path) -> None:
    using = means(tmp_path / "j", paper.operators, clock=lambda: NOW + timedelta(days=31))
    with pytest.raises(CheckFailedError, match="sweep.expired"):
        go(paper.plan(), using)


@pytest.mark.requirement("4.7")
def test_a_text_that_no_native_reader_has_checked_is_refused_unless_the_plan_accepts_it(
    paper: Paper, tmp_path: Path
) -> None:
    text = every_kind("Banned", "Desysopped", "Warned", "Project:Requests").replace('"fa", "hr"]', '"hr"]')
    with pytest.raises(CheckFailedError, match="sweep.unchecked_text"):
        go(paper.plan(text), means(tmp_path / "j", paper.operators))


def test_a_journal_of_another_plan_with_the_same_id_is_not_gone_on_with(paper: Paper, tmp_path: Path) -> None:
    go(paper.plan(), means(tmp_path / "j", paper.operators))
    other = Paper()
    changed = other.plan(HEAD + group("warning", ["Bystander"], conduct='"x"'))
    with pytest.raises(CheckFailedError, match="sweep.other_plan"):
        go(changed, means(tmp_path / "j", other.operators))


def test_a_renamed_account_is_not_mistaken_for_another_of_its_name(paper: Paper, tmp_path: Path) -> None:
    plan = paper.plan()
    state = paper.east.accounts.pop("Banned")
    paper.east.accounts["Somebody else"] = state
    paper.east.add("Banned")
    outcome = go(plan, means(tmp_path / "j", paper.operators))
    assert "p-1/001/eastwiki/rights" in outcome.held
    assert paper.east.accounts["Banned"].block is None


def test_a_block_that_somebody_sets_at_the_same_moment_is_not_taken_for_ours(paper: Paper, tmp_path: Path) -> None:
    def trouble(at: str, what: str, target: str) -> None:
        state = paper.east.accounts["Banned"]
        if (at, what, target) == ("before", "block", "Banned") and state.block is None:
            paper.east.trouble = lambda *_: None
            paper.east.hand("Steward").block(
                AccountName("Banned"),
                expiry=INFINITY,
                reason="",
                no_create=True,
                no_email=True,
                allow_talk=True,
                autoblock=False,
            )

    paper.east.trouble = trouble
    outcome = go(paper.plan(), means(tmp_path / "j", paper.operators))
    assert "p-1/001/eastwiki/block" in outcome.held
    block = paper.east.accounts["Banned"].block
    assert isinstance(block, BlockState)
    assert block.by == "Steward"


def test_a_sweep_reads_in_batches(tmp_path: Path) -> None:
    paper = Paper()
    names = [f"Warned {number:03}" for number in range(100)]
    for wiki in paper.wikis.values():
        for name in names:
            wiki.add(name)
    plan = paper.plan(HEAD + group("warning", names, conduct='"x"'))
    before = paper.east.reads
    assert go(plan, means(tmp_path / "j", paper.operators, lanes=4)).ending is Ending.FINISHED
    assert [paper.east.messages(name) for name in names] == [1] * 100
    assert paper.east.reads - before < 30


def test_the_journal_tells_what_happened_in_order(paper: Paper, tmp_path: Path) -> None:
    plan = paper.plan(HEAD + group("warning", ["Warned"], wikis='["eastwiki"]', conduct='"x"'))
    go(plan, means(tmp_path / "j", paper.operators))
    rows = FileJournal(tmp_path / "j").rows()
    assert [row.mark for row in rows] == [
        Mark.BEGUN, Mark.PHASE, Mark.INTENDED, Mark.SENT, Mark.DONE, Mark.FINISHED,
    ]  # fmt: skip
    assert [row.number for row in rows] == list(range(1, 7))
