"""A "no" to appeals has a legal ground, somebody who may lift it, two signatures, and an end."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from holdfast.appeals.no_appeal import NoAppeal, fold_no_appeal, lapse, lift, sign_again, sign_no_appeal
from holdfast.errors import CheckFailedError, InputRefusedError
from holdfast.facts import SYSTEM, Fact, MemberId

NOW = datetime(2021, 9, 13, tzinfo=UTC)
DAY = timedelta(days=1)
ONE, TWO, THREE = MemberId("m-000000000001"), MemberId("m-000000000002"), MemberId("m-000000000003")


def signed(**other: Any) -> list[Fact]:
    given = {
        "action": "p-1f0c/07",
        "legal_ground": "an order of a court",
        "may_lift": {"en": "legal", "fa": "حقوقی"},
        "until": NOW + 180 * DAY,
        "signers": frozenset({ONE, TWO}),
        "now": NOW,
        "by": ONE,
    }
    return sign_no_appeal(**{**given, **other})


def again(state: NoAppeal, now: datetime, *signers: MemberId) -> list[Fact]:
    return sign_again(state, until=now + 180 * DAY, signers=frozenset(signers), now=now, by=signers[0])


@pytest.mark.requirement("D2")
@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"legal_ground": " "}, "no_appeal.legal_ground"),
        ({"may_lift": ""}, "no_appeal.may_lift"),
        ({"may_lift": {"fa": "حقوقی"}}, "no_appeal.may_lift"),
        ({"until": NOW}, "no_appeal.until"),
        ({"until": NOW + 5000 * DAY}, "no_appeal.until"),
        ({"signers": frozenset({ONE})}, "no_appeal.signers"),
    ],
)
def test_a_no_without_ground_lifter_near_end_or_two_people_is_refused(other: dict[str, Any], code: str) -> None:
    with pytest.raises(InputRefusedError) as refused:
        signed(**other)
    assert refused.value.code == code


@pytest.mark.requirement("D2")
def test_a_no_lapses_by_itself_unless_it_is_signed_again() -> None:
    facts = signed()
    state = fold_no_appeal(facts)
    assert state.holds(NOW + 179 * DAY)
    assert not state.holds(NOW + 180 * DAY)
    assert lapse(state, now=NOW + 179 * DAY, by=SYSTEM) == []
    facts += lapse(state, now=NOW + 180 * DAY, by=SYSTEM)
    over = fold_no_appeal(facts)
    assert over.lapsed_at == NOW + 180 * DAY
    assert lapse(over, now=NOW + 181 * DAY, by=SYSTEM) == []
    with pytest.raises(CheckFailedError, match=r"no_appeal\.over"):
        again(over, NOW + 181 * DAY, ONE, THREE)


@pytest.mark.requirement("D2")
def test_signing_again_takes_somebody_who_did_not_sign_last_time() -> None:
    facts = signed()
    with pytest.raises(CheckFailedError, match=r"no_appeal\.same_people"):
        again(fold_no_appeal(facts), NOW + 100 * DAY, TWO, ONE)
    facts += again(fold_no_appeal(facts), NOW + 100 * DAY, ONE, THREE)
    state = fold_no_appeal(facts)
    assert state.until == NOW + 280 * DAY
    assert state.signers == (frozenset({ONE, TWO}), frozenset({ONE, THREE}))


def test_a_no_is_lifted_once() -> None:
    facts = signed()
    facts += lift(fold_no_appeal(facts), now=NOW + DAY, by=THREE)
    assert not fold_no_appeal(facts).holds(NOW + DAY)
    with pytest.raises(CheckFailedError, match=r"no_appeal\.over"):
        lift(fold_no_appeal(facts), now=NOW + DAY, by=THREE)
    assert lapse(fold_no_appeal(facts), now=NOW + 500 * DAY, by=SYSTEM) == []


def test_foreign_facts_of_a_no_are_refused() -> None:
    with pytest.raises(CheckFailedError, match=r"no_appeal\.fact"):
        fold_no_appeal([])
    with pytest.raises(CheckFailedError, match=r"no_appeal\.fact"):
        fold_no_appeal([Fact(type="no appeal lifted", at=NOW, by=ONE)])
