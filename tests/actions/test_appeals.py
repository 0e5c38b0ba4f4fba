"""Appeals: through a link, to a different person, with an outcome, a message, and a restoration that happens."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from appeal_world import (
    APPROVER,
    DAY,
    DECIDER,
    INVESTIGATOR,
    LEGAL,
    LINK,
    OTHER,
    READER,
    RECEIPT,
    START,
    World,
    route,
)
from hypothesis import given
from hypothesis import strategies as st

from holdfast.actions.steps.kind import Action, kind_of
from holdfast.actions.steps.step import undo
from holdfast.appeals import steps
from holdfast.appeals.appeal import (
    Appeal,
    AppealPolicy,
    Ineligible,
    Outcome,
    Route,
    Standing,
    evidence_held_until,
    file_in_order,
)
from holdfast.appeals.facts import APPEAL
from holdfast.appeals.links import ENTROPY_BYTES, link_sha256, make_link, make_receipt, receipt_sha256
from holdfast.appeals.table import COLUMNS, Counted, PublicTable, check_sums, counted, public_table, quarters
from holdfast.canonical import canonical_bytes, parse_json
from holdfast.errors import CheckFailedError, HoldfastError, InputRefusedError, UsageError
from holdfast.facts import SYSTEM, Fact
from holdfast.ids import wiki_name


@pytest.mark.requirement("3.10")
@pytest.mark.requirement("3.12")
@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.INELIGIBLE])
def test_an_appeal_runs_from_its_link_to_its_end(outcome: Outcome) -> None:
    world = World()
    assert world.standing is Standing.OFFERED
    world.file()
    assert world.standing is Standing.RECEIVED
    world.add(steps.find_eligible(world.state, now=world.now, by=READER))
    assert world.standing is Standing.ELIGIBLE
    world.assign()
    assert world.standing is Standing.ASSIGNED
    world.decide(outcome)
    assert world.standing is Standing.DECIDED
    world.add(steps.note_told(world.state, "receipt", now=world.now))
    world.add(steps.note_said_publicly(world.state, 7, now=world.now))
    if outcome in (Outcome.OVERTURN, Outcome.CHANGE):
        world.add(steps.note_carried_out(world.state, "sweep/s1", now=world.now))
    if outcome is Outcome.REMAND:
        world.add(steps.note_remand_answered(world.state, now=world.now, by=DECIDER))
    assert world.standing is Standing.CLOSED


@pytest.mark.requirement("3.14")
def test_an_overturned_appeal_is_open_until_all_is_restored_and_said_publicly() -> None:
    world = World()
    world.to_reader()
    world.decide(Outcome.OVERTURN)
    order = world.state.decided.restoration  # type: ignore[union-attr]
    assert order == {"plan": "p-1f0c", "actions": ["p-1f0c/07"], "reason": "overturned on appeal"}
    assert world.state.missing() == (
        "the person is told",
        "the outcome is said publicly",
        "what was taken is given back",
    )
    payload = steps.public_payload(world.state, role="appeal reader", about=3)
    assert payload == {
        "outcome": "overturn",
        "reason": "The evidence was of another account.",
        "decided_by": "appeal reader",
        "about": 3,
    }


@pytest.mark.requirement("3.14")
def test_what_a_ban_took_is_what_the_restoration_gives_back() -> None:
    wiki = wiki_name("examplewiki")
    action = Action(id="p-1f0c/07", kind="global_ban", target="Made-up", wikis=(wiki,), params={"reason": "rule 3"})
    before: dict[str, Any] = {"user_id": 5, "groups": {"sysop": "infinity", "patroller": "2031-01-01T00:00:00Z"}}
    done = kind_of(action).steps({**before, "block": None}, action, wiki)
    back = {step.name: step for step in steps.restored_by(done, "overturned on appeal")}
    assert back["rights"].intent["to"] == before["groups"]
    assert back["block"].intent["to"] is None
    assert [step.name for step in steps.restored_by(done, "x")] == ["block", "rights"]
    assert {step.id for each in done for step in undo(each, reason="x")} == {
        step.id for step in steps.restored_by(done, "x")
    }


@pytest.mark.requirement("3.11")
@pytest.mark.parametrize("member", [INVESTIGATOR, DECIDER, APPROVER, LEGAL])
def test_nobody_who_had_a_part_in_the_decision_reads_the_appeal(member: Any) -> None:
    world = World()
    world.file()
    for step in (
        lambda: steps.find_eligible(world.state, now=world.now, by=member),
        lambda: steps.refuse(world.state, Ineligible.NO_OBJECTION, "no", now=world.now, by=member),
    ):
        with pytest.raises(CheckFailedError, match=r"appeal\.barred"):
            step()
    world.add(steps.find_eligible(world.state, now=world.now, by=READER))
    with pytest.raises(CheckFailedError, match=r"appeal\.barred"):
        world.assign(member)


@pytest.mark.requirement("3.11")
def test_a_recused_reader_and_one_who_stood_aside_do_not_get_it() -> None:
    world = World()
    world.file()
    world.add(steps.find_eligible(world.state, now=world.now, by=READER))
    with pytest.raises(CheckFailedError, match=r"appeal\.barred.*near the target"):
        world.assign(READER, barred={READER: "near the target"})
    world.assign()
    with pytest.raises(CheckFailedError, match=r"appeal\.not_yours"):
        steps.stand_aside(world.state, now=world.now, by=OTHER)
    world.add(steps.stand_aside(world.state, now=world.now, by=READER))
    assert world.standing is Standing.ELIGIBLE
    with pytest.raises(CheckFailedError, match=r"appeal\.barred.*stood aside"):
        world.assign(READER)
    world.assign(OTHER)
    with pytest.raises(CheckFailedError, match=r"appeal\.not_yours"):
        world.decide(Outcome.UPHOLD)
    with pytest.raises(CheckFailedError, match=r"appeal\.barred"):
        world.decide(Outcome.UPHOLD, by=OTHER, barred={OTHER: "recused since"})


@pytest.mark.requirement("D4")
def test_no_appeal_makes_it_worse_when_the_person_was_told_so() -> None:
    world = World()
    world.to_reader()
    with pytest.raises(CheckFailedError, match=r"appeal\.worse"):
        world.decide(Outcome.CHANGE, is_worse=True)
    world.decide(Outcome.CHANGE)
    with pytest.raises(UsageError, match=r"appeal\.worse"):
        World(can_be_worse=True)


@pytest.mark.requirement("D4")
def test_where_policy_allows_worse_the_person_is_told_so_before_filing() -> None:
    world = World(AppealPolicy(no_worse_on_own_appeal=False), can_be_worse=True)
    with pytest.raises(UsageError, match=r"appeal\.not_told"):
        world.file(told_can_be_worse=False)
    world.file()
    assert world.state.filing is not None
    assert world.state.filing.told_can_be_worse
    world.add(steps.find_eligible(world.state, now=world.now, by=READER))
    world.assign()
    with pytest.raises(CheckFailedError, match=r"appeal\.worse"):
        world.decide(Outcome.UPHOLD, is_worse=True)
    with pytest.raises(CheckFailedError, match=r"appeal\.worse.*nobody knows"):
        world.decide(Outcome.CHANGE, is_worse=True)
    world.add(steps.note_account_proven(world.state, "examplewiki", 7, now=world.now))
    assert steps.note_account_proven(world.state, "examplewiki", 8, now=world.now) == []
    world.decide(Outcome.CHANGE, is_worse=True)


@pytest.mark.requirement("3.12")
@pytest.mark.parametrize("message", ["", "  ", "…", {}, {"fa": "پیام"}, {"en": " ", "fa": "پیام"}, "x" * 20_001])
def test_every_outcome_needs_a_message(message: Any) -> None:
    world = World()
    world.file()
    with pytest.raises(InputRefusedError, match=r"appeal\.message"):
        steps.refuse(world.state, Ineligible.OTHER_BODY, message, now=world.now, by=READER)
    world.add(steps.find_eligible(world.state, now=world.now, by=READER))
    world.assign()
    with pytest.raises(InputRefusedError, match=r"appeal\.message"):
        world.decide(Outcome.UPHOLD, message=message)


@pytest.mark.requirement("D3")
def test_every_refusal_carries_its_code_and_a_message() -> None:
    for code in Ineligible:
        world = World()
        world.file()
        world.add(steps.refuse(world.state, code, {"en": "sorry", "fa": "متأسفیم"}, now=world.now, by=READER))
        assert world.state.decided is not None
        assert world.state.decided.code is code
        assert code.value in steps.public_payload(world.state, role="appeal reader", about=None)["reason"]
        with pytest.raises(CheckFailedError, match=r"appeal\.standing"):
            world.assign()


@pytest.mark.parametrize(
    ("outcome", "other", "code"),
    [
        (Outcome.OVERTURN, {"public_note": ""}, "appeal.note"),
        (Outcome.OVERTURN, {"public_note": "We were wrong about made-up_Person."}, "appeal.note"),
        (Outcome.OVERTURN, {"public_note": "We were wrong about Made-up  \u200eperson."}, "appeal.note"),
        (Outcome.UPHOLD, {"public_note": "x1"}, "appeal.note"),
        (Outcome.CHANGE, {"new_measure": ""}, "appeal.measure"),
        (Outcome.UPHOLD, {"new_measure": "a warning"}, "appeal.measure"),
        (Outcome.REMAND, {"asked_back": ""}, "appeal.questions"),
        (Outcome.CHANGE, {"asked_back": "why?"}, "appeal.questions"),
        (Outcome.INELIGIBLE, {}, "appeal.outcome"),
    ],
)
def test_each_outcome_says_what_it_asks_for(outcome: Outcome, other: dict[str, Any], code: str) -> None:
    world = World()
    world.to_reader()
    with pytest.raises(InputRefusedError) as refused:
        world.decide(outcome, **other)
    assert refused.value.code == code


def test_a_filing_leaves_the_link_open_and_proof_closes_it() -> None:
    offered = World()
    for _ in range(2):
        mine = World()
        mine.facts = steps.begin_filing(offered.state, now=offered.now)
        assert not mine.state.filing
        mine.add(
            steps.file_appeal(
                offered.state,
                text="It was not me.",
                language="fa",
                told_can_be_worse=False,
                receipt=RECEIPT,
                code="c",
                now=offered.now,
            )
        )
        assert (mine.standing, mine.state.route) == (Standing.RECEIVED, offered.state.route)
        assert not mine.state.takes_filings(mine.now)
    assert offered.state.takes_filings(offered.now)
    offered.add(steps.close_link(offered.state, now=offered.now))
    assert (offered.standing, steps.close_link(offered.state, now=offered.now)) == (Standing.FILED, [])
    with pytest.raises(CheckFailedError, match=r"appeal\.link"):
        offered.file()
    assert evidence_held_until(offered.state, offered.policy) == START + 90 * DAY


def test_an_old_filing_without_a_code_cannot_be_proven() -> None:
    world = World()
    world.file(code="")
    with pytest.raises(CheckFailedError, match=r"appeal\.standing.*no code"):
        steps.note_account_proven(world.state, "examplewiki", 7, now=world.now)


def test_a_link_is_used_in_the_stream_of_an_old_filing_and_opens_nothing_after_its_time() -> None:
    world = World()
    world.file()
    with pytest.raises(CheckFailedError) as used:
        world.file()
    late = World()
    late.now = START + 180 * DAY
    assert late.standing is Standing.LAPSED
    with pytest.raises(CheckFailedError) as over:
        late.file()
    with pytest.raises(CheckFailedError) as guessed:
        link_sha256("guessed")
    assert str(used.value) == str(over.value) == str(guessed.value)


def test_a_link_works_only_when_the_action_is_carried_out() -> None:
    facts = steps.open_route(route(), LINK, policy=AppealPolicy(), now=START)
    prepared = APPEAL.fold(facts)
    assert prepared.standing(START) is Standing.PREPARED
    with pytest.raises(CheckFailedError, match=r"appeal\.link"):
        steps.file_appeal(
            prepared, text="no", language="en", told_can_be_worse=False, receipt=RECEIPT, code="c", now=START
        )
    fresh = make_link(b"\2" * ENTROPY_BYTES)
    facts += steps.change_route(prepared, route(language="hr"), fresh, policy=AppealPolicy(), now=START)
    assert APPEAL.fold(facts).link_sha256 == fresh.sha256
    facts += steps.put_in_force(APPEAL.fold(facts), {DECIDER: "decider"}, now=START)
    state = APPEAL.fold(facts)
    assert state.standing(START) is Standing.OFFERED
    assert state.route.barred == {DECIDER: "decider"}
    assert steps.put_in_force(state, {}, now=START) == []
    with pytest.raises(CheckFailedError, match=r"appeal\.standing"):
        steps.change_route(state, route(), LINK, policy=AppealPolicy(), now=START)


def test_a_lost_link_is_replaced_and_the_old_one_stops_working() -> None:
    world, fresh = World(), make_link(b"\1" * ENTROPY_BYTES)
    world.add(steps.renew_link(world.state, fresh, until=START + 300 * DAY, now=world.now, by=OTHER))
    assert world.state.link_sha256 == fresh.sha256 != LINK.sha256
    world.file()
    world.add(steps.renew_link(world.state, LINK, until=None, now=world.now, by=OTHER))
    assert world.state.link_works
    assert world.standing is Standing.RECEIVED
    planned = APPEAL.fold(steps.open_route(route(), LINK, policy=AppealPolicy(), now=START))
    with pytest.raises(CheckFailedError, match=r"appeal\.not_in_force"):
        steps.renew_link(planned, fresh, until=None, now=START, by=OTHER)


@pytest.mark.parametrize("text", ["", "   ", "?!", "x" * 20_001])
def test_an_appeal_says_something(text: str) -> None:
    with pytest.raises(InputRefusedError, match=r"appeal\.text"):
        World().file(text=text)


def test_neither_link_nor_receipt_stands_in_any_fact() -> None:
    world = World()
    world.file()
    stored = canonical_bytes([dict(fact.body) for fact in world.facts]).decode()
    assert LINK.text not in stored
    assert RECEIPT.text not in stored
    assert RECEIPT.text.replace("-", "") not in stored
    assert LINK.text not in repr(LINK)


@given(st.binary(min_size=ENTROPY_BYTES, max_size=ENTROPY_BYTES))
def test_links_and_receipts_are_found_by_their_hash_however_they_are_typed(entropy: bytes) -> None:
    link, receipt = make_link(entropy), make_receipt(entropy)
    assert link_sha256(link.text) == link.sha256
    for typed in (receipt.text, receipt.text.lower(), receipt.text.replace("-", " "), f" {receipt.text} "):
        assert receipt_sha256(typed) == receipt.sha256
    assert link.sha256 != receipt.sha256


@pytest.mark.parametrize("entropy", [b"", b"\0" * 16, b"\0" * 21])
def test_too_little_randomness_is_refused(entropy: bytes) -> None:
    with pytest.raises(UsageError, match=r"appeal\.entropy"):
        make_link(entropy)


@pytest.mark.requirement("3.13")
@pytest.mark.requirement("1.15")
def test_evidence_is_kept_until_the_time_for_appeal_is_over_and_no_longer() -> None:
    world = World()
    assert evidence_held_until(world.state, world.policy) == START + (180 + 90) * DAY
    world.file()
    assert evidence_held_until(world.state, world.policy) is None
    world.add(steps.refuse(world.state, Ineligible.RAN_OUT, "over", now=world.now, by=READER))
    assert evidence_held_until(world.state, world.policy) is None
    decided = world.now - DAY
    world.add(steps.note_told(world.state, "receipt", now=world.now))
    world.add(steps.note_said_publicly(world.state, 1, now=world.now))
    assert evidence_held_until(world.state, world.policy) == decided + 90 * DAY


@pytest.mark.requirement("D3")
@pytest.mark.requirement("3.10")
def test_the_whole_file_comes_with_what_speaks_for_the_person_first() -> None:
    parts = {"findings": [{"id": 1}, {"id": 2}], "exculpatory": [{"id": 3}], "audit": [{"id": 4}]}
    assert [part["id"] for part in file_in_order(parts)] == [3, 4, 1, 2]


def test_the_clock_of_an_appeal_begins_with_its_filing() -> None:
    world = World()
    assert world.state.due_at(world.policy) is None
    world.file()
    assert world.state.due_at(world.policy) == START + 30 * DAY


def test_a_route_is_sealed_and_read_back_unchanged() -> None:
    for each in (route(), route(until=None, body={"en": "CRC", "fa": "کمیته"})):
        assert Route.from_json(parse_json(canonical_bytes(each.to_json()))) == each


def test_foreign_facts_are_refused() -> None:
    world = World()
    with pytest.raises(CheckFailedError, match=r"appeal\.fact"):
        APPEAL.fold([])
    with pytest.raises(CheckFailedError, match=r"appeal\.fact"):
        APPEAL.fold([*world.facts[1:], Fact(type="received", at=START, by=SYSTEM)])
    with pytest.raises(CheckFailedError, match=r"appeal\.fact"):
        APPEAL.fold([*world.facts, Fact(type="forgiven", at=START, by=SYSTEM)])


TRIES = (
    lambda world: world.file(),
    lambda world: world.add(steps.find_eligible(world.state, now=world.now, by=READER)),
    lambda world: world.add(steps.refuse(world.state, Ineligible.RAN_OUT, "no", now=world.now, by=READER)),
    lambda world: world.assign(),
    lambda world: world.add(steps.stand_aside(world.state, now=world.now, by=READER)),
    lambda world: world.decide(Outcome.UPHOLD),
    lambda world: world.decide(Outcome.OVERTURN),
    lambda world: world.add(steps.note_carried_out(world.state, "sweep/s1", now=world.now)),
    lambda world: world.add(steps.note_told(world.state, "receipt", now=world.now)),
    lambda world: world.add(steps.note_said_publicly(world.state, 1, now=world.now)),
)


@given(st.lists(st.integers(0, len(TRIES) - 1), max_size=20))
def test_whatever_is_tried_in_whatever_order_an_appeal_ends_once_and_with_a_message(order: list[int]) -> None:
    world = World()
    for number in order:
        with suppress(HoldfastError):
            TRIES[number](world)
    decisions = [fact for fact in world.facts if fact.type == "decided"]
    assert len(decisions) <= 1
    assert all(fact.body["message"] for fact in decisions)
    if decisions and decisions[0].body["outcome"] == "overturn" and world.standing is Standing.CLOSED:
        assert world.state.restored_by
        assert world.state.published_as is not None


# the published table


def months(*filed: tuple[str, str, str]) -> list[Counted]:
    """(received, ended, outcome) as ISO days."""
    return [
        Counted(
            received=date.fromisoformat(received),
            ended=date.fromisoformat(ended) if ended else None,
            outcome=Outcome(outcome) if outcome else None,
        )
        for received, ended, outcome in filed
    ]


CRC = months(
    ("2020-11-03", "2020-11-20", "ineligible"),
    ("2020-11-10", "2020-11-25", "ineligible"),
    ("2020-11-20", "2020-12-10", "uphold"),
    ("2020-12-05", "2020-12-20", "ineligible"),
    ("2021-02-10", "2021-03-15", "remand"),
)


def row(table: PublicTable, number: int) -> dict[str, Any]:
    return dict(zip(COLUMNS, table.rows[number].cells(), strict=True))


@pytest.mark.requirement("4.9")
def test_the_table_of_the_case_review_committee_is_made_from_its_appeals() -> None:
    """K1 to K5: November 2020 to March 2021; January has no row in the source, and none is received in it here."""
    borders = [date(2020, 11, 1), date(2020, 12, 1), date(2021, 1, 1), date(2021, 2, 1), date(2021, 3, 1)]
    table = public_table(CRC, [*borders, date(2021, 4, 1)])
    known = ("received", "ratified", "overturned", "returned", "ineligible", "open_at_end")
    shown = [[row(table, number)[name] for name in known] for number in (0, 1, 3, 4)]
    assert shown == [
        [3, 0, 0, 0, 2, 1],  # K1
        [1, 1, 0, 0, 1, 0],  # K2
        [1, 0, 0, 0, 0, 1],  # K3
        [0, 0, 0, 1, 0, 0],  # K4
    ]
    whole = dict(zip(COLUMNS, table.whole.cells(), strict=True))
    assert [whole[name] for name in known] == [5, 1, 0, 1, 3, 0]  # K5
    assert whole["total"] == 5
    assert row(table, 2)["received"] == 0


@given(
    st.lists(
        st.tuples(
            st.dates(date(2020, 1, 1), date(2022, 12, 31)), st.integers(0, 400), st.sampled_from([*Outcome, None])
        )
    )
)
def test_the_sums_hold_whatever_was_decided_when(appeals: list[tuple[date, int, Outcome | None]]) -> None:
    known = [
        Counted(
            received=start,
            ended=date.fromordinal(start.toordinal() + days) if outcome else None,
            outcome=outcome,
        )
        for start, days, outcome in appeals
    ]
    table = public_table(known, quarters(date(2020, 3, 1), date(2022, 5, 1)))
    check_sums(table)
    assert sum(each.total for each in table.rows) == table.whole.total


def test_a_wrong_sum_is_never_published() -> None:
    table = public_table(CRC, [date(2020, 11, 1), date(2020, 12, 1), date(2021, 4, 1)])
    for number in range(2):
        for name in COLUMNS[2:]:
            wrong = replace(table.rows[number], **{name: getattr(table.rows[number], name) + 1})
            rows = (wrong, table.rows[1]) if number == 0 else (table.rows[0], wrong)
            with pytest.raises(CheckFailedError, match=r"table\.sums"):
                check_sums(replace(table, rows=rows))


def test_the_table_is_made_from_the_facts_of_the_appeals() -> None:
    offered, decided, still = World(), World(), World()
    decided.to_reader()
    decided.decide(Outcome.UPHOLD)
    still.file()
    table = public_table(
        counted([each.state for each in (offered, decided, still)]), [date(2021, 9, 1), date(2021, 12, 1)]
    )
    assert (table.whole.received, table.whole.ratified, table.whole.open_at_end) == (2, 1, 1)
    assert "simulated" not in table.to_csv()
    assert table.to_csv().splitlines()[0] == ",".join(COLUMNS)
    assert "Small numbers" in table.to_json()["note"]


def test_quarters_hold_both_ends() -> None:
    assert quarters(date(2021, 9, 13), date(2022, 1, 1)) == (
        date(2021, 7, 1),
        date(2021, 10, 1),
        date(2022, 1, 1),
        date(2022, 4, 1),
    )
    with pytest.raises(UsageError, match=r"table\.borders"):
        public_table([], [date(2021, 1, 1)])


def test_times_of_appeals_are_days_in_utc() -> None:
    world = World()
    world.now = datetime(2021, 9, 30, 23, 59, tzinfo=UTC)
    world.file()
    assert isinstance(world.state, Appeal)
    assert counted([world.state])[0].received == date(2021, 9, 30)
