"""Appeals in a real office: links sealed, readers kept apart, outcomes told, logged, counted."""

import json
from datetime import timedelta

import pytest

from holdfast.appeals.appeal import Ineligible, Outcome, Standing
from holdfast.errors import CheckFailedError, HoldfastError, UsageError
from holdfast.facts import MemberId, StreamId
from store.offices import OfficeWorld
from workflows.case_steps import CaseWorld
from workflows.office_appeals import ACCOUNT, TEXT, AppealOffice, route


@pytest.fixture
def appeals(office: OfficeWorld) -> AppealOffice:
    return AppealOffice(office).in_force()


@pytest.mark.requirement("D4")
def test_the_link_tells_beforehand_what_holds_and_names_nobody(appeals: AppealOffice) -> None:
    offer = appeals.filing.open_link(appeals.world.office, appeals.token)
    assert (offer.kind, offer.can_be_worse, offer.language) == ("global_ban", False, "fa")
    assert ACCOUNT not in str(offer)


@pytest.mark.requirement("3.10")
def test_an_appeal_is_filed_and_its_receipt_shows_how_it_stands(appeals: AppealOffice) -> None:
    receipt = appeals.to_reader()
    found = appeals.filing.by_receipt(appeals.world.office, receipt.lower().replace("-", " "))
    assert (found.standing, found.outcome) == (Standing.ASSIGNED, None)
    appeals.decide(Outcome.UPHOLD)
    told = appeals.filing.by_receipt(appeals.world.office, receipt)
    assert told.outcome is Outcome.UPHOLD
    assert told.message["fa"] == "همه را خواندیم."  # type: ignore[index]
    assert appeals.appeal.read_appeal(appeals.world.office, appeals.reader.reader(), appeals.stream).state.told == (
        "receipt",
    )


def test_neither_link_nor_receipt_nor_text_lies_in_the_database(appeals: AppealOffice) -> None:
    receipt = appeals.file()
    data = b"".join(path.read_bytes() for path in appeals.world.folder.rglob("*") if path.is_file())
    for secret in (appeals.token, receipt, receipt.replace("-", ""), TEXT, ACCOUNT):
        assert secret.encode() not in data


def test_a_link_before_the_action_used_late_or_guessed_gets_one_and_the_same_answer(office: OfficeWorld) -> None:
    early = AppealOffice(office)
    refusals = []

    def refused(token: str) -> None:
        for step in (
            lambda: early.filing.open_link(office.office, token),
            lambda: early.filing.file(office.office, token, "text", "en"),
        ):
            with pytest.raises(CheckFailedError) as reason:
                step()
            refusals.append(str(reason.value))

    refused(early.token)
    early.in_force()
    early.filing.open_link(office.office, early.token)
    refused("0" * 40)
    refused("../../etc")
    refused("")
    early.prove(early.file())
    refused(early.token)
    late = AppealOffice(office, action="p-1f0c/002").in_force()
    office.clock.go_on(days=61)
    refused(late.token)
    assert len(set(refusals)) == 1
    assert refusals[0].startswith("appeal.link")


def test_nobody_reads_in_an_appeal_who_stands_in_a_plan_that_is_not_carried_out(office: OfficeWorld) -> None:
    appeals = AppealOffice(office)
    with pytest.raises(CheckFailedError, match=r"appeal\.not_in_force"):
        appeals.appeal.read_appeal(office.office, appeals.reader.reader(), appeals.stream)
    assert office.office.vault.holding("account", ACCOUNT) == []


def test_a_plan_prepared_anew_has_new_links_and_the_old_ones_open_nothing(office: OfficeWorld) -> None:
    first = AppealOffice(office)
    second = AppealOffice(office).in_force()
    assert first.token != second.token
    with pytest.raises(CheckFailedError, match=r"appeal\.link"):
        first.filing.open_link(office.office, first.token)
    assert second.filing.open_link(office.office, second.token).kind == "global_ban"
    with pytest.raises(CheckFailedError, match=r"appeal\.standing"):
        second.appeal.make_link(office.office, route(office))


@pytest.mark.requirement("3.11")
def test_who_decided_and_who_is_tied_to_them_never_reads_the_appeal(office: OfficeWorld) -> None:
    appeals = AppealOffice(office).in_force()
    tied = office.member("appeal_reader", linked_to=(appeals.decider.member,))
    appeals.file()
    for step in (
        lambda: appeals.appeal.find_eligible(office.office, tied.reader(), appeals.stream),
        lambda: appeals.appeal.refuse(
            office.office, tied.reader(), appeals.stream, Ineligible.NO_OBJECTION, "no objection"
        ),
    ):
        with pytest.raises(CheckFailedError, match=r"appeal\.barred.*tied"):
            step()
    with pytest.raises(CheckFailedError, match=r"access\.refused"):
        appeals.appeal.read_appeal(office.office, appeals.decider.reader(), appeals.stream)
    appeals.appeal.find_eligible(office.office, appeals.reader.reader(), appeals.stream)
    with pytest.raises(CheckFailedError, match=r"appeal\.barred"):
        appeals.appeal.assign(office.office, appeals.reader.reader(), appeals.stream, to=tied.member)
    appeals.appeal.assign(office.office, appeals.reader.reader(), appeals.stream)
    with pytest.raises(CheckFailedError, match=r"appeal\.not_yours"):
        appeals.appeal.decide(office.office, appeals.second.reader(), appeals.stream, Outcome.UPHOLD, "we read it")


@pytest.mark.requirement("3.11")
def test_who_worked_on_the_case_never_reads_the_appeal(office: OfficeWorld) -> None:
    from holdfast.workflows.cases.case import begin_case

    investigator = office.member("investigator", wiki_accounts=("Shared account",))
    case = begin_case(office.office, investigator.reader(), title="made up", wikis=["examplewiki"], marking="amber")
    appeals = AppealOffice(office, files=(f"case/{case}",)).in_force()
    twin = office.member("appeal_reader", wiki_accounts=("Shared account",))
    appeals.file()
    barred = appeals.appeal.barred_now(
        office.office, appeals.appeal.read_appeal(office.office, appeals.reader.reader(), appeals.stream).state
    )
    assert barred[investigator.member] == "worked on the case"
    with pytest.raises(CheckFailedError, match=r"appeal\.barred"):
        appeals.appeal.find_eligible(office.office, twin.reader(), appeals.stream)


@pytest.mark.requirement("3.14")
def test_an_overturned_action_is_restored_said_publicly_and_only_then_closed(appeals: AppealOffice) -> None:
    from holdfast.workflows.clocks.appeals import CLOCK
    from holdfast.workflows.clocks.outbox import CLOCK as OUTBOX

    office = appeals.world.office
    receipt = appeals.to_reader()
    appeals.decide(Outcome.OVERTURN)
    OUTBOX.run(office, office.clock())
    assert CLOCK.run(office, office.clock()) == ["1 outcomes stand in the public log"]
    assert not appeals.filing.by_receipt(office, receipt).restored
    assert appeals.standing == "decided"
    appeals.appeal.note_carried_out(office, appeals.stream, "sweep/p-1f0c")
    appeals.appeal.note_carried_out(office, appeals.stream, "sweep/p-1f0c")
    assert appeals.filing.by_receipt(office, receipt).restored
    assert appeals.standing == "closed"
    texts = "".join(path.read_text("utf-8", "replace") for path in (office.config.log_folder).rglob("text/*"))
    assert "The evidence was of another account." in texts
    assert ACCOUNT not in texts


def test_an_appeal_sent_back_is_closed_when_the_questions_are_answered(appeals: AppealOffice) -> None:
    from holdfast.workflows.clocks.appeals import CLOCK
    from holdfast.workflows.clocks.outbox import CLOCK as OUTBOX

    office = appeals.world.office
    receipt = appeals.to_reader()
    appeals.decide(Outcome.REMAND)
    appeals.filing.by_receipt(office, receipt)
    OUTBOX.run(office, office.clock())
    CLOCK.run(office, office.clock())
    assert appeals.standing == "decided"
    appeals.appeal.answer_remand(office, appeals.decider.reader(), appeals.stream)
    assert appeals.standing == "closed"


def test_the_queue_shows_what_was_filed_without_names(appeals: AppealOffice) -> None:
    receipt = appeals.file()
    page = appeals.appeal.list_appeals(appeals.world.office, appeals.reader.reader())
    assert {(line.state, line.sealed) for line in page.lines} == {("received", None), ("offered", None)}
    appeals.prove(receipt)
    page = appeals.appeal.list_appeals(appeals.world.office, appeals.reader.reader())
    assert {(line.state, line.tags) for line in page.lines} == {("received", ("account-proven",)), ("filed", ())}


def test_what_a_stranger_files_through_the_public_link_takes_nothing_from_the_person(appeals: AppealOffice) -> None:
    office, reader = appeals.world.office, appeals.reader.reader()
    appeals.file("Nonsense that a stranger sends.")
    nonsense = appeals.stream
    appeals.appeal.refuse(office, reader, nonsense, Ineligible.NOT_THE_PERSON, "this is not about you")
    receipt = appeals.file("It was not me.")
    appeals.prove(receipt)
    kept = appeals.appeal.read_appeal(office, reader, appeals.stream)
    assert (kept.standing, kept.state.is_proven) == (Standing.RECEIVED, True)
    (other,) = appeals.appeal.beside(office, kept)
    assert (other.stream, other.tags) == (nonsense, ("outcome-ineligible",))
    assert appeals.filing.by_receipt(office, receipt).proven


def test_two_filings_stand_side_by_side_whichever_is_decided_first(appeals: AppealOffice) -> None:
    office, reader = appeals.world.office, appeals.reader.reader()
    receipt = appeals.file("It was not me.")
    mine = appeals.stream
    appeals.file("Nonsense that a stranger sends.")
    appeals.prove(receipt)
    appeals.appeal.find_eligible(office, reader, appeals.stream)
    appeals.appeal.assign(office, reader, appeals.stream)
    appeals.decide(Outcome.UPHOLD)
    assert appeals.appeal.read_appeal(office, reader, mine).standing is Standing.RECEIVED
    shown = appeals.appeal.read_appeal(office, reader, appeals.stream)
    assert [each.tags for each in appeals.appeal.beside(office, shown)] == [("account-proven",)]


def test_a_new_link_is_made_in_every_state_and_what_was_filed_stays(appeals: AppealOffice) -> None:
    office, reader = appeals.world.office, appeals.reader.reader()

    def opens(url: str) -> None:
        assert appeals.filing.open_link(office, url.rstrip("/").rpartition("/")[2])

    receipt = appeals.to_reader()
    opens(appeals.appeal.renew_link(office, reader, appeals.stream, None))
    appeals.prove(receipt)
    opens(appeals.appeal.renew_link(office, reader, appeals.stream, None))
    appeals.decide(Outcome.UPHOLD)
    appeals.url = appeals.appeal.renew_link(office, reader, appeals.stream, None)
    first = appeals.stream
    appeals.file("There is something new.")
    assert appeals.appeal.read_appeal(office, reader, first).state.decided is not None
    assert appeals.standing == "received"


def test_an_old_filing_in_the_stream_of_its_route_is_read_as_it_was_and_gets_a_new_link(office: OfficeWorld) -> None:
    from holdfast.appeals.links import make_receipt
    from holdfast.facts import SYSTEM, Fact

    appeals, receipt = AppealOffice(office).in_force(), make_receipt(bytes(20))
    reader, stream = appeals.reader.reader(), appeals.stream
    body = {"text": "no", "language": "en", "told_can_be_worse": False, "receipt_sha256": receipt.sha256}
    kept = appeals.appeal.open_kept(office.office, reader, stream, "test")
    old = [Fact(type="received", at=office.clock(), by=SYSTEM, body=body)]
    appeals.appeal.append_to(office.office, reader, kept, old, purpose="test")
    with pytest.raises(CheckFailedError, match=r"appeal\.link"):
        appeals.filing.open_link(office.office, appeals.token)
    answer = appeals.filing.by_receipt(office.office, receipt.text)
    assert (answer.standing, answer.save_code, answer.proven) == (Standing.RECEIVED, "", False)
    appeals.url = appeals.appeal.renew_link(office.office, reader, stream, None)
    appeals.prove(appeals.file())
    (other,) = appeals.appeal.beside(office.office, appeals.appeal.read_appeal(office.office, reader, appeals.stream))
    assert other.stream == stream


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"account": "Somebody else"}, "another account"),
        ({"text": "Hello."}, "does not stand"),
        ({"text_before": "a stranger left CODE here"}, "before this edit"),
        ({"hours_before": 1}, "older"),
    ],
)
def test_an_account_is_proven_by_nothing_but_its_own_edit_that_brings_the_code(
    appeals: AppealOffice, other: dict[str, object], why: str
) -> None:
    receipt = appeals.file()
    code = appeals.filing.by_receipt(appeals.world.office, receipt).save_code
    given = {name: value.replace("CODE", code) for name, value in other.items() if isinstance(value, str)}
    if "hours_before" in other:
        given["at"] = appeals.world.clock() - timedelta(hours=1)  # type: ignore[assignment]
    with pytest.raises(CheckFailedError, match=rf"appeal\.not_proven.*{why}"):
        appeals.prove(receipt, **given)
    assert not appeals.filing.by_receipt(appeals.world.office, receipt).proven
    assert appeals.filing.open_link(appeals.world.office, appeals.token)
    appeals.prove(receipt, account=ACCOUNT.replace(" ", "_"))
    assert appeals.filing.by_receipt(appeals.world.office, receipt).save_code == ""


def test_what_a_stranger_files_never_makes_it_worse(office: OfficeWorld) -> None:
    from dataclasses import replace

    config = replace(office.office.config, no_worse_on_own_appeal=False)
    office.office = replace(office.office, place=replace(office.office.place, config=config))
    appeals = AppealOffice(office, can_be_worse=True).in_force()
    receipt = appeals.to_reader()
    harder = {"new_measure": "a lock", "measure": {"kind": "global_lock"}}
    with pytest.raises(CheckFailedError, match=r"appeal\.worse.*nobody knows"):
        appeals.decide(Outcome.CHANGE, **harder)
    appeals.prove(receipt)
    appeals.decide(Outcome.CHANGE, **harder)


@pytest.mark.requirement("D4")
@pytest.mark.parametrize("measure", [{"kind": "global_lock"}, {"kind": "global_ban"}, {"kind": "no such"}, {}])
def test_what_holds_instead_is_compared_and_a_harder_one_is_refused(
    appeals: AppealOffice, measure: dict[str, str]
) -> None:
    appeals.to_reader()
    with pytest.raises(HoldfastError, match=r"appeal\.(worse|measure)"):
        appeals.decide(Outcome.CHANGE, measure=measure)
    assert appeals.standing == "assigned"


def test_a_lost_link_is_replaced_by_a_reader(appeals: AppealOffice) -> None:
    office = appeals.world.office
    fresh = appeals.appeal.renew_link(office, appeals.reader.reader(), appeals.stream, None)
    with pytest.raises(CheckFailedError, match=r"appeal\.link"):
        appeals.file()
    assert appeals.filing.open_link(office, fresh.rstrip("/").rpartition("/")[2]).until is None


def test_the_clock_says_when_an_outcome_is_owed(appeals: AppealOffice) -> None:
    from holdfast.store.office.audit_rows import open_alarms
    from holdfast.workflows.clocks.appeals import CLOCK

    appeals.file()
    appeals.world.clock.go_on(days=29)
    assert CLOCK.run(appeals.world.office, appeals.world.clock()) == []
    appeals.world.clock.go_on(days=2)
    assert CLOCK.run(appeals.world.office, appeals.world.clock()) == ["1 appeals are past the day of their outcome"]
    assert [each.code for each in open_alarms()] == ["clock due"]


def no_appeal(world: OfficeWorld) -> tuple[object, object]:
    from holdfast.workflows.appeals import no_appeal

    legal, decider = world.member("legal"), world.member("decider")
    stream = no_appeal.begin(
        world.office,
        route(world, until=None, barred={decider.member: "decider"}),
        legal_ground="an order of a court",
        may_lift="legal",
        until=world.clock() + timedelta(days=90),
        signers=frozenset({legal.member, decider.member}),
        by=legal.member,
    )
    return stream, legal


@pytest.mark.requirement("D2")
def test_a_no_that_is_not_signed_again_lapses_and_can_be_appealed(office: OfficeWorld) -> None:
    from holdfast.workflows.appeals import appeal
    from holdfast.workflows.appeals import filing as appeal_filing
    from holdfast.workflows.clocks.appeals import CLOCK

    no_appeal(office)
    assert CLOCK.run(office.office, office.clock()) == []
    office.clock.go_on(days=91)
    assert CLOCK.run(office.office, office.clock()) == ["1 actions can be appealed again"]
    assert CLOCK.run(office.office, office.clock()) == []
    reader = office.member("appeal_reader")
    url = appeal.renew_link(office.office, reader.reader(), appeal.stream_for("p-1f0c/001"), None)
    assert appeal_filing.file(office.office, url.rstrip("/").rpartition("/")[2], "It was not me.", "en")


@pytest.mark.requirement("D2")
def test_a_no_is_signed_again_by_two_people_of_whom_one_is_new(office: OfficeWorld) -> None:
    from holdfast.workflows.appeals import no_appeal as nos

    stream, legal = no_appeal(office)
    new = office.member("decider")
    until = office.clock() + timedelta(days=200)
    proposal = nos.propose_again(office.office, legal.reader(), stream, until)  # type: ignore[attr-defined,arg-type]
    office.approve(proposal, legal, new)  # type: ignore[arg-type]
    assert str(office.carry_out(proposal, new)) == f"no-appeal/{stream.id}"  # type: ignore[attr-defined]
    state, _ = nos.read_no(office.office, legal.reader(), stream)  # type: ignore[attr-defined,arg-type]
    assert state.until == until
    assert state.signers[-1] == {legal.member, new.member}  # type: ignore[attr-defined]


@pytest.mark.requirement("D2")
def test_the_noes_of_a_plan_are_kept_once_with_those_who_signed_it(office: OfficeWorld) -> None:
    from types import SimpleNamespace as Made

    from holdfast.actions.plans.grounds import Appeal
    from holdfast.workflows.appeals import no_appeal as nos

    legal, decider = office.member("legal"), office.member("decider")
    day = (office.clock() + timedelta(days=100)).date()
    no = Appeal(appealable=False, legal_ground="an order of a court", may_lift="legal", sign_again_by=day)
    action = Made(kind="global_ban", target=ACCOUNT, wikis=("examplewiki",))
    yes = Appeal(appealable=True, body="appeal reader")
    actions = [
        Made(id="p-9/001", action=action, appeal=no, language="en"),
        Made(id="p-9/002", action=action, appeal=yes, language="en"),
        Made(id="p-9/003", action=action, appeal=None, language="en"),
    ]
    plan = Made(id="p-9", actions=actions, reference="")
    signers = frozenset({legal.member, decider.member})
    assert nos.begin_for_plan(office.office, plan, signers, {decider.member: "decider"}) == 1  # type: ignore[arg-type]
    assert nos.begin_for_plan(office.office, plan, signers, {}) == 0  # type: ignore[arg-type]
    state, _ = nos.read_no(office.office, legal.reader(), nos.stream_for("p-9/001"))
    assert state.signers == (signers,)
    assert state.until.date() == day


@pytest.mark.requirement("3.13")
def test_a_case_is_not_destroyed_while_what_rests_on_it_can_be_appealed(office: OfficeWorld) -> None:
    from holdfast.workflows.clocks.appeals import CLOCK
    from holdfast.workflows.clocks.outbox import CLOCK as OUTBOX

    case = StreamId(kind="case", id="c1")
    appeals = AppealOffice(office, files=("case/c1",))
    appeals.appeal.check_evidence_free(office.office, case)
    appeals.in_force()
    for days in (0, 100):
        office.clock.go_on(days=days)
        with pytest.raises(CheckFailedError, match=r"appeal\.evidence_held"):
            appeals.appeal.check_evidence_free(office.office, case)
    office.clock.go_on(days=60)
    appeals.appeal.check_evidence_free(office.office, case)
    other = AppealOffice(office, action="p-1f0c/002", files=("case/c2",)).in_force()
    receipt = other.file()
    other.prove(receipt)
    reader = other.reader.reader()
    other.appeal.refuse(office.office, reader, other.stream, Ineligible.RAN_OUT, "it has ended")
    other.filing.by_receipt(office.office, receipt)
    with pytest.raises(CheckFailedError, match=r"appeal\.evidence_held"):
        other.appeal.check_evidence_free(office.office, StreamId(kind="case", id="c2"))
    OUTBOX.run(office.office, office.clock())
    CLOCK.run(office.office, office.clock())
    office.clock.go_on(days=91)
    other.appeal.check_evidence_free(office.office, StreamId(kind="case", id="c2"))


def closed_case(office: OfficeWorld) -> CaseWorld:
    """A closed case without a decision, which nothing but an appeal keeps from being destroyed."""
    case = CaseWorld(office=office, investigator=office.member("investigator"), decider=office.member("decider"))
    case.begin()
    case.write("closed", why="nothing more to do")
    return case


@pytest.mark.requirement("3.13")
def test_nobody_can_ask_in_the_console_to_destroy_what_an_appeal_rests_on(office: OfficeWorld) -> None:
    case = closed_case(office)
    appeals = AppealOffice(office, files=(f"case/{case.id}",)).in_force()
    asked = {"why": "its time is over"}
    refused = case.investigator.client().post(f"/cases/{case.id}/destroy/", asked)
    assert (refused.status_code, "appeal.evidence_held" in refused.content.decode()) == (409, True)
    assert office.office.vault.count("proposal-case-destruction") == 0
    office.clock.go_on(days=59)
    receipt = appeals.file()
    office.clock.go_on(days=400)
    assert case.investigator.client().post(f"/cases/{case.id}/destroy/", asked).status_code == 409
    appeals.prove(receipt, at=office.clock())
    assert case.investigator.client().post(f"/cases/{case.id}/destroy/", asked).status_code == 409


@pytest.mark.requirement("3.13")
def test_two_custodians_do_not_destroy_what_can_be_appealed_since_they_were_asked(office: OfficeWorld) -> None:
    from holdfast.workflows.cases.case import read_case

    case = closed_case(office)
    appeals = AppealOffice(office, files=(f"case/{case.id}",))
    put = case.investigator.client().post(f"/cases/{case.id}/destroy/", {"why": "its time is over"})
    assert put.status_code == 302
    stream = StreamId(kind="proposal-case-destruction", id=put["Location"].split("/")[3])
    custodians = office.member("custodian"), office.member("custodian")
    office.approve(stream, *custodians)
    appeals.in_force()
    with pytest.raises(CheckFailedError, match=r"appeal\.evidence_held"):
        office.carry_out(stream, custodians[0])
    read_case(office.office, case.investigator.reader(), case.id, purpose="test")


@pytest.mark.requirement("4.9")
def test_the_public_table_is_made_from_the_appeals_and_logged(appeals: AppealOffice) -> None:
    from holdfast.workflows.appeals import table as appeal_table
    from holdfast.workflows.clocks.outbox import CLOCK as OUTBOX

    world = appeals.world
    appeals.to_reader()
    appeals.decide(Outcome.UPHOLD)
    with pytest.raises(UsageError, match=r"table\.not_over"):
        appeal_table.publish(world.office, appeals.reader.reader())
    world.clock.go_on(days=60)
    other = AppealOffice(world, action="p-1f0c/002").in_force()
    other.file()
    table = appeal_table.appeal_table(world.office)
    assert [(row.received, row.ratified, row.total, row.open_at_end) for row in table.rows] == [(1, 1, 1, 0)]
    appeal_table.publish(world.office, appeals.reader.reader())
    OUTBOX.run(world.office, world.clock())
    paths = appeal_table.write_files(world.office, world.folder / "out")
    for path in paths:
        assert ACCOUNT not in path.read_text("utf-8")
    value = json.loads(paths[0].read_bytes())
    assert value["appeals"]["whole"]["ratified"] == 1
    assert value["seals"]["sealed"] == 0
    with world.office.log() as log:
        kinds = [log.prove(index).entry.kind for index in range(log.next_index)]
    assert kinds.count("figure") == 9


@pytest.mark.parametrize("role", ["investigator", "decider", "legal", "auditor", "operator", "custodian"])
def test_nobody_but_a_reader_of_appeals_opens_one(appeals: AppealOffice, role: str) -> None:
    other = appeals.world.member(role).reader()
    office = appeals.world.office
    for step in (
        lambda: appeals.appeal.read_appeal(office, other, appeals.stream),
        lambda: appeals.appeal.find_eligible(office, other, appeals.stream),
        lambda: appeals.appeal.renew_link(office, other, appeals.stream, None),
    ):
        with pytest.raises(HoldfastError, match=r"access\.refused"):
            step()


def test_putting_in_force_twice_is_once_and_needs_no_appeal(office: OfficeWorld) -> None:
    appeals = AppealOffice(office)
    assert appeals.appeal.put_in_force(office.office, "p-1f0c", appeals.barred) == 1
    assert appeals.appeal.put_in_force(office.office, "p-1f0c", {}) == 0
    assert appeals.appeal.put_in_force(office.office, "p-other", {MemberId("m-1"): "decider"}) == 0
