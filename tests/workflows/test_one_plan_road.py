"""One road from signed bytes to a wiki: what a freeze, a review or an appeal signs is held, decided, shown and
reconciled like every other plan; and the signed JSON alone is the plan."""

from typing import Any

import pytest

from holdfast.access.freezes.freeze import FreezeState
from holdfast.accounts.names import AccountName
from holdfast.actions.sweeps.executor import Ending
from holdfast.errors import CheckFailedError, InputRefusedError
from holdfast.facts import StreamId
from store.offices import OfficeWorld
from workflows.paper_office import PaperOperators, approved, prepared, swept, text_of
from workflows.paper_rights import ANN, BEN, Frozen, planning_on, refusing


def given_by_hand(wiki: Any, account: str) -> None:
    wiki.hand("Meddler").change_groups(AccountName(account), add={"checkuser": "infinity"}, remove=[], reason="")


def test_what_a_freeze_could_not_take_is_held_decided_shown_and_reconciled(office: OfficeWorld) -> None:
    from holdfast.store.office.audit_rows import open_alarms

    frozen = Frozen.by_two(office)
    assert frozen.plans() == (frozen.taking,)
    refusing(frozen.east, ANN)
    assert frozen.swept().ending is Ending.HELD
    assert ("wiki differs", f"sweep/{frozen.taking}") in [(each.code, each.place) for each in open_alarms()]
    held = [each for each in frozen.status(frozen.taking).actions if each.state.value == "held"]
    assert [(each.kind, each.why) for each in held] == [("rights_removal", "refused")]
    assert frozen.removals() == {
        (ANN, "eastwiki"): "held",
        (ANN, "westwiki"): "removed",
        (BEN, "eastwiki"): "removed",
        (BEN, "westwiki"): "removed",
    }
    page = frozen.deciders[0].client().get(f"/plans/{frozen.taking}/progress/").content.decode()
    assert "held (refused)" in page
    assert frozen.taking in frozen.deciders[0].client().get("/plans/").content.decode()
    assert "Sweeps with held targets" in frozen.deciders[0].client().get("/").content.decode()

    frozen.decided(frozen.taking, held[0].id, "skip")
    assert frozen.swept().ending is Ending.FINISHED
    assert frozen.status(frozen.taking).ending == "finished"
    assert frozen.removals()[ANN, "eastwiki"] == "held", "nobody says that it was taken"
    assert frozen.differences(frozen.taking) == []

    given_by_hand(frozen.west, BEN)
    assert frozen.differences(frozen.taking) == [("changed", BEN, "westwiki")]
    shown = frozen.deciders[0].client().get(f"/plans/{frozen.taking}/reconciliation/").content.decode()
    assert "the wiki is otherwise now" in shown


def test_what_a_review_could_not_give_back_is_held_decided_shown_and_reconciled(office: OfficeWorld) -> None:
    frozen = Frozen.by_two(office)
    assert frozen.swept().ending is Ending.FINISHED
    office.clock.go_on(days=1)
    refusing(frozen.west, ANN)
    giving = frozen.restored(ANN)
    assert frozen.swept(giving).ending is Ending.HELD
    page = frozen.deciders[0].client().get(f"/plans/{giving}/progress/").content.decode()
    assert "held (refused)" in page
    frozen.decided(giving, f"{giving}/001", "skip")
    assert frozen.swept(giving).ending is Ending.FINISHED
    assert "checkuser" in frozen.east.accounts[ANN].groups
    # what the review gave back is no difference of the freeze; what somebody takes again is one of the giving back
    assert frozen.differences(frozen.taking) == []
    assert frozen.differences(giving) == []
    frozen.east.hand("Meddler").change_groups(AccountName(ANN), add={}, remove=["checkuser"], reason="")
    assert frozen.differences(giving) == [("changed", ANN, "eastwiki")]


def test_what_an_appeal_could_not_give_back_is_held_decided_shown_and_reconciled(office: OfficeWorld) -> None:
    from holdfast.appeals.appeal import Outcome
    from holdfast.workflows.acting.reconcile import reconcile_plan
    from workflows.paper_rights import ForReconciling
    from workflows.test_appeal_way_back import BANNED, NOTE, Overturned, cannot_be_unblocked

    roles = ("investigator", "decider", "legal", "appeal_reader")
    appealed = Overturned(world=office, people={role: office.member(role) for role in roles})
    receipt = appealed.filed(Outcome.OVERTURN, **NOTE)
    appealed.undo_ordered()
    cannot_be_unblocked(appealed.west)
    assert swept(office, appealed.plan, appealed.operators).ending is Ending.HELD
    browser = appealed.people["decider"].client()
    assert "Still not taken back" in browser.get(f"/plans/{appealed.plan}/progress/").content.decode()

    appealed.west.trouble = lambda when, what, target: None
    form = {"action": f"{appealed.plan}/001", "choice": "undo", "reason": "it was overturned", "new_plan": ""}
    put = browser.post(f"/plans/{appealed.plan}/decide/", form)
    appealed.undo_ordered(StreamId(kind="proposal-sweep-decision", id=put["Location"].split("/")[3]))
    assert swept(office, appealed.plan, appealed.operators).ending is Ending.FINISHED
    assert appealed.note_restored() == 1
    assert appealed.restored(receipt)

    def differences() -> list[tuple[str, str, str]]:
        known: Any = ForReconciling(appealed.operators)
        found = reconcile_plan(office.office, appealed.people["decider"].reader(), appealed.plan, known=known)
        return [(each.code.value, each.target, each.wiki) for each in found]

    before = differences()
    appealed.west.hand("Meddler").change_groups(AccountName(BANNED), add={}, remove=["sysop"], reason="")
    assert set(differences()) - set(before) == {("changed", BANNED, "westwiki")}


def test_who_may_not_read_a_freeze_reads_no_plan_of_it_and_nobody_reads_their_own(office: OfficeWorld) -> None:
    ann = office.member("decider", wiki_accounts=(ANN,))
    frozen = Frozen.by_two(office)
    page = f"/plans/{frozen.taking}/"
    assert office.member("investigator").client().get(page).status_code == 403
    assert ann.client().get(page).status_code in (302, 403)
    for who in (frozen.steward, frozen.deciders[0], office.member("legal"), office.member("appeal_reader")):
        assert ANN in who.client().get(page).content.decode()
    listed = office.member("investigator").client().get("/plans/").content.decode()
    assert "of a freeze" in listed
    assert "rights_removal" not in listed, "how many were frozen is sealed"
    assert frozen.taking in frozen.steward.client().get(f"/freezes/{frozen.number}/").content.decode()


def test_a_freeze_keeps_its_people_from_no_other_plan_and_closes_what_it_took_when_it_ends(
    office: OfficeWorld,
) -> None:
    from holdfast.workflows.acting.plan import draft_plan, read_plan
    from holdfast.workflows.freezes.freeze import propose_lift

    frozen = Frozen.by_two(office)
    frozen.swept()
    draft_plan(office.office, office.member("investigator").reader(), text_of("p-1", ANN, BEN, "Simulated Cy"))
    with planning_on(frozen.operators):
        lift = propose_lift(office.office, frozen.steward.reader(), frozen.number, reason="it is over")
    frozen.signed(lift)
    assert frozen.freeze().state is FreezeState.LIFTED
    giving = frozen.plans()[0] if frozen.plans()[0] != frozen.taking else frozen.plans()[1]
    assert frozen.swept(giving).ending is Ending.FINISHED
    reader = frozen.steward.reader()
    assert read_plan(office.office, reader, frozen.taking).course.standing.value == "closed"
    assert read_plan(office.office, reader, giving).course.standing.value == "approved"
    for wiki in (frozen.east, frozen.west):
        assert all("checkuser" in wiki.accounts[name].groups for name in (ANN, BEN))
    assert set(frozen.freeze().put_back.values()) == {"done"}


def test_what_was_given_back_is_looked_after_for_its_time_and_then_closed(
    office: OfficeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    from holdfast.workflows.acting.plan import read_plan
    from holdfast.workflows.clocks import reconciliation
    from workflows.paper_rights import ForReconciling

    frozen = Frozen.by_two(office)
    frozen.swept()
    office.clock.go_on(days=1)
    giving = frozen.restored(ANN)
    frozen.swept(giving)
    monkeypatch.setattr(
        "holdfast.workflows.acting.reconcile.operators_of", lambda office: ForReconciling(frozen.operators)
    )

    def looked_at(days: int) -> list[str]:
        now = office.clock.go_on(days=days)
        return sorted(line.partition(" ")[2] for line in reconciliation.CLOCK.run(office.office, now))

    assert looked_at(1) == ["reconciled: 0 differences"] * 2
    frozen.east.hand("Meddler").change_groups(AccountName(ANN), add={}, remove=["checkuser"], reason="")
    assert looked_at(31) == ["reconciled: 0 differences", "reconciled: 1 differences"]
    given_by_hand(frozen.east, ANN)
    assert looked_at(1) == ["reconciled: 0 differences"] * 2
    assert read_plan(office.office, frozen.steward.reader(), giving).course.standing.value == "closed"
    assert looked_at(1) == ["reconciled: 0 differences"], "the freeze stands, and is looked after"


def test_a_freeze_tells_the_public_log_nothing_through_its_plan(office: OfficeWorld) -> None:
    from holdfast.store.office.models import LogEntryRow

    frozen = Frozen.by_two(office)
    frozen.swept()
    assert list(LogEntryRow.objects.values_list("kind", "is_sealed")) == [("freeze", True)]
    assert frozen.differences(frozen.taking) == []


def test_what_somebody_took_by_hand_stays_taken_when_two_decide_on_the_rest(office: OfficeWorld) -> None:
    from holdfast.workflows.freezes.freeze import note_by_hand

    frozen = Frozen.by_two(office)
    refusing(frozen.east, ANN)
    frozen.swept()
    (item,) = frozen.freeze().waiting()
    reader = frozen.steward.reader()
    note_by_hand(office.office, reader, frozen.number, item.person.id, item.wiki, item.right)
    frozen.decided(frozen.taking, frozen.status(frozen.taking).held[0].id, "skip")
    frozen.swept()
    assert frozen.removals()[ANN, "eastwiki"] == "removed"


def test_what_two_people_undo_of_a_freeze_is_not_shown_as_removed(office: OfficeWorld) -> None:
    from holdfast.workflows.acting.sweep_facts import propose_undoing

    frozen = Frozen.by_two(office)
    frozen.swept()
    order = propose_undoing(office.office, frozen.deciders[0].reader(), frozen.taking, reason="by mistake")
    office.approve(order, *frozen.deciders)
    office.carry_out(order, frozen.deciders[0])
    frozen.swept()
    assert set(frozen.removals().values()) == {"held"}
    assert "checkuser" in frozen.east.accounts[ANN].groups


class Killed(BaseException):
    """The process dies: nothing catches this."""


def test_killed_before_each_row_of_its_journal_a_freeze_is_taken_once(
    office: OfficeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    from holdfast.store.office.journal import SealedJournal

    real, number, deaths = SealedJournal._append, 0, 0
    frozen = Frozen.by_two(office)
    while True:
        left = [number]

        def append(self: Any, entries: Any, at: Any, left: list[int] = left) -> None:
            if left[0] == 0:
                raise Killed
            left[0] -= 1
            real(self, entries, at)

        monkeypatch.setattr(SealedJournal, "_append", append)
        try:
            assert frozen.swept().ending is Ending.FINISHED
            break
        except Killed:
            deaths += 1
            office.clock.go_on(minutes=30)
        number += 1  # the next run writes one row more, and dies
    assert deaths > 3
    assert set(frozen.removals().values()) == {"removed"}
    for wiki in (frozen.east, frozen.west):
        assert [wiki.entries("rights", name) for name in (ANN, BEN)] == [1, 1]


# the signed JSON is the plan


def unreadable(*about: Any, **more: Any) -> Any:
    raise InputRefusedError("plan.file", "this reader knows no such text any more")


def no_text_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    readers = ("actions.plans.file.parse_file", "actions.plans.file.parse_plan", "workflows.acting.plan.parse_plan")
    for name in readers:
        monkeypatch.setattr(f"holdfast.{name}", unreadable)


@pytest.fixture
def people(office: OfficeWorld) -> dict[str, Any]:
    return {role: office.member(role) for role in ("investigator", "decider", "legal")}


def as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drafts are kept as the version before kept them: the person's text alone."""
    from holdfast.workflows.acting import plan

    real = plan._checked

    def checked(*about: Any, **more: Any) -> dict[str, Any]:
        kept = real(*about, **more)
        return {name: kept[name] for name in ("text", "is_json")}

    monkeypatch.setattr(plan, "_checked", checked)


@pytest.mark.parametrize("before", [False, True], ids=["of this version", "of the version before"])
def test_a_signed_plan_is_swept_whatever_has_become_of_the_reader_of_texts(
    office: OfficeWorld, people: dict[str, Any], monkeypatch: pytest.MonkeyPatch, before: bool
) -> None:
    from holdfast.workflows.acting.plan import read_plan

    if before:
        as_before(monkeypatch)
    operators = PaperOperators()
    identity = approved(office, people, text_of("p-1"), operators)
    no_text_is_read(monkeypatch)
    assert swept(office, identity, operators).ending is Ending.FINISHED
    browser = people["decider"].client()
    assert "global ban" in browser.get(f"/plans/{identity}/").content.decode()
    assert "finished" in browser.get(f"/plans/{identity}/progress/").content.decode()
    opened = read_plan(office.office, people["decider"].reader(), identity)
    assert "calling people to a vote" in opened.course.text, "the person's text lies beside it"


def test_a_plan_is_prepared_and_signed_from_what_was_drafted_and_not_from_its_text(
    office: OfficeWorld, people: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from holdfast.workflows.acting.plan import draft_plan
    from workflows.case_steps import with_case
    from workflows.paper_office import tried

    investigator = people["investigator"]
    text = with_case(office, text_of("p-1"), investigator=investigator, decider=people["decider"])
    identity = draft_plan(office.office, investigator.reader(), text)
    no_text_is_read(monkeypatch)
    tried(office, investigator, identity, PaperOperators())


def test_an_old_draft_whose_text_cannot_be_read_any_more_says_so_and_is_given_up(
    office: OfficeWorld, people: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from holdfast.workflows.acting.plan import give_up, read_plan

    as_before(monkeypatch)
    identity = prepared(office, people, text_of("p-1"), PaperOperators())
    no_text_is_read(monkeypatch)
    reader = people["investigator"].reader()
    with pytest.raises(InputRefusedError, match=r"plan\.file"):
        _ = read_plan(office.office, reader, identity).draft
    give_up(office.office, reader, identity, "nobody can read it")


def test_stored_json_that_is_not_exactly_a_plan_is_refused() -> None:
    from actions.paper_wiki import PaperWiki
    from actions.sweeping import HEAD, group, made
    from holdfast.actions.plans.plan import plan_of
    from holdfast.ids import WikiName

    hands: Any = {WikiName(name): PaperWiki(name).hand("Warden") for name in ("eastwiki", "westwiki")}
    for hand in hands.values():
        hand._wiki.add(ANN, "sysop")
    stored = made(HEAD + group("global_ban", [ANN], '{ reason = "r" }'), hands).to_json()
    assert plan_of(stored).to_json() == stored
    for other in (
        {**stored, "format": "holdfast plan 2"},
        {**stored, "more": 1},
        {name: value for name, value in stored.items() if name != "gates"},
        {**stored, "actions": [{**stored["actions"][0], "quietly": True}]},
    ):
        with pytest.raises(InputRefusedError, match=r"plan\.unreadable"):
            plan_of(other)


# an office of the version before


def signed_before(office: OfficeWorld, monkeypatch: pytest.MonkeyPatch) -> tuple[Frozen, StreamId]:
    """A freeze as the version before left it: executed, its plan in the proposal's bytes alone, a run promised."""
    from holdfast.store.office.outbox import promise
    from holdfast.workflows.freezes import freeze
    from holdfast.workflows.office.propose import stream_of

    seen: list[Any] = []

    def begin(office: Any, approved: Any) -> None:
        seen.append((stream_of(office, approved.value), approved.value.what["plan"]["id"]))
        promise("carry out rights", seen[0][0], office.clock())

    monkeypatch.setattr(freeze, "begin_plan", begin)
    monkeypatch.setattr(Frozen, "plans", lambda self: ("",))
    frozen = Frozen.by_two(office)
    monkeypatch.undo()
    proposal, frozen.taking = seen[0]
    return frozen, proposal


def begun_before(frozen: Frozen, proposal: StreamId, *, rows: int) -> None:
    """The version before carries the plan out from its proposal, and dies after so many rows."""
    from actions.sweeping import HASTE
    from holdfast.access.rules.console_rules import Because
    from holdfast.actions.plans.plan import plan_of
    from holdfast.actions.sweeps.crew import Crew
    from holdfast.actions.sweeps.executor import run
    from holdfast.actions.sweeps.means import Means
    from holdfast.approval import check_approved
    from holdfast.store.office.vault import Reader
    from holdfast.workflows.office.propose import approvers, read_proposal

    office = frozen.office
    found = read_proposal(office, Reader.of_the_office(Because.BOOKS), proposal)
    journal = office.vault.journal(Reader.of_the_office(Because.BOOKS), proposal, frozen.taking, purpose="test")
    real, left = journal._append, [rows]

    def append(entries: Any, at: Any) -> None:
        if left[0] == 0:
            raise Killed
        left[0] -= 1
        real(entries, at)

    journal._append = append
    approved = check_approved(
        plan_of(found.request.what["plan"]),
        content=found.request.content(),
        signatures=found.signatures,
        approvers=approvers(office),
        now=found.closed_at,
        rp_id=office.config.rp_id,
        origins=frozenset({office.config.origin}),
        max_age=office.clock() - office.clock().replace(year=2000),
        role=frozenset({"access_steward", "decider"}),
        barred={},
    )
    wikis = frozen.operators.wikis
    means = Means(
        crew=Crew({name: frozen.operators.openers_for(name) for name in wikis}),  # type: ignore[misc]
        journal=journal,
        clock=office.clock,
        sleep=lambda _: None,
        alarm=lambda code, what, detail: None,
        patience=HASTE,
        lanes=1,
    )
    try:
        run(approved, means)
    except Killed:
        frozen.world.clock.go_on(minutes=30)


@pytest.mark.parametrize("rows", [0, 1, 3, 5])
def test_a_freeze_that_the_version_before_began_goes_on_where_its_journal_is(
    office: OfficeWorld, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    from holdfast.workflows.clocks.adopted_plans import CLOCK
    from holdfast.workflows.outbox_tasks import carry_out_rights

    frozen, proposal = signed_before(office, monkeypatch)
    begun_before(frozen, proposal, rows=rows)
    CLOCK.run(office.office, office.clock())
    monkeypatch.setattr(
        "holdfast.workflows.outbox_tasks.sweep.run_sweep",
        lambda office_, identity, **more: swept(office, identity, frozen.operators),
    )
    carry_out_rights.TASK(office.office, proposal, "")
    assert frozen.status(frozen.taking).ending == "finished"
    assert set(frozen.removals().values()) == {"removed"}
    for wiki in (frozen.east, frozen.west):
        assert [wiki.entries("rights", name) for name in (ANN, BEN)] == [1, 1]
    assert frozen.plans() == (frozen.taking,)


def test_what_the_version_before_carried_out_is_a_plan_like_every_other_and_reconciled(
    office: OfficeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    from holdfast.workflows.acting.reconcile import to_reconcile
    from holdfast.workflows.clocks.adopted_plans import CLOCK

    frozen, proposal = signed_before(office, monkeypatch)
    refusing(frozen.east, ANN)
    begun_before(frozen, proposal, rows=99)
    assert CLOCK.run(office.office, office.clock()) == ["1 plans of freezes and reviews kept as plans"]
    assert CLOCK.run(office.office, office.clock()) == []
    assert to_reconcile(office.office) == (frozen.taking,)
    held = frozen.status(frozen.taking).held
    assert [each.why for each in held] == ["refused"]
    frozen.decided(frozen.taking, held[0].id, "skip")
    assert frozen.swept().ending is Ending.FINISHED
    given_by_hand(frozen.west, BEN)
    assert frozen.differences(frozen.taking) == [("changed", BEN, "westwiki")]


def test_a_freeze_signed_by_somebody_who_has_lost_the_role_takes_nothing(office: OfficeWorld) -> None:
    from holdfast.store.office import members as store

    frozen = Frozen.by_two(office)
    store.set_roles(frozen.steward.member, ["auditor"], office.clock())
    with pytest.raises(CheckFailedError, match=r"approval\.role"):
        frozen.swept()
    assert frozen.east.log == []
