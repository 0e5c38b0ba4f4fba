"""Linking: the features by hand, p that keeps its promise, accounts of one person found, the hour of day unused."""

import numpy as np
import pytest
from scipy.stats import kstest

from holdfast.networks.link_calibration import Linked, compare
from holdfast.networks.linking import Deeds, Rarity, features, learn, split

HOUR, DAY = 3600, 86_400
NO_REVERTS = Rarity(editors={}, reverters={}, has_reverts=False)


def deeds(at: list[int], page: list[int]) -> Deeds:
    return Deeds(at=np.array(at, np.int64), page=np.array(page, np.int64))


def wiki(seed: int, people: int = 120, field_size: int = 40) -> dict[str, Deeds]:
    """Simulated: everybody edits in sessions, mostly on the pages of one field of ten."""
    rng = np.random.default_rng(seed)
    found = {}
    for number in range(people):
        field, at, page = int(rng.integers(10)), [], []
        for _ in range(rng.integers(8, 25)):
            start = int(rng.integers(0, 300)) * DAY + int(rng.normal(15, 3) * HOUR)
            for step in range(rng.integers(2, 8)):
                at.append(start + 240 * step)
                wide = rng.random() < 0.3
                page.append(
                    int(rng.integers(0, 10 * field_size) if wide else field * field_size + rng.integers(field_size))
                )
        order = np.argsort(at)
        found[f"Editor {number}"] = deeds([at[k] for k in order], [page[k] for k in order])
    return found


def rarity_of(everybody: dict[str, Deeds]) -> Rarity:
    editors: dict[int, int] = {}
    for each in everybody.values():
        for page in set(each.page.tolist()):
            editors[page] = editors.get(page, 0) + 1
    return Rarity(editors=editors, reverters={}, has_reverts=False)


def test_overlap_is_the_geometric_mean_of_both_weighted_shares() -> None:
    rarity = Rarity(editors={1: 2, 2: 2, 3: 7}, reverters={}, has_reverts=False)
    found = features(deeds([0, 1], [1, 3]), deeds([5, 6, 7], [1, 2, 3]), rarity)["overlap"]
    rare, common = 1 / np.log(3), 1 / np.log(8)
    assert found == pytest.approx(np.sqrt(1.0 * (rare + common) / (2 * rare + common)))


def test_alternation_counts_handovers_against_whole_week_shifts() -> None:
    ends = [day * DAY for day in range(0, 200, 9)]
    one = deeds(ends, list(range(len(ends))))
    after = deeds([each + 300 for each in ends], list(range(len(ends))))
    # after each of the 23 sessions of one the other begins; shifted by 9 weeks of 7 days all but 7 meet again
    shifts = [7 * week for week in range(-13, 14) if week]
    met = [
        sum(0 <= start - shift - 0 <= 198 and (start - shift) % 9 == 0 for start in range(0, 200, 9))
        for shift in shifts
    ]
    expected = np.log((23 + 0.5) / (np.mean(met) + 0.5))
    assert features(one, after, NO_REVERTS)["alternation"] == pytest.approx(expected)


def test_the_hour_of_the_day_is_no_evidence() -> None:
    rng = np.random.default_rng(1)
    one_day, other_day = rng.permutation(300)[:40], rng.permutation(300)[:40]
    same_hour = [
        deeds(sorted(int(day) * DAY + 15 * HOUR for day in days), list(range(40))) for days in (one_day, other_day)
    ]
    both = features(same_hour[0], same_hour[1], NO_REVERTS)
    moved = Deeds(at=same_hour[1].at + 7 * HOUR, page=same_hour[1].page)
    apart = features(same_hour[0], moved, NO_REVERTS)
    assert both["overlap"] == apart["overlap"]
    assert abs(both["alternation"] or 0) < 1.2  # chance handovers only: the rhythm stands in the null as well


def test_shared_targets_and_tag_teams_need_reverts_and_count_each_day_once() -> None:
    nobody = np.zeros(0, np.int64)
    reverting = [
        Deeds(
            at=nobody,
            page=nobody,
            revert_at=np.array(at),
            revert_page=np.array([1, 1]),
            revert_target=np.array([4, 4]),
        )
        for at in ([0, 60], [HOUR, 9 * DAY])
    ]
    rarity = Rarity(editors={}, reverters={4: 2}, has_reverts=True)
    found = features(*reverting, rarity)
    assert found["tag_team"] == pytest.approx(np.log(2))
    assert found["targets"] == pytest.approx(1.0)
    assert features(*reverting, NO_REVERTS)["targets"] is None


def test_dealing_sessions_to_two_loses_no_edit_and_cuts_no_session() -> None:
    whole = wiki(3)["Editor 0"]
    one, other = split(whole, np.random.default_rng(0))
    assert sorted([*one.at, *other.at]) == whole.at.tolist()
    assert len(one.sessions[0]) + len(other.sessions[0]) >= len(whole.sessions[0])


def test_being_more_alike_never_speaks_for_innocence() -> None:
    rng = np.random.default_rng(2)
    innocent = [
        {"overlap": rng.random(), "alternation": 1 + rng.random(), "targets": None, "tag_team": None}
        for _ in range(60)
    ]
    linked = [
        {"overlap": 1 + rng.random(), "alternation": rng.random(), "targets": None, "tag_team": None}
        for _ in range(60)
    ]
    scale = learn(innocent, linked)
    assert (scale.weights[:-1] >= 0).all()
    assert scale.names == ("overlap", "alternation")
    assert abs(scale.log_ratio({"overlap": 50.0, "alternation": 50.0})) <= np.log(60) + 1e-9


def compared(seed: int) -> Linked:
    everybody = wiki(seed)
    return compare(
        "Editor 0", "Editor 1", everybody, rarity_of(everybody), np.random.default_rng(seed), most_pairs=220
    )


def test_p_of_innocent_pairs_is_uniform_or_larger() -> None:
    p = [compared(seed).p for seed in range(12)]
    assert kstest([each or 1.0 for each in p], "uniform", alternative="greater").pvalue > 0.01


def test_two_accounts_of_one_person_are_more_alike_than_innocent_pairs() -> None:
    everybody = wiki(50, people=140)
    rng = np.random.default_rng(4)
    person = max(everybody, key=lambda name: len(everybody[name].at))
    everybody["one"], everybody["other"] = split(everybody.pop(person), rng)
    found = compare("one", "other", everybody, rarity_of(everybody), rng)
    assert found.status == "ok"
    assert found.ratio is not None
    assert found.ratio > 1
    assert found.p is not None
    assert found.p < 0.1
    assert "Of 10,000 innocent pairs" in found.sentence
    assert found.per_10000_high is not None
    assert found.per_10000 is not None
    assert found.per_10000_high > found.per_10000


def test_a_few_edits_are_not_enough_and_the_minimum_is_named() -> None:
    everybody = wiki(1)
    everybody["new"] = deeds([0, 9], [1, 2])
    found = compare("new", "Editor 1", everybody, rarity_of(everybody), np.random.default_rng(0))
    assert found.status == "not_enough_data"
    assert "20 edits in at least five sessions" in found.sentence
    assert found.ratio is None
