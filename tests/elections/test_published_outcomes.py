"""Every published outcome, by the id of its line in the page of published numbers."""

from datetime import date
from fractions import Fraction

import pytest

from holdfast.elections.clocks import holders_state, may_stand_again
from holdfast.elections.open_votes import OpenVotes, Tally
from holdfast.elections.outcome import Outcome, differences, outcomes
from holdfast.elections.rules import load_rules, shipped, shown


def outcome(rules: str, support: int, oppose: int, kind: str = "", **votes: int) -> Outcome:
    tally = Tally(candidate="C", support=support, oppose=oppose, kind=kind)
    return outcomes(load_rules(rules), OpenVotes(tallies=(tally,), **votes))[0]  # type: ignore[arg-type]


def share(found: Outcome) -> str:
    assert found.share_shown is not None
    return shown(found.share_shown)


@pytest.mark.requirement("6.16")
@pytest.mark.parametrize(
    ("support", "oppose", "shown_share", "band"),
    [
        pytest.param(133, 52, "0.718", "elected", id="Z1"),
        pytest.param(116, 46, "0.716", "elected", id="Z2"),
        pytest.param(122, 55, "0.689", "temporary", id="Z3"),
        pytest.param(113, 59, "0.656", "temporary", id="Z4"),
        pytest.param(96, 51, "0.653", "temporary", id="Z5"),
        pytest.param(142, 40, "0.78", "elected", id="Z6"),
    ],
)
def test_zhwiki_october_2025_cuts_off_at_one_decimal(support: int, oppose: int, shown_share: str, band: str) -> None:
    found = outcome("zhwiki-admin-2025-10", support, oppose)
    assert share(found) == shown_share
    assert found.outcome == band
    assert found.share == Fraction(support, support + oppose)


@pytest.mark.requirement("E14")
def test_Z7_a_withheld_result_has_a_reason_code_and_an_end_date_and_no_outcome() -> None:
    tally = Tally(
        candidate="C", support=0, oppose=0, state="withheld", reason_code="under_review", until=date(2025, 12, 1)
    )
    found = outcomes(load_rules("zhwiki-admin-2025-10"), OpenVotes(tallies=(tally,)))[0]
    assert (found.outcome, found.share, found.ends) == ("withheld", None, date(2025, 12, 1))
    assert "under_review" in found.explanation[0]


@pytest.mark.requirement("6.16")
@pytest.mark.requirement("E11")
@pytest.mark.parametrize(
    ("support", "oppose", "shown_share", "kind", "band"),
    [
        pytest.param(84, 30, "0.74", "oversight", "failed", id="Z8"),
        pytest.param(89, 29, "0.75", "bureaucrat", "elected", id="Z9"),
        pytest.param(68, 43, "0.61", "", "not_known", id="Z10"),
        pytest.param(59, 30, "0.66", "", "temporary", id="Z11"),
        pytest.param(56, 56, "0.5", "", "not_known", id="Z12"),
        pytest.param(82, 33, "0.71", "renewal", "failed", id="Z13"),
        pytest.param(80, 30, "0.73", "", "temporary", id="Z14"),
    ],
)
def test_zhwiki_november_2024_rounds_to_whole_per_cent(
    support: int, oppose: int, shown_share: str, kind: str, band: str
) -> None:
    found = outcome("zhwiki-admin-2024-11", support, oppose, kind)
    assert share(found) == shown_share
    assert found.outcome == band


@pytest.mark.requirement("E9")
def test_Z15_the_same_votes_under_the_old_and_the_asked_for_rules() -> None:
    votes = OpenVotes(
        tallies=tuple(
            Tally(candidate=name, support=support, oppose=oppose)
            for name, support, oppose in (("Z1", 133, 52), ("Z3", 122, 55), ("Z6", 142, 40), ("Z12", 56, 56))
        )
    )
    low = outcomes(load_rules("zhwiki-survey-2023-70"), votes)
    high = outcomes(load_rules("zhwiki-survey-2023-75"), votes)
    assert [each.outcome for each in low] == ["elected", "temporary", "elected", "failed"]
    assert [each.outcome for each in high] == ["temporary", "temporary", "elected", "failed"]
    assert [one.candidate for one, _ in differences(low, high)] == ["Z1"]


@pytest.mark.requirement("E12")
def test_Z16_with_more_seats_than_candidates_minimum_support_still_decides() -> None:
    tallies = [Tally(candidate=f"c{n}", support=40, oppose=10) for n in range(9)]
    tallies += [Tally(candidate="few", support=19, oppose=0), Tally(candidate="low", support=30, oppose=30)]
    tallies.append(Tally(candidate="gone", support=0, oppose=0, state="withdrawn"))
    rules = load_rules("example-committee-13-seats")
    found = {each.candidate: each for each in outcomes(rules, OpenVotes(tallies=tuple(tallies)))}
    assert len(found) == 12 < 13 == rules.seats
    assert sum(each.outcome == "elected" for each in found.values()) == 9
    assert (found["few"].outcome, found["few"].reason) == ("failed", "minimum_support")
    assert (found["low"].outcome, found["low"].reason) == ("failed", "band")
    assert found["gone"].outcome == "withdrawn"


@pytest.mark.requirement("6.4")
@pytest.mark.requirement("E6")
def test_Z19_a_candidates_own_vote_is_refused() -> None:
    tally = Tally(candidate="C", support=8, oppose=2, own=1)
    found = outcomes(load_rules("example-committee-13-seats"), OpenVotes(tallies=(tally,)))[0]
    assert (found.support, found.oppose) == (7, 2)
    assert "own vote is refused" in found.explanation[0]


def published_2024() -> OpenVotes:
    """35 stood, 3 withdrew (A1); the votes themselves are not published: these stand for them."""
    elected = [Tally(candidate=f"e{n}", support=700 + n, oppose=300 - n) for n in range(11)]
    between = [Tally(candidate=f"b{n}", support=670 + n, oppose=330 - n) for n in range(3)]
    rest = [Tally(candidate=f"f{n}", support=500 + n, oppose=500 - n) for n in range(18)]
    gone = [Tally(candidate=f"w{n}", support=0, oppose=0, state="withdrawn") for n in range(3)]
    return OpenVotes(tallies=(*elected, *between, *rest, *gone))


def test_A1_withdrawal_is_a_state_of_its_own() -> None:
    found = [each.outcome for each in outcomes(load_rules("enwiki-aelect-2024-10"), published_2024())]
    assert len(found) == 35
    assert (found.count("elected"), found.count("failed"), found.count("withdrawn")) == (11, 21, 3)


def test_A2_sixteen_voted_on() -> None:
    tallies = [Tally(candidate=f"e{n}", support=380, oppose=160) for n in range(9)]
    tallies += [Tally(candidate=f"f{n}", support=370, oppose=171) for n in range(7)]
    found = outcomes(load_rules("enwiki-aelect-2024-10"), OpenVotes(tallies=tuple(tallies), voters=541))
    assert [each.outcome for each in found].count("elected") == 9


def test_A3_three_more_at_two_thirds() -> None:
    found = [each.outcome for each in outcomes(load_rules("enwiki-aelect-6667"), published_2024())]
    assert found.count("elected") == 14


def test_A4_share_of_the_decided_and_of_all_voters() -> None:
    assert share(outcome("enwiki-aelect-2024-10", 374, 66)) == "0.85"
    assert share(outcome("example-share-of-all-voters", 374, 66, voters=541)) == "0.6913"


def test_A5_the_denominator_is_part_of_the_rules() -> None:
    assert outcome("enwiki-aelect-2024-10", 374, 66).outcome == "elected"
    assert outcome("example-share-of-all-voters", 374, 66, voters=541).outcome == "failed"


@pytest.mark.parametrize(
    ("support", "oppose", "band"),
    [(75, 25, "elected"), (65, 35, "discretion"), (649, 351, "failed"), (749, 251, "discretion")],
)
def test_A6_a_band_that_a_person_decides(support: int, oppose: int, band: str) -> None:
    assert outcome("enwiki-rfa", support, oppose).outcome == band


@pytest.mark.parametrize(
    ("support", "oppose", "band", "reason"),
    [
        (32, 8, "elected", "band"),
        (30, 7, "elected", "band"),
        (30, 8, "failed", "band"),
        (29, 0, "failed", "minimum_support"),
    ],
)
def test_C1_stewards(support: int, oppose: int, band: str, reason: str) -> None:
    found = outcome("meta-stewards", support, oppose)
    assert (found.outcome, found.reason) == (band, reason)


def test_C2_checkuser_on_meta_needs_support_and_time() -> None:
    assert outcome("meta-checkuser", 24, 0, days_open=7).reason == "minimum_support"
    assert outcome("meta-checkuser", 25, 0, days_open=6).outcome == "not_yet"
    assert outcome("meta-checkuser", 25, 0, days_open=7).outcome == "elected"
    assert outcome("meta-checkuser", 75, 25, days_open=7).outcome == "discretion"


def test_C3_the_older_text_is_a_version_of_its_own() -> None:
    assert load_rules("global-checkuser-older").version != load_rules("meta-checkuser").version
    assert outcome("global-checkuser-older", 25, 0).outcome == "elected"


@pytest.mark.parametrize(("support", "oppose", "band"), [(25, 6, "elected"), (25, 7, "failed")])
def test_C4_wikispecies(support: int, oppose: int, band: str) -> None:
    assert outcome("specieswiki-checkuser", support, oppose, days_open=14).outcome == band


def test_C5_three_further_rule_sets() -> None:
    assert outcome("local-checkuser-50-70", 35, 14).reason == "quorum"
    assert outcome("local-checkuser-50-70", 35, 15).outcome == "elected"
    assert outcome("local-checkuser-25-85", 84, 16).outcome == "failed"
    assert outcome("local-checkuser-30", 16, 14).outcome == "elected"


@pytest.mark.parametrize("support", [18, 14])
def test_C6_both_fail_on_minimum_support(support: int) -> None:
    assert outcome("enwikisource-checkuser-2006", support, 0).reason == "minimum_support"


def test_C7_a_minimum_is_there_or_its_absence_has_a_reason() -> None:
    for name in shipped():
        rules = load_rules(name)
        assert not rules.requests or rules.minimum_support or rules.minimum_support_waived


@pytest.mark.requirement("1.16")
def test_C8_two_holders_or_none() -> None:
    rules, since = load_rules("meta-checkuser"), date(2026, 1, 1)
    assert holders_state(rules, 0, since=since, today=date(2026, 6, 1)).state == "allowed"
    assert holders_state(rules, 1, since=since, today=date(2026, 1, 30)).state == "flagged"
    assert holders_state(rules, 1, since=since, today=date(2026, 1, 31)).state == "removal_due"
    assert holders_state(rules, 2, since=since, today=date(2026, 6, 1)).state == "allowed"


def test_G2_ninety_days_after_a_failed_try() -> None:
    rules = load_rules("zhwiki-personnel-voters")
    assert may_stand_again(rules, date(2025, 1, 1), date(2025, 3, 31)) == (False, date(2025, 4, 1))
    assert may_stand_again(rules, date(2025, 1, 1), date(2025, 4, 1)) == (True, date(2025, 4, 1))
