"""Cases in the office: sealed, read only with a fresh passkey, closed to some, matched blindly, destroyed by two."""

import pytest

from holdfast.errors import CheckFailedError, HoldfastError
from store.offices import OfficeWorld
from workflows.case_steps import case_world


def read(office: OfficeWorld, reader: object, case_id: str):  # type: ignore[no-untyped-def]
    from holdfast.workflows.cases.case import read_case

    return read_case(office.office, reader, case_id)  # type: ignore[arg-type]


def test_a_case_is_worked_on_and_decided_through_the_office(office: OfficeWorld) -> None:
    world = case_world(office)
    world.begin()
    world.make_ready()
    world.decide()
    opened = read(office, world.decider.reader(), world.id)
    assert opened.seen.stage == "decided"
    from holdfast.workflows.cases.case import list_cases

    plain = list_cases(office.office, world.investigator.reader())
    assert [(line.state, line.sealed) for line in plain.lines] == [("decided", None)]
    titled = list_cases(office.office, world.investigator.reader(), titles=True)
    assert [line.sealed for line in titled.lines] == [{"title": "A simulated case"}]


def test_a_case_opens_only_with_a_fresh_passkey(office: OfficeWorld) -> None:
    world = case_world(office)
    world.begin()
    for reader in (world.investigator.reader(fresh=False), world.investigator.reader(passkey=False)):
        with pytest.raises(CheckFailedError, match=r"access\.refused"):
            read(office, reader, world.id)
    for role in ("operator", "auditor", "custodian", "access_steward"):
        with pytest.raises(CheckFailedError, match=r"access\.refused"):
            read(office, office.member(role).reader(), world.id)


@pytest.mark.requirement("2.2")
def test_a_denied_member_finds_no_way_to_the_case(office: OfficeWorld) -> None:
    world = case_world(office)
    world.begin()
    other = office.member("investigator")
    read(office, other.reader(), world.id)
    world.write("reader denied", member=other.member, why="a friend of a party")
    with pytest.raises(CheckFailedError, match=r"access\.refused"):
        read(office, other.reader(), world.id)
    from holdfast.workflows.cases.case import list_cases

    titled = list_cases(office.office, other.reader(), titles=True)
    assert [line.sealed for line in titled.lines] == [None]
    world.write("denial lifted", world.decider, member=other.member, why="a namesake")
    read(office, other.reader(), world.id)


@pytest.mark.requirement("3.7")
def test_a_member_who_is_a_party_or_near_one_is_recused_by_computation(office: OfficeWorld) -> None:
    world = case_world(office)
    party = office.member("decider", wiki_accounts=("Simulated_suspect",))
    near = office.member("decider", wiki_accounts=("Simulated friend",))
    companion = office.member("investigator", wiki_accounts=("Simulated companion",))
    world.begin("an earlier case")
    world.write("person added", account="Simulated companion", roles=["witness"])
    world.write("person added", account="Simulated suspect", roles=["witness"])
    world.begin()
    case = world.write("person added", account="simulated suspect", roles=["suspect"])
    assert case.readers.recused == {
        party.member: "party to the case",
        companion.member: "near a party: same_case",
    }
    from holdfast.cases.recusal import Edge, Why
    from holdfast.workflows.cases.case import recuse

    edge = Edge(one="Simulated friend", other="Simulated suspect", why=Why.CO_ACTION)
    assert recuse(office.office, world.investigator.reader(), world.id, [edge]) == 1
    for each in (party, near, companion):
        with pytest.raises(CheckFailedError, match=r"access\.refused"):
            read(office, each.reader(), world.id)


@pytest.mark.requirement("2.7")
def test_another_case_that_holds_an_account_is_counted_and_not_opened(office: OfficeWorld) -> None:
    from holdfast.workflows.cases.case import other_cases_holding

    world = case_world(office)
    world.begin()
    world.write("person added", account="Simulated_one", roles=["suspect"])
    first = world.id
    world.begin()
    case = world.write("person added", account="Simulated one", roles=["witness"])
    world.write("person added", account="Simulated two", roles=["witness"])
    before = office.office.vault.audit.head().size
    assert other_cases_holding(office.office, world.id, case) == {"p1": 1}
    assert office.office.vault.audit.head().size == before
    assert first != world.id


@pytest.mark.requirement("2.4")
def test_the_bytes_of_evidence_come_back_unchanged_and_each_opening_is_in_the_chain(office: OfficeWorld) -> None:
    from holdfast.workflows.cases.files import evidence_bytes

    world = case_world(office)
    world.begin()
    world.write("source recorded", kind="public_record", text="the history")
    world.take(b"\x00raw bytes", source="s1", kind="conduct")
    world.take(b"a crop", original="e1")
    reader = office.member("appeal_reader").reader()
    assert evidence_bytes(office.office, reader, world.id, "e1") == b"\x00raw bytes"
    seen = read(office, world.investigator.reader(), world.id).seen
    assert [each.act.value for each in seen.evidence["e1"].custody] == ["taken", "copied", "opened"]
    assert seen.evidence["e1"].custody[-1].by == reader.member
    assert seen.evidence["e2"].original == "e1"
    with pytest.raises(HoldfastError, match=r"case\.evidence\.size"):
        world.take(b"", source="s1", kind="conduct")


@pytest.mark.requirement("2.3")
def test_a_case_is_destroyed_by_two_custodians_who_wrote_nothing_in_it(office: OfficeWorld) -> None:
    from holdfast.workflows.office.propose import propose
    from holdfast.workflows.proposals.case_destruction import what_to_destroy

    world = case_world(office)
    world.begin("Canary title")
    world.write("closed", why="nothing in it")
    custodians = office.member("custodian"), office.member("custodian")
    what = what_to_destroy(office.office, world.id, "its time is over")
    stream = propose(office.office, world.investigator.reader(), "case-destruction", what)
    with pytest.raises(CheckFailedError):
        world.investigator.sign(stream)
    office.approve(stream, custodians[0])
    with pytest.raises(CheckFailedError, match=r"approval\."):
        office.carry_out(stream, custodians[0])
    office.approve(stream, custodians[1])
    assert str(office.carry_out(stream, custodians[0])) == "proposal"
    with pytest.raises(HoldfastError, match=r"office\.stream\.erased"):
        read(office, world.investigator.reader(), world.id)


def test_a_case_that_was_worked_on_meanwhile_is_not_destroyed(office: OfficeWorld) -> None:
    from holdfast.workflows.office.propose import propose
    from holdfast.workflows.proposals.case_destruction import what_to_destroy

    world = case_world(office)
    world.begin()
    world.write("closed", why="nothing in it")
    what = what_to_destroy(office.office, world.id, "its time is over")
    stream = propose(office.office, world.investigator.reader(), "case-destruction", what)
    custodians = office.member("custodian"), office.member("custodian")
    office.approve(stream, *custodians)
    office.clock.go_on(minutes=1)
    world.write("reopened", why="something new")
    world.write("closed", why="nothing after all")
    with pytest.raises(CheckFailedError, match=r"case\.destroy\.moved"):
        office.carry_out(stream, custodians[0])
    read(office, world.investigator.reader(), world.id)


@pytest.mark.requirement("2.17")
def test_the_clock_finds_idle_cases_and_closes_those_that_nobody_renews(office: OfficeWorld) -> None:
    from holdfast.workflows.clocks.idle_cases import CLOCK

    world = case_world(office)
    renewed, left = world.begin(), world.begin()
    assert CLOCK.run(office.office, office.clock.go_on(days=59)) == []
    assert CLOCK.run(office.office, office.clock.go_on(days=1, minutes=1)) == ["2 cases fell idle"]
    assert CLOCK.run(office.office, office.clock()) == []
    world.id = renewed
    world.write("renewed", why="a page is still to be read")
    assert CLOCK.run(office.office, office.clock.go_on(days=14, minutes=1)) == ["1 idle cases closed"]
    assert read(office, world.investigator.reader(), left).seen.stage == "closed"
    assert read(office, world.investigator.reader(), renewed).seen.stage == "triage"


def test_the_clock_closes_no_case_in_which_somebody_is_owed_something(office: OfficeWorld) -> None:
    from holdfast.store.office.audit_search import alarm_rows
    from holdfast.workflows.clocks.idle_cases import CLOCK

    world = case_world(office)
    world.begin()
    world.write("person added", account="Simulated suspect", roles=["suspect"])
    assert CLOCK.run(office.office, office.clock.go_on(days=61)) == ["1 cases fell idle"]
    called = ["1 idle cases owe something to people: people are called"]
    assert CLOCK.run(office.office, office.clock.go_on(days=15)) == called
    assert CLOCK.run(office.office, office.clock()) == []
    assert read(office, world.investigator.reader(), world.id).seen.stage == "triage"
    assert [row.place for row in alarm_rows(seen=False, limit=9)] == [f"case/{world.id}"]
    world.write("renewed", why="the person is heard next week")


@pytest.mark.requirement("2.15")
def test_an_auditor_opens_the_names_of_workers_on_a_ground_and_nothing_else(office: OfficeWorld) -> None:
    from holdfast.workflows.cases.files import open_names

    world = case_world(office)
    world.begin()
    auditor = office.member("auditor")
    found = open_names(office.office, auditor.reader(), world.id, "a complaint about a worker")
    assert found["worker 1"] == world.investigator.member
    with pytest.raises(CheckFailedError, match=r"access\.refused"):
        open_names(office.office, world.decider.reader(), world.id, "curious")
    opened = read(office, world.investigator.reader(), world.id).seen.readers.names_opened
    assert [each.by for each in opened] == [auditor.member]


@pytest.mark.requirement("D11")
def test_a_redacted_file_is_made_for_its_audience_and_is_an_export(office: OfficeWorld) -> None:
    from holdfast.workflows.cases.files import redacted_file

    world = case_world(office)
    world.begin("Canary title")
    world.make_ready()
    world.decide()
    found = redacted_file(office.office, world.investigator.reader(), world.id, "subject", "p1")
    assert b"Canary" not in found.to_bytes()
    assert found.document["decision"]["grounds"][0]["rule"] == "UCoC 3.1"
    with pytest.raises(CheckFailedError, match=r"access\.refused"):
        redacted_file(office.office, office.member("legal").reader(), world.id, "public", None)
    with pytest.raises(HoldfastError, match=r"case\.file\.audience"):
        redacted_file(office.office, world.investigator.reader(), world.id, "press", None)


@pytest.mark.requirement("1.13")
def test_an_open_case_postpones_no_notice_of_a_look_up(office: OfficeWorld) -> None:
    """The other side, that a custodian's seal does until its end date, is in test_exposure_office.py."""
    from access.checkuser_logs import entry
    from holdfast.store.office.audit_rows import open_alarms
    from holdfast.workflows.clocks.look_up_notices import CLOCK
    from workflows.test_exposure_office import PERSON, at, take_in

    world = case_world(office)
    world.begin()
    world.write("person added", account=str(PERSON), roles=["suspect"])
    take_in(office, office.member("access_steward"), entry(timestamp=at(1)))
    office.clock.go_on(days=89)
    assert len(CLOCK.run(office.office, office.clock())) == 1
    assert [each.code for each in open_alarms()] == ["clock due"]


def test_one_account_in_two_spellings_is_one_person_of_the_case(office: OfficeWorld) -> None:
    world = case_world(office)
    world.begin()
    world.write("person added", account="Simulated one", roles=["suspect"])
    with pytest.raises(CheckFailedError, match=r"case\.people\.twice"):
        world.write("person added", account="User:simulated_one", roles=["witness"])
