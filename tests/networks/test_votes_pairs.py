"""Agreement of pairs: the published figures, a number worked by hand, and no alarm without an effect."""

import csv
import gzip
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import kstest

from holdfast.networks.agreement import adjusted, agreement, degree_only
from holdfast.networks.ballots import Ballots, ballots_from

DEMO = Path(__file__).parents[2] / "data/demo/enwiki-rfa/wiki_rfa_edges.csv.gz"


def votes_table(rows: list[tuple[str, str, int]]) -> pa.Table:
    seen: dict[tuple[str, str], int] = {}
    occurrence = []
    for voter, candidate, _ in rows:
        seen[voter, candidate] = seen.get((voter, candidate), 0) + 1
        occurrence.append(seen[voter, candidate])
    return pa.table(
        {
            "election": [candidate for _, candidate, _ in rows],
            "candidate": [candidate for _, candidate, _ in rows],
            "voter": [voter for voter, _, _ in rows],
            "occurrence": pa.array(occurrence, pa.int64()),
            "vote": pa.array([vote for _, _, vote in rows], pa.int8()),
            "at": pa.nulls(len(rows), pa.timestamp("us")),
        }
    )  # fmt: skip


def rfa(*, nameless: bool) -> Ballots:
    with gzip.open(DEMO, "rt") as stream:
        rows = [(voter, candidate, int(vote)) for voter, candidate, vote in list(csv.reader(stream))[1:]]
    # under a name of its own the empty user name is a voter like any other, as in the published figures
    return ballots_from(
        votes_table(
            [("one more", *row[1:]) if row[0] in {"", "nameless"} else row for row in rows] if nameless else rows
        )
    )


@pytest.mark.requirement("2.12")
def test_wiki_rfa_gives_the_published_numbers_of_pairs() -> None:
    with_nameless = rfa(nameless=True)
    found = agreement(with_nameless)
    assert len(found.z) == 167_785
    assert found.flagged_if_assumed_normal == 38
    assert int(found.flagged.sum()) == 3
    assert found.z.mean() == pytest.approx(0.077, abs=5e-4)
    assert found.z.std() == pytest.approx(1.219, abs=5e-4)
    assert (found.centre, found.spread) == pytest.approx((0.047, 1.283), abs=5e-4)
    assert found.z.max() == pytest.approx(7.59, abs=5e-3)
    assert degree_only(with_nameless, 1) == (266_869, 58_039)
    assert degree_only(with_nameless, -1) == (14_526, 225)


def test_without_the_nameless_voter_fewer_pairs_remain() -> None:
    found = agreement(rfa(nameless=False))
    assert found.flagged_if_assumed_normal == 36
    assert int(found.flagged.sum()) == 3


def test_z_is_the_number_worked_by_hand() -> None:
    # ten polls; A and B always agree (5 for, 5 against), C is always for, D always against: means 0.5 or -0.5
    rows = []
    for number in range(10):
        side = 1 if number % 2 else -1
        rows += [
            ("A", f"c{number}", side),
            ("B", f"c{number}", side),
            ("C", f"c{number}", 1),
            ("D", f"c{number}", -1),
        ]
    found = agreement(ballots_from(votes_table(rows)))
    z = {(int(a), int(b)): value for a, b, value in zip(found.first, found.second, found.z, strict=True)}
    # mean of a poll is side / 2; A's leaning is 0, so every residual is side / 2 and all ten products are 1/4
    assert z[0, 1] == pytest.approx(10 * 0.25 / np.sqrt(10 * 0.0625))
    # C: y - mean is 0.5 or 1.5, leaning 10 / 15 = 2/3; residuals -1/6 (for) and 5/6 (against)
    product = 5 * (0.5 * -1 / 6) + 5 * (-0.5 * 5 / 6)
    squares = 5 * (0.25 / 36) + 5 * (0.25 * 25 / 36)
    assert z[0, 2] == pytest.approx(product / np.sqrt(squares))


def test_p_of_pairs_is_uniform_or_larger_where_nobody_agrees_on_purpose() -> None:
    rng = np.random.default_rng(5)
    shares = rng.uniform(0.3, 0.9, 60)
    rows = [
        (f"v{voter:03d}", f"c{poll:02d}", 1 if rng.random() < shares[poll] else -1)
        for voter in range(150)
        for poll in range(60)
        if rng.random() < 0.6
    ]
    found = agreement(ballots_from(votes_table(rows)))
    assert len(found.p) > 5000
    assert kstest(found.p, "uniform", alternative="greater").statistic < 0.03  # never too many small p
    assert (found.p < 0.001).mean() < 0.003
    assert not found.flagged.any()


def test_a_pair_that_copies_each_other_is_flagged() -> None:
    rng = np.random.default_rng(6)
    rows = []
    for poll in range(80):
        sides = {voter: int(rng.choice([1, -1])) for voter in range(40)}
        sides[1] = sides[0]
        rows += [(f"v{voter:02d}", f"c{poll:02d}", side) for voter, side in sides.items() if rng.random() < 0.7]
    found = agreement(ballots_from(votes_table(rows)))
    flagged = {(int(a), int(b)) for a, b in zip(found.first[found.flagged], found.second[found.flagged], strict=True)}
    assert flagged == {(0, 1)}


def test_the_last_of_repeated_votes_counts_and_the_nameless_are_left_out() -> None:
    rows = [("A", "x", 1), ("A", "x", -1), ("nameless", "x", 1), ("B", "x", 0)]
    ballots = ballots_from(votes_table(rows))
    assert ballots.voters == ("A", "B")
    assert dict(zip(ballots.voter.tolist(), ballots.side.tolist(), strict=True)) == {0: -1, 1: 0}
    assert ballots.left_out == {"nameless": 1, "repeated": 1}


def test_votes_all_one_way_test_no_pair() -> None:
    rows = [(f"v{voter}", f"c{poll}", 1) for voter in range(30) for poll in range(20)]
    found = agreement(ballots_from(votes_table(rows)))
    assert len(found.z) == 0


def test_adjusted_p_are_those_of_benjamini_and_hochberg() -> None:
    assert adjusted(np.array([0.01, 0.04, 0.03])).tolist() == pytest.approx([0.03, 0.04, 0.04])
