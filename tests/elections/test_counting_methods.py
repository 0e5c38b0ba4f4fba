"""Each counting method on cases worked by hand."""

from pathlib import Path

import pytest
from ballots_of import contest, ranked, scored

from holdfast.elections.contest import Contest, MarkKind
from holdfast.elections.counts import contest_in, count_contest, method_named
from holdfast.errors import InputRefusedError, UsageError

DATA = Path(__file__).parents[1] / "data" / "stv"


@pytest.mark.requirement("6.15")
def test_scottish_transfer_values_are_cut_at_five_decimals() -> None:
    # quota = 10 // 3 + 1 = 4; A has 7, surplus 3; each paper is worth 3/7 = 0.428571… → 0.42857
    found = count_contest(ranked(("AB", 7), ("C", 2), ("D", 1), seats=2), "scottish-stv")
    surplus = found.rounds[1]
    assert surplus["action"] == "surplus"
    assert surplus["votes"]["B"] == "2.99999"
    assert surplus["votes"]["A"] == "4.00000"
    assert surplus["lost_in_truncation"] == "0.00001"
    assert found.winners == ("A", "B")


def test_scottish_papers_pass_over_those_already_elected() -> None:
    # A and B are both elected at the first stage; A's papers name B next, and must go on to C
    found = count_contest(ranked(("ABC", 8), ("B", 5), ("D", 2), seats=3), "scottish-stv")
    assert found.rounds[0]["elected"] == ["A", "B"]
    assert found.rounds[1]["received"] == {"C": "4.00000"}


def test_a_scottish_tie_for_exclusion_looks_back_to_the_latest_stage_that_differs() -> None:
    # after A's surplus (quota 5, value 2/7 = 0.28571) B and C … are equal only when they were equal all along
    found = count_contest(ranked(("A", 7), ("B", 2), ("C", 2), ("D", 5), seats=2), "scottish-stv", lot_seed="a")
    assert found.winners == ("A", "D")
    tie = count_contest(ranked(("A", 4), ("B", 2), ("C", 2), ("D", 3), seats=1), "scottish-stv", lot_seed="a")
    assert tie.rounds[1]["eliminated"] in (["B"], ["C"])
    assert tie.rounds[1]["tie"] == "the lot"


def test_the_lot_follows_a_published_seed() -> None:
    orders = {
        tuple(count_contest(ranked(("A", 1), ("B", 1), ("C", 1), seats=1), "scottish-stv", lot_seed=seed).winners)
        for seed in "abcdefghij"
    }
    assert len(orders) > 1


@pytest.mark.parametrize(
    ("equal", "method", "options"),
    [
        (ranked(("A", 1), ("B", 1), seats=1), "scottish-stv", []),
        (ranked(("A", 1), ("B", 1), seats=1), "schulze", []),
        (ranked(("A", 1), ("B", 1), seats=1), "meek-stv", [("ties", "lot")]),
        (ranked(("AB", 3), ("BA", 3), ("C", 1), seats=1), "meek-stv", [("quota_increment", "0"), ("ties", "lot")]),
        (contest(MarkKind.CHOICE, "AB", {((0, 1),): 1, ((1, 1),): 1}, 1), "approval", []),
        (scored(((1, 1), 1), names="AB"), "support-share", []),
        (scored(((1, 1), 1), names="AB"), "range-score", []),
    ],
)
def test_where_a_lot_decides_a_count_without_a_seed_is_refused(
    equal: Contest, method: str, options: list[tuple[str, str]]
) -> None:
    with pytest.raises(UsageError, match=r"counting\.lot"):
        count_contest(equal, method, options=options)
    winners = {count_contest(equal, method, lot_seed=seed, options=options).winners for seed in "abcdefghij"}
    assert winners == {("A",), ("B",)}


@pytest.mark.requirement("6.15")
def test_support_share_seats_the_highest_share() -> None:
    # 3 of 4, 2 of 3 and 1 of 1: by share C, A, B; by number of supports A, B, C; the lowest share is B's
    votes = scored(((1, 1, 0), 2), ((1, -1, 1), 1), ((-1, 0, 0), 1), names="ABC")
    assert count_contest(votes, "support-share", seats=1).winners == ("C",)
    assert count_contest(votes, "support-share", seats=2).winners == ("C", "A")


def test_meek_ends_where_a_surplus_alternates_for_ever() -> None:
    # 63 real ballots: under SecurePoll's rule the surplus goes from 0 to 0.0000000001 and back without end
    found = count_contest(contest_in(DATA / "cycles" / "council-2018.blt"), "meek-stv")
    assert len(found.rounds) < 60
    assert len(found.winners) == 3
    finer = count_contest(contest_in(DATA / "cycles" / "council-2018.blt"), "meek-stv", options=[("digits", "12")])
    assert set(finer.winners) == set(found.winners)


def test_meek_worked_by_hand() -> None:
    # 8 votes, 1 seat: quota 4.000001; nobody reaches it; C leaves; its voter's paper goes to B
    found = count_contest(ranked(("A", 4), ("B", 3), ("CB", 1), seats=1), "meek-stv")
    assert found.rounds[0]["quota"] == "4.0000010000"
    assert found.rounds[1]["eliminated"] == ["C"]
    # A and B then have four each and leave together, as SecurePoll does; the seat stays empty
    assert found.winners == ()
    assert found.rounds[2]["eliminated"] == ["A", "B"]
    tied = ranked(("A", 4), ("B", 3), ("CB", 1), seats=1)
    lots = {
        count_contest(tied, "meek-stv", options=[("ties", "lot")], lot_seed=seed).winners for seed in "abcdefghij"
    }
    assert lots == {("A",), ("B",)}
    filled = count_contest(ranked(("A", 1), ("B", 1), seats=2), "meek-stv", options=[("last_seats", "fill")])
    assert filled.winners == ("A", "B")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([("digits", "0")], "counting.number"),
        ([("digits", "nan")], "counting.number"),
        ([("quota_increment", "NaN")], "counting.number"),
        ([("quota_increment", "-1")], "counting.number"),
        ([("quota_increment", "0.00000000001")], "counting.number"),
        ([("truncation", "sideways")], "counting.word"),
        ([("speed", "1")], "counting.option"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_refused(options: list[tuple[str, str]], code: str) -> None:
    with pytest.raises(UsageError, match=code):
        count_contest(ranked(("AB", 1), seats=1), "meek-stv", options=options)


def test_fewer_digits_are_another_count() -> None:
    coarse = count_contest(ranked(("AB", 5), ("BC", 2), ("CA", 3), seats=2), "meek-stv", options=[("digits", "6")])
    assert all(len(each["quota"].split(".")[1]) == 6 for each in coarse.rounds)


@pytest.mark.requirement("6.15")
def test_schulze_on_the_example_of_its_paper() -> None:
    # Schulze 2011, example 1: 45 voters, five candidates; the ranking is E A C B D
    found = count_contest(
        ranked(
            ("ACBED", 5),
            ("ADECB", 5),
            ("BEDAC", 8),
            ("CABED", 3),
            ("CAEBD", 7),
            ("CBADE", 2),
            ("DCEBA", 7),
            ("EBADC", 8),
            seats=5,
        ),
        "schulze",
    )
    assert found.winners == ("E", "A", "C", "B", "D")
    assert found.rounds[0]["wins"]["A"]["B"] == 20
    assert found.rounds[1]["paths"]["A"]["B"][0] == 28


def test_support_share_is_an_exact_fraction_and_neutrals_do_not_count() -> None:
    found = count_contest(scored(((1, 1), 2), ((0, -1), 1), ((-1, 0), 1), names="AB"), "support-share", seats=2)
    assert found.rounds[0]["share"] == {"A": "2/3", "B": "2/3"}
    assert found.rounds[0]["neutral"] == {"A": 1, "B": 1}
    assert found.winners == ("A", "B")


def test_approval_elects_nobody_whom_nobody_chose() -> None:
    found = count_contest(contest(MarkKind.CHOICE, "ABC", {((0, 1),): 3}, None), "approval", seats=3)
    assert found.winners == ("A",)


@pytest.mark.requirement("6.15")
def test_range_orders_by_the_exact_mean() -> None:
    found = count_contest(scored(((5, 1), 1), ((1, 3), 2), names="AB"), "range-score", lot_seed="a")
    assert found.rounds[0]["mean"] == {"A": "7/3", "B": "7/3"}
    assert found.rounds[0]["tie"] == "the lot"


@pytest.mark.requirement("E12")
def test_more_seats_than_candidates_leaves_seats_empty_or_fills_those_that_can_be() -> None:
    for method in ("meek-stv", "scottish-stv", "schulze"):
        found = count_contest(ranked(("AB", 2), ("BA", 2)), method, seats=5)
        assert len(found.winners) <= 2


def test_zero_seats_and_no_ballots_are_refused() -> None:
    with pytest.raises(InputRefusedError, match=r"ballots\.seats"):
        count_contest(ranked(("AB", 1)), "schulze", seats=0)
    with pytest.raises(InputRefusedError, match=r"ballots\.none"):
        count_contest(contest(MarkKind.RANK, "AB", {}, 1), "schulze")


def test_a_method_that_is_not_there_or_does_not_fit_is_refused() -> None:
    with pytest.raises(UsageError, match=r"counting\.no_such_method"):
        method_named("dice")
    with pytest.raises(UsageError, match=r"counting\.kind"):
        count_contest(ranked(("AB", 1)), "support-share")
    with pytest.raises(UsageError, match=r"counting\.no_method"):
        count_contest(ranked(("AB", 1)))


def test_empty_ballots_are_counted_as_cast_and_change_no_quota_that_is_made_of_votes() -> None:
    found = count_contest(ranked(("AB", 4), ("BA", 2), ("", 6), seats=1), "scottish-stv")
    assert found.rounds[0]["quota"] == "4"
    assert found.rounds[0]["empty_ballots"] == 6
