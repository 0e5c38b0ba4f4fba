"""A freeze in an office: signed by two, done in one transaction, reviewed, and given back."""

from pathlib import Path
from typing import Any

import pytest

from holdfast.access.freezes.freeze import FreezeState
from holdfast.access.freezes.order import Scope
from holdfast.access.freezes.review import Outcome, ReviewState
from holdfast.access.rules.rule_book import RuleBook
from holdfast.errors import CheckFailedError, InputRefusedError
from store.offices import NOON, OfficeWorld

HEAD = (
    "account,wiki,wiki_language,right,grant_begins,agreement_version,agreement_signed,"
    "jurisdiction,jurisdiction_source,jurisdiction_date\n"
)
J1 = Scope(rights=frozenset({"checkuser"}), jurisdictions=frozenset({"J1"}))


def row(account: str, place: str, right: str = "checkuser", wiki: str = "enwiki") -> str:
    return f"{account},{wiki},en,{right},2020-01-01,3,2019-12-01,{place},own statement,2019-12-01\n"


def filled(office: OfficeWorld, tmp_path: Path, *rows: str) -> Any:
    """An access steward, and a register of these rows."""
    from holdfast.workflows.access.register import import_file

    steward = office.member("access_steward")
    path = tmp_path / "register.csv"
    lines = rows or (
        row("Simulated Ann", "J1"),
        row("Simulated Ben", "J1"),
        row("Simulated Cy", "J2"),
        row("Simulated Dee", "J1", "oversight"),
    )
    path.write_text(HEAD + "".join(lines), "utf-8")
    import_file(office.office, steward.reader(), path, "csv", wiki="", version="")
    return steward


def register(office: OfficeWorld) -> Any:
    from holdfast.access.rules.console_rules import Because
    from holdfast.store.office.vault import Reader
    from holdfast.workflows.access.register import load

    return load(office.office, Reader.of_the_office(Because.BOOKS), purpose="a test").register


def frozen(office: OfficeWorld, steward: Any, scope: Scope = J1) -> Any:
    """A freeze that the steward proposed, and the steward and a decider signed."""
    from holdfast.workflows.freezes.freeze import propose_freeze
    from holdfast.workflows.freezes.holding import read_freeze

    decider = office.member("decider")
    proposal = propose_freeze(office.office, steward.reader(), scope, reason="coercion feared")
    office.approve(proposal, steward, decider)
    address = office.carry_out(proposal, decider)
    return read_freeze(office.office, steward.reader(), address.id), decider


def test_importing_twice_into_the_office_adds_nothing(office: OfficeWorld, tmp_path: Path) -> None:
    from holdfast.workflows.access.register import import_file

    steward = filled(office, tmp_path)
    again = import_file(office.office, steward.reader(), tmp_path / "register.csv", "csv", wiki="", version="")
    assert again.found.facts == {}
    assert sorted(each.account for each in register(office).people.values()) == [
        "Simulated Ann", "Simulated Ben", "Simulated Cy", "Simulated Dee",
    ]  # fmt: skip


def test_the_preview_says_what_would_happen_and_counts_whom_it_shows(office: OfficeWorld, tmp_path: Path) -> None:
    from holdfast.store.office.models import ReadCount
    from holdfast.workflows.freezes.freeze import preview

    steward = filled(office, tmp_path)
    found = preview(office.office, steward.reader(), J1, reason="r")
    assert sorted(found.accounts.values()) == ["Simulated Ann", "Simulated Ben"]
    assert found.by_wiki == (("enwiki", "checkuser", 2),)
    assert [(each.wiki, each.after) for each in found.answer.few_holders] == [("enwiki", 1)]
    assert ReadCount.objects.filter(member=steward.member, kind="person").count() == 2


def test_one_transaction_freezes_opens_reviews_and_promises_the_rest(office: OfficeWorld, tmp_path: Path) -> None:
    from holdfast.store.office.models import LogEntryRow, OutboxRow

    steward = filled(office, tmp_path)
    freeze, _ = frozen(office, steward)
    assert freeze.state is FreezeState.IN_FORCE
    now = register(office)
    held = {person.account for person in now.people.values() if person.holds}
    assert held == {"Simulated Ann", "Simulated Ben"}
    assert office.office.vault.count("review", state="open") == 2
    assert sorted(OutboxRow.objects.values_list("task", flat=True)) == ["log entry"]  # no operators: nothing planned
    entry = LogEntryRow.objects.get()
    assert (entry.kind, entry.is_sealed) == ("freeze", True)
    assert [each.jurisdiction for each in now.restrictions] == ["J1"]


def test_a_freeze_takes_two_people(office: OfficeWorld, tmp_path: Path) -> None:
    from holdfast.workflows.freezes.freeze import propose_freeze

    steward = filled(office, tmp_path)
    proposal = propose_freeze(office.office, steward.reader(), J1, reason="r")
    assert proposal.kind == "proposal-freeze"
    office.approve(proposal, steward)
    with pytest.raises(CheckFailedError, match=r"approval\.too_few"):
        office.carry_out(proposal, steward)
    assert office.office.vault.count("freeze") == 0


def test_a_register_that_changed_after_the_first_signature_stops_it(office: OfficeWorld, tmp_path: Path) -> None:
    from holdfast.workflows.freezes.freeze import propose_freeze

    steward, decider = filled(office, tmp_path), office.member("decider")
    proposal = propose_freeze(office.office, steward.reader(), J1, reason="r")
    office.approve(proposal, steward, decider)
    (tmp_path / "more").mkdir()
    filled(office, tmp_path / "more", row("Simulated Eve", "J1"))
    with pytest.raises(CheckFailedError, match=r"access\.freeze\.stale"):
        office.carry_out(proposal, decider)
    assert office.office.vault.count("review") == 0
    assert not any(person.holds for person in register(office).people.values())


def test_members_among_those_frozen_lose_their_sessions_at_once_and_cannot_sign(
    office: OfficeWorld, tmp_path: Path
) -> None:
    from holdfast.store.office.models import Session
    from holdfast.workflows.freezes.freeze import propose_freeze

    ann = office.member("decider", wiki_accounts=("Simulated Ann",))
    ann.client()
    steward = filled(office, tmp_path)
    proposal = propose_freeze(office.office, steward.reader(), J1, reason="r")
    with pytest.raises(CheckFailedError, match=r"approval\.barred"):
        ann.sign(proposal)
    decider = office.member("decider")
    decider.client()
    office.approve(proposal, steward, decider)
    office.carry_out(proposal, decider)
    assert not Session.objects.filter(member=ann.member).exists()
    assert Session.objects.filter(member=decider.member).exists()
    assert ann.reader().suspended


def decided(office: OfficeWorld, freeze: Any, first: Any, second: Any, outcome: Outcome) -> str:
    """One review of a freeze, decided by two readers; gives the account."""
    from holdfast.workflows.freezes.review import propose_outcome, read_review, statement

    number = sorted(freeze.reviews.values())[0].id
    statement(office.office, first.reader(), number, text="I am safe here.")
    proposal = propose_outcome(
        office.office, first.reader(), number, outcome=outcome, reason="seen", reason_code="SAFE"
    )
    office.approve(proposal, first, second)
    office.carry_out(proposal, second)
    found = read_review(office.office, first.reader(), number)
    assert (found.review.state, found.review.outcome) == (ReviewState.DECIDED, outcome)
    return found.account


@pytest.mark.requirement("1.7")
@pytest.mark.parametrize("outcome", [Outcome.RESTORE, Outcome.EXEMPT])
def test_a_review_gives_back_what_was_taken_from_one_and_leaves_the_other(
    office: OfficeWorld, tmp_path: Path, outcome: Outcome
) -> None:
    steward = filled(office, tmp_path)
    freeze, decider = frozen(office, steward)
    account = decided(office, freeze, steward, decider, outcome)
    now = office.office.clock()
    held = {
        person.account
        for person in register(office).people.values()
        if any(hold.stands_at(now) for hold in person.holds)
    }
    assert held == {"Simulated Ann", "Simulated Ben"} - {account}
    exempt = {person.account for person in register(office).people.values() if person.exemptions}
    assert exempt == ({account} if outcome is Outcome.EXEMPT else set())


def test_a_kept_freeze_stays_and_is_reviewed_again_by_the_clock(office: OfficeWorld, tmp_path: Path) -> None:
    from holdfast.workflows.tick import tick

    steward = filled(office, tmp_path)
    freeze, decider = frozen(office, steward)
    decided(office, freeze, steward, decider, Outcome.KEEP)
    vault = office.office.vault
    tick(office.office)
    assert vault.count("review", state="open") == 1
    office.clock.go_on(days=91)
    tick(office.office)
    tick(office.office)
    assert vault.count("review", state="open") == 2


@pytest.mark.requirement("1.7")
def test_a_late_review_raises_an_alarm(office: OfficeWorld, tmp_path: Path) -> None:
    from holdfast.store.office.models import AlarmRow
    from holdfast.workflows.tick import tick

    frozen(office, filled(office, tmp_path))
    tick(office.office)
    assert not AlarmRow.objects.filter(code="clock due").exists()
    office.clock.go_on(days=31)
    tick(office.office)
    assert AlarmRow.objects.filter(code="clock due", place__startswith="review").count() == 2


@pytest.mark.requirement("1.7")
def test_the_second_reader_can_send_a_proposal_back(office: OfficeWorld, tmp_path: Path) -> None:
    from holdfast.workflows.freezes.review import propose_outcome, read_review, sent_back
    from holdfast.workflows.office.propose import read_proposal

    steward = filled(office, tmp_path)
    freeze, decider = frozen(office, steward)
    number = sorted(freeze.reviews.values())[0].id
    proposal = propose_outcome(
        office.office, steward.reader(), number, outcome=Outcome.RESTORE, reason="seen", reason_code="SAFE"
    )
    with pytest.raises(CheckFailedError, match=r"access\.review\.same_person"):
        sent_back(office.office, steward.reader(), number, reason="no")
    sent_back(office.office, decider.reader(), number, reason="too thin")
    assert read_proposal(office.office, decider.reader(), proposal).state == "withdrawn"
    assert read_review(office.office, steward.reader(), number).review.proposal is None


@pytest.mark.requirement("1.7")
def test_the_first_reader_decides_no_review_alone(office: OfficeWorld, tmp_path: Path) -> None:
    from holdfast.workflows.freezes.review import propose_outcome, read_review, statement

    steward = filled(office, tmp_path)
    freeze, decider = frozen(office, steward)
    number = sorted(freeze.reviews.values())[0].id
    statement(office.office, steward.reader(), number, text="I am safe here.")
    proposal = propose_outcome(
        office.office, steward.reader(), number, outcome=Outcome.RESTORE, reason="seen", reason_code="SAFE"
    )
    assert proposal.kind == "proposal-review-outcome"
    office.approve(proposal, steward)
    with pytest.raises(CheckFailedError, match=r"approval\.too_few"):
        office.carry_out(proposal, steward)
    assert read_review(office.office, steward.reader(), number).review.state is not ReviewState.DECIDED
    office.approve(proposal, decider)
    office.carry_out(proposal, decider)
    found = read_review(office.office, steward.reader(), number).review
    assert (found.state, found.second_reader) == (ReviewState.DECIDED, decider.member)


def test_lifting_gives_everything_back_and_lets_members_work_again(office: OfficeWorld, tmp_path: Path) -> None:
    from holdfast.workflows.freezes.freeze import propose_lift
    from holdfast.workflows.freezes.holding import read_freeze

    ann = office.member("investigator", wiki_accounts=("Simulated Ann",))
    steward = filled(office, tmp_path)
    freeze, decider = frozen(office, steward)
    assert ann.reader().suspended
    proposal = propose_lift(office.office, steward.reader(), freeze.id.id, reason="it is over")
    assert proposal.kind == "proposal-freeze-lift"
    office.approve(proposal, steward, decider)
    office.carry_out(proposal, decider)
    assert read_freeze(office.office, steward.reader(), freeze.id.id).state is FreezeState.LIFTED
    assert office.office.vault.count("review", state="decided") == 2
    now = office.office.clock()
    assert not any(hold.stands_at(now) for person in register(office).people.values() for hold in person.holds)
    assert register(office).restrictions == ()
    assert not ann.reader().suspended


def test_the_rule_book_changes_by_two_people_and_counts_at_once(office: OfficeWorld, tmp_path: Path) -> None:
    from holdfast.workflows.access.register import propose_rules, rule_book

    steward, decider = filled(office, tmp_path), office.member("decider")
    book = RuleBook(current_versions=frozenset({"3"}), restricted=frozenset({("J2", "checkuser")}))
    proposal = propose_rules(office.office, steward.reader(), book)
    assert proposal.kind == "proposal-access-rules"
    late = propose_rules(office.office, steward.reader(), RuleBook(current_versions=frozenset({"4"})))
    office.approve(proposal, steward, decider)
    office.carry_out(proposal, decider)
    assert rule_book(office.office) == book
    office.approve(late, steward, decider)
    with pytest.raises(CheckFailedError, match=r"access\.rules\.moved"):
        office.carry_out(late, decider)


@pytest.mark.requirement("1.16")
def test_a_last_single_holder_is_flagged_and_no_clock_ends_the_grant(office: OfficeWorld, tmp_path: Path) -> None:
    from holdfast.access.freezes.order import Scope
    from holdfast.store.office.models import AlarmRow
    from holdfast.workflows.freezes.freeze import preview
    from holdfast.workflows.tick import tick

    steward = filled(office, tmp_path, row("Simulated Ann", "J1"))
    office.clock.go_on(seconds=61)
    tick(office.office)
    assert list(AlarmRow.objects.values_list("code", flat=True)) == ["needs two"]
    office.clock.go_on(days=31)
    told = {each.clock: each.done for each in tick(office.office)}["single_holders"]
    assert list(told) == ["1 single holders are past their time: people are called"]
    assert sorted(AlarmRow.objects.values_list("code", flat=True)) == ["clock due", "needs two"]
    (person,) = register(office).people.values()
    assert person.grants[0].runs_at(office.clock())
    wanted = Scope(rights=frozenset({"checkuser"}), jurisdictions=frozenset({"J1"}))
    found = preview(office.office, steward.reader(), wanted, reason="a test")
    assert [each.person for each in found.answer.losses] == [item.person for item in found.order.items] == [person.id]


def test_a_grant_past_its_date_is_over_when_the_wiki_s_groups_are_read_without_it(
    office: OfficeWorld, tmp_path: Path
) -> None:
    from holdfast.ids import wiki_name
    from holdfast.workflows.access.register import add_row, take_groups

    steward, wiki = filled(office, tmp_path, row("Simulated Ann", "J1")), wiki_name("enwiki")
    for name in ("Simulated Eve", "Simulated Flo"):
        grant = {"account": name, "wiki": wiki, "right": "checkuser", "grant_ends": "2026-10-01"}
        add_row(office.office, steward.reader(), grant)
    office.clock.go_on(days=60)
    flo = {"userid": 7, "name": "Simulated Flo", "groupmemberships": [{"group": "checkuser", "expiry": "infinity"}]}
    take_groups(office.office, steward.reader(), wiki, [{"query": {"users": [flo]}}])
    standing = {person.account: grant for person, grant in register(office).standing_at(office.clock())}
    assert sorted(standing) == ["Simulated Ann", "Simulated Flo"]
    assert standing["Simulated Flo"].ends is None


def test_a_grant_past_its_date_is_held_until_a_person_ends_it(office: OfficeWorld, tmp_path: Path) -> None:
    from holdfast.workflows.access.register import add_row, end_grant

    steward = filled(office, tmp_path)
    add_row(
        office.office,
        steward.reader(),
        {"account": "Simulated Eve", "wiki": "enwiki", "right": "checkuser", "grant_ends": "2026-10-01"},
    )
    office.clock.go_on(days=60)
    (eve,) = register(office).named("Simulated Eve")
    assert [each.key for each in eve.standing_at(office.clock())] == [("enwiki", "checkuser")]
    end_grant(office.office, steward.reader(), eve.id.id, wiki="enwiki", right="checkuser", why="not in the group")
    (eve,) = register(office).named("Simulated Eve")
    assert eve.standing_at(office.clock()) == ()


@pytest.mark.requirement("D6")
def test_open_reviews_median_days_and_share_restored_are_a_public_table(office: OfficeWorld, tmp_path: Path) -> None:
    from holdfast.workflows.freezes.review import public_table

    rows = [row(f"Simulated {number}", "J1") for number in range(12)]
    frozen(office, filled(office, tmp_path, *rows))
    table = public_table(office.office)
    assert (table.opened, table.open, table.decided) == (12, 12, 0)
    assert table.to_json()["type"] == "protective, no fault"


def test_nobody_but_those_roles_reads_the_register(office: OfficeWorld, tmp_path: Path) -> None:
    from holdfast.workflows.access.register import load

    filled(office, tmp_path)
    for role in ("investigator", "legal", "appeal_reader", "custodian", "auditor", "operator"):
        with pytest.raises(CheckFailedError, match=r"access\.refused"):
            load(office.office, office.member(role).reader(), purpose="a test")


def test_a_damaged_file_changes_nothing(office: OfficeWorld, tmp_path: Path) -> None:
    steward = office.member("access_steward")
    path = tmp_path / "bad.csv"
    path.write_text(HEAD + row("Simulated Ann", "J1") + row("Sim|ulated", "J1"), "utf-8")
    from holdfast.workflows.access.register import import_file

    with pytest.raises(InputRefusedError, match=r"access\.csv\.rows"):
        import_file(office.office, steward.reader(), path, "csv", wiki="", version="")
    assert office.office.vault.count("person") == 0
    assert office.clock() == NOON
