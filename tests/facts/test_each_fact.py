"""Facts of each stream, stated one after the other, with what each changes worked out by hand."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from access.checkuser_logs import WIKI, answer, entry, read
from actions.appeal_world import route
from holdfast.access.exposure.telling import EXPOSURE, LookupMonth
from holdfast.access.freezes.freeze import FREEZE
from holdfast.access.freezes.order import FreezeOrder, Scope
from holdfast.access.freezes.review import REVIEW
from holdfast.access.register.person_facts import PERSON
from holdfast.actions.sweeps.course import PLAN_FACTS, SWEEP_FACTS, PlanCourse, SweepCourse
from holdfast.appeals.facts import APPEAL
from holdfast.appeals.no_appeal import NO_APPEAL
from holdfast.approval import fresh_request
from holdfast.clock import parse_at
from holdfast.facts import Fact, MemberId, StreamId
from holdfast.facts.kinds import Book
from holdfast.workflows.desk.fact_books import books
from holdfast.workflows.office import small_facts

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
MEMBER = MemberId("m-aaaaaaaaaaaa")
OTHER = MemberId("m-bbbbbbbbbbbb")
CANARY = "Xylophon Quetzal"
LATER = "2026-12-01T00:00:00Z"
Line = tuple[str, Mapping[str, Any], Callable[[Any], Any], Any]
"""A fact, its body, where to look afterwards, and what must be there."""


def story(book: Book[Any], start: Any, *lines: Line) -> None:
    """State each fact an hour after the one before, and look."""
    facts: list[Any] = []
    for number, (name, body, look, expected) in enumerate(lines):
        facts.append(book.fact(name, at=NOON + timedelta(hours=number), by=MEMBER, body=body))
        assert look(book.fold(facts, start)) == expected, name


def test_a_person_of_the_register() -> None:
    held = {"freeze": "f-1", "wiki": "enwiki", "right": "checkuser"}
    story(
        PERSON,
        StreamId(kind="person", id="p-1"),
        ("person added", {"account": "Ann"}, lambda person: person.account, "Ann"),
        ("account linked", {"wiki": "enwiki", "name": "Ann E"}, lambda person: person.account_on("enwiki"), "Ann E"),
        ("account formerly", {"name": "Anna"}, lambda person: sorted(person.names), ["Ann", "Ann E", "Anna"]),
        (
            "right frozen",
            {**held, "before": {"checkuser": "infinity"}},
            lambda person: [dict(each.before) for each in person.holds],
            [{"checkuser": "infinity"}],
        ),
        (
            "right seen",
            {**held, "before": {"checkuser": LATER}},
            lambda person: [dict(each.before) for each in person.holds],
            [{"checkuser": LATER}],
        ),
    )


def test_a_freeze() -> None:
    scope = Scope(rights=frozenset({"checkuser"}), jurisdictions=frozenset({"J1"}))
    order = FreezeOrder(
        freeze=StreamId(kind="freeze", id="f-1"), scope=scope, reason="feared", items=(), review_days=28
    )
    request = fresh_request("freeze", {"order": order.to_json()}, now=NOON, lasts=timedelta(hours=1))
    key = {"person": "p-1", "wiki": "enwiki", "right": "checkuser"}
    person = StreamId(kind="person", id="p-1")
    story(
        FREEZE,
        order.freeze,
        (
            "freeze begun",
            {
                "request": request.content().decode(),
                "sha256": "ab" * 32,
                "signers": [MEMBER, OTHER],
                "members": [],
                "reviews": {"p-1": "r-1"},
            },
            lambda freeze: (freeze.state, freeze.signers, dict(freeze.reviews)),
            ("in_force", (MEMBER, OTHER), {person: StreamId(kind="review", id="r-1")}),
        ),
        (
            "removals read",
            {"items": [{**key, "is": "held"}]},
            lambda freeze: {name: state.value for name, state in freeze.removals.items()},
            {(person, "enwiki", "checkuser"): "held"},
        ),
        (
            "rest planned",
            {"items": [key]},
            lambda freeze: freeze.planned_later,
            frozenset({(person, "enwiki", "checkuser")}),
        ),
        (
            "rights read back",
            {"rights": {"p-1 enwiki checkuser": "done"}},
            lambda freeze: dict(freeze.put_back),
            {"p-1 enwiki checkuser": "done"},
        ),
        (
            "freeze lifted",
            {"sha256": "ab" * 32, "signers": [MEMBER, OTHER], "reason": "over"},
            lambda freeze: (freeze.state, freeze.ended_at),
            ("lifted", NOON + timedelta(hours=4)),
        ),
    )


def test_a_review() -> None:
    story(
        REVIEW,
        StreamId(kind="review", id="r-1"),
        (
            "review opened",
            {"person": "p-1", "freeze": "f-1", "due": LATER, "items": []},
            lambda review: (review.state, review.person.id, review.due.month),
            ("open", "p-1", 12),
        ),
        ("evidence asked", {"what": "where?", "answer_by": LATER}, lambda review: review.state, "evidence_asked"),
        (
            "statement received",
            {"text": "I am safe."},
            lambda review: [each.text for each in review.statements],
            ["I am safe."],
        ),
        (
            "evidence received",
            {"text": "a letter"},
            lambda review: [each.text for each in review.evidence],
            ["a letter"],
        ),
        (
            "outcome proposed",
            {"outcome": "restore", "reason": "seen", "reason_code": "SAFE", "until": None, "signed_as": "x"},
            lambda review: (review.proposal.outcome.value, review.proposal.until, review.proposal.by),
            ("restore", None, MEMBER),
        ),
        (
            "proposal sent back",
            {"reason": "since when?"},
            lambda review: (review.proposal, [each.text for each in review.sent_back]),
            (None, ["since when?"]),
        ),
        (
            "review decided",
            {"outcome": "restore", "until": None, "lifted": True},
            lambda review: (review.state, review.outcome.value, review.closed_by_lifting),
            ("decided", "restore", True),
        ),
        (
            "rights read back",
            {"rights": {"enwiki checkuser": "done"}},
            lambda review: dict(review.put_back),
            {"enwiki checkuser": "done"},
        ),
    )


def test_a_month_of_look_ups() -> None:
    (lookup,) = read(answer([entry()])).lookups
    sealed = {"lookup": lookup.identity, "code": "safety", "motive": "in danger"}

    def seals(month: LookupMonth) -> list[tuple[int, bool]]:
        notice = month.notices[lookup.identity]
        return [(each.until.month, each.lifted_at is not None) for each in notice.seals]

    story(
        EXPOSURE,
        LookupMonth(wiki=WIKI, month="2021-09"),
        ("month opened", {"wiki": WIKI, "month": "2021-09"}, lambda month: len(month.notices), 0),
        ("look-ups read", {"lookups": [lookup.to_json()]}, lambda month: list(month.notices), [lookup.identity]),
        ("notice sealed", {**sealed, "until": "2026-10-01T00:00:00Z"}, seals, [(10, False)]),
        ("seal renewed", {**sealed, "until": "2026-11-01T00:00:00Z"}, seals, [(10, False), (11, False)]),
        ("seal lifted", {"lookup": lookup.identity}, seals, [(10, False), (11, True)]),
        (
            "person told",
            {"lookups": [lookup.identity], "way": "talk page"},
            lambda month: month.notices[lookup.identity].told_way,
            "talk page",
        ),
    )


def test_an_appeal() -> None:
    opened = {"route": route().to_json(), "link_sha256": "one"}
    story(
        APPEAL,
        None,
        ("route opened", opened, lambda appeal: (appeal.link_sha256, appeal.in_force_at), ("one", None)),
        ("route changed", {**opened, "link_sha256": "two"}, lambda appeal: appeal.link_sha256, "two"),
        ("in force", {"barred": {OTHER: "decider"}}, lambda appeal: dict(appeal.route.barred), {OTHER: "decider"}),
        ("link closed", {}, lambda appeal: appeal.link_works, False),
        (
            "link renewed",
            {"link_sha256": "three", "until": LATER},
            lambda appeal: (appeal.link_works, appeal.link_closed_at, appeal.route.until.month),
            (True, None, 12),
        ),
        (
            "received",
            {"text": "no", "language": "en", "told_can_be_worse": False, "receipt_sha256": "r", "code": "c"},
            lambda appeal: (appeal.filing.text, appeal.is_proven, appeal.link_works),
            ("no", False, False),
        ),
        ("account proven", {"wiki": "enwiki", "revision": 7}, lambda appeal: appeal.is_proven, True),
        ("found eligible", {}, lambda appeal: appeal.standing(NOON).value, "eligible"),
        ("assigned", {"reader": MEMBER}, lambda appeal: appeal.reader, MEMBER),
        ("stood aside", {}, lambda appeal: (appeal.reader, set(appeal.stood_aside)), (None, {MEMBER})),
        (
            "decided",
            {
                "outcome": "remand",
                "message": "read",
                "code": None,
                "is_worse": False,
                "new_measure": "",
                "asked_back": "which?",
                "public_note": "",
                "measure": {},
                "restoration": {},
            },
            lambda appeal: appeal.missing(),
            ("the person is told", "the outcome is said publicly", "the questions are answered"),
        ),
        ("person told", {"way": "receipt"}, lambda appeal: appeal.told, ("receipt",)),
        ("said publicly", {"entry": 12}, lambda appeal: appeal.published_as, 12),
        ("remand answered", {}, lambda appeal: appeal.standing(NOON).value, "closed"),
        ("carried out", {"by": "sweep p-1"}, lambda appeal: appeal.restored_by, "sweep p-1"),
    )


def test_an_action_without_appeal() -> None:
    signed = {"until": LATER, "signers": [MEMBER, OTHER]}
    story(
        NO_APPEAL,
        None,
        (
            "no appeal signed",
            {"action": "p-1/1", "legal_ground": "law", "may_lift": "legal", "route": None, **signed},
            lambda no: (no.action, no.signers, no.until.month),
            ("p-1/1", (frozenset({MEMBER, OTHER}),), 12),
        ),
        (
            "no appeal signed again",
            {"until": "2027-01-01T00:00:00Z", "signers": [OTHER]},
            lambda no: (no.until.year, no.signers[-1]),
            (2027, frozenset({OTHER})),
        ),
        ("no appeal lapsed", {}, lambda no: no.holds(NOON), False),
    )


def test_a_plan_and_its_sweep() -> None:
    request = fresh_request("freeze", {"order": {}}, now=parse_at(LATER), lasts=timedelta(hours=1)).content().decode()
    signed = {"content": request, "signatures": [{"by": MEMBER}]}
    care = {"recourse_owner": "legal", "interim_cover": "", "vote_calendar": "May", "survey": ""}
    story(
        PLAN_FACTS,
        PlanCourse(),
        ("drafted", {"text": "plan", "is_json": False}, lambda plan: (plan.standing, plan.text), ("draft", "plan")),
        ("sign-off asked", {"jurisdiction": "J1", "proposal": "x"}, lambda plan: dict(plan.sign_offs), {"J1": "x"}),
        ("approved", signed, lambda plan: (plan.standing, plan.approved_as), ("approved", "freeze")),
        ("condition met", {"condition": "c", **signed}, lambda plan: plan.conditions, frozenset({"c"})),
        ("aftercare filled", care, lambda plan: plan.aftercare.missing(), ("interim_cover", "survey")),
        ("given up", {"why": "no"}, lambda plan: (plan.standing, plan.facts), ("given up", 6)),
        ("drafted", {"text": "anew", "is_json": True}, lambda plan: (plan.conditions, plan.facts), (frozenset(), 7)),
    )
    story(
        SWEEP_FACTS,
        SweepCourse(),
        ("opened", {"plan": "ab" * 32}, lambda sweep: sweep.facts, 1),
        ("ordered", {"kind": "sweep-undo", **signed}, lambda sweep: [each.number for each in sweep.orders], [1]),
        ("order done", {"order": 1}, lambda sweep: [each.is_done for each in sweep.orders], [True]),
        ("run", {"ending": "finished", "held": 0, "phase": None}, lambda sweep: sweep.was_finished, True),
        ("reconciled", {"differences": [{"code": "x"}]}, lambda sweep: len(sweep.differences), 1),
    )


SMALL: list[tuple[Book[Any], Sequence[tuple[str, dict[str, Any]]]]] = [
    (small_facts.MEMBER, [("profile set", {"wiki_accounts": ["Ann"], "linked_to": [], "person": MEMBER})]),
    (
        small_facts.WIKI_SIGN_IN,
        [
            ("linked", {"wiki": "w", "account": "Ann"}),
            ("bound", {"number": "7"}),
            ("unlinked", {"wiki": "w", "account": ""}),
        ],
    ),
    (small_facts.KEY_SHARES, [("split", {"key": "k", "digests": ["d"]}), ("acknowledged", {"number": 1})]),
    (
        small_facts.WAY_BACK,
        [
            ("asked", {"member": MEMBER, "roles": ["legal"], "opens_at": LATER}),
            ("stopped", {}),
            ("opened", {}),
            ("link made again", {}),
        ],
    ),
    (small_facts.RULES, [("rules set", {"book": {"keep_days": 90}})]),
    (small_facts.PROPOSAL, [("proposed", {"content": "{}"}), ("withdrawn", {}), ("executed", {"outcome": "/"})]),
    (
        small_facts.QUESTION,
        [
            ("asked", {"wiki": "w", "account": "Ann", "code": "c"}),
            ("proven", {"at": LATER, "revision": 7}),
            ("answered", {"told": 1, "withheld": 0}),
        ],
    ),
    (small_facts.EXPOSURE_KEY, [("key made", {"key": "00"})]),
    (small_facts.PUBLIC_TABLE, [("published", {"sha256": "ab" * 32, "period_end": "2026-09-30"})]),
]


@pytest.mark.parametrize(("book", "facts"), SMALL, ids=[book.stream for book, _ in SMALL])
def test_a_stream_without_a_state_knows_its_facts_and_no_others(
    book: Book[Any], facts: Sequence[tuple[str, dict[str, Any]]]
) -> None:
    assert {name for name, _ in facts} == set(book.kinds)
    for name, body in facts:
        assert book.fact(name, at=NOON, by=MEMBER, body=body).body == body
        with pytest.raises(book.error, match=rf"^{book.code}\.fields"):
            book.fact(name, at=NOON, by=MEMBER, body={**body, "more": 1})


ALL = [(book, name) for book in books() for name in book.kinds]


@pytest.mark.parametrize(("book", "name"), ALL, ids=[f"{book.stream}: {name}" for book, name in ALL])
def test_a_field_that_no_declaration_knows_is_never_passed_over(book: Book[Any], name: str) -> None:
    fact = Fact(type=name, at=NOON, by=MEMBER, body={"misspelt": CANARY})
    with pytest.raises(book.error, match=rf"^{book.code}\.fields: ") as refused:
        book.read(fact)
    assert CANARY not in str(refused.value)
