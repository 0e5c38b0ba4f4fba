"""Outside counters on the same ballots. Where they differ, docs/decisions/ says why."""

import json
import random
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyrankvote import Ballot as TheirBallot
from pyrankvote import Candidate as TheirCandidate
from pyrankvote import instant_runoff_voting, single_transferable_vote
from stvpoll.scottish_stv import calculate_scottish_stv
from stvpoll.transfer_strategies import VoteTransfers

from holdfast.elections.contest import Candidate, Contest, MarkKind, Marks, Reading, make_contest, ranking
from holdfast.elections.counts import contest_in, count_contest

# twenty guests, three dishes: A oranges, B pears, C chocolate, D strawberries, E sweets; A, C and D are chosen
TEXTBOOK = (("A", 4), ("BA", 2), ("CD", 8), ("CE", 4), ("D", 1), ("E", 1))


def contest(keys: list[str], ballots: dict[Marks, int], seats: int) -> Contest:
    candidates = [Candidate(key=key, name=key) for key in keys]
    return make_contest("", MarkKind.RANK, candidates, ballots=ballots, seats=seats)


def textbook() -> Contest:
    ballots = {
        tuple(("ABCDE".index(letter), place) for place, letter in enumerate(order, 1)): count
        for order, count in TEXTBOOK
    }
    return contest(list("ABCDE"), ballots, 3)


def wards(number: int, seed: int) -> list[Contest]:
    """Synthetic wards of the shape of Scottish ones: 5 to 9 candidates, 3 or 4 seats, parties, short rankings."""
    rng = random.Random(seed)
    found = []
    for _ in range(number):
        size = rng.randint(5, 9)
        strength = [rng.random() ** 2 + 0.05 for _ in range(size)]
        ballots: dict[tuple[tuple[int, int], ...], int] = {}
        for _ in range(rng.randint(200, 600)):
            order = sorted(range(size), key=lambda index: rng.random() ** (1 / strength[index]), reverse=True)
            marks = tuple((index, place) for place, index in enumerate(order[: rng.randint(1, 4)], 1))
            ballots[marks] = ballots.get(marks, 0) + rng.randint(1, 9)
        found.append(contest([f"c{n}" for n in range(size)], ballots, rng.choice([3, 4])))
    return found


def corrected(ballots: Any, vote_count: Any, transfers: Any, standing: Any, quota: int, decrease_value: bool) -> Any:
    """stvpoll's own serial transfer but for one thing: a paper lies with the candidate it was given to.

    As released, the surplus of one candidate takes along papers that lie with another who was elected in the same
    stage, when they name the first one anywhere below (docs/decisions/0061).
    """
    log: Any = VoteTransfers()
    exhausted = Decimal(0)
    waiting = list(transfers)
    while waiting:
        candidate = waiting.pop(0)
        votes = vote_count[candidate]
        factor = (votes - quota) / votes if decrease_value else Decimal(1)
        for ballot in ballots:
            if ballot.get_next_preference((candidate, *standing, *waiting)) != candidate:
                continue
            ballot.decrease_value(factor)
            heir = ballot.get_next_preference((*standing, *waiting))
            if heir is None:
                exhausted += ballot.value
            else:
                log[candidate, heir] += ballot.value
        vote_count = {name: count + log[candidate, name] for name, count in vote_count.items()}
    return log, exhausted, {name: vote_count[name] for name in standing}


@pytest.mark.parametrize("ward", wards(25, seed=1), ids=lambda ward: f"{len(ward.candidates)}-{ward.cast}")
def test_scottish_winners_equal_stvpolls(ward: Contest) -> None:
    ballots = [(ranking(marks, Reading.AS_WRITTEN), count) for marks, count in ward.ballots]

    def theirs(**how: Any) -> tuple[str, ...]:
        names = tuple(range(len(ward.candidates)))
        found = calculate_scottish_stv(names, ballots, ward.seats or 1, random_shuffle=False, **how)
        return tuple(ward.keys[index] for index in found.elected_as_tuple())

    ours = count_contest(ward, "scottish-stv")
    assert ours.winners == theirs(transfer_strategy=corrected)
    if len(ours.rounds[0]["elected"]) < 2 and all(len(each["elected"]) < 2 for each in ours.rounds):
        assert ours.winners == theirs(), "where nobody is elected together with another, as released"


def test_pyrankvote_elects_the_same_in_the_textbook_case_and_in_single_seats() -> None:
    people = {letter: TheirCandidate(letter) for letter in "ABCDE"}
    papers = [
        TheirBallot(ranked_candidates=[people[letter] for letter in order])
        for order, count in TEXTBOOK
        for _ in range(count)
    ]
    theirs = single_transferable_vote(list(people.values()), papers, number_of_seats=3).get_winners()
    for method in ("meek-stv", "scottish-stv"):
        ours = count_contest(textbook(), method, seats=3)
        assert set(ours.winners) == {winner.name for winner in theirs} == set("ACD")
    single = instant_runoff_voting(list(people.values()), papers).get_winners()
    ours = count_contest(textbook(), "scottish-stv", seats=1)
    assert [winner.name for winner in single] == list(ours.winners)


def belenios(method: str, ballots: list[list[int]], *options: str) -> dict[str, object]:
    run = subprocess.run(
        ["belenios-tool", "method", method, *options],
        input=json.dumps(ballots),
        capture_output=True,
        text=True,
        check=True,
        env={"BELENIOS_USE_URANDOM": "1"},
        timeout=60,
    )
    found: dict[str, object] = json.loads(run.stdout)
    return found


needs_tool = pytest.mark.skipif(shutil.which("belenios-tool") is None, reason="belenios-tool is not installed")


@needs_tool
@pytest.mark.parametrize("seed", range(8))
def test_schulze_agrees_with_belenios_tool(seed: int) -> None:
    rng = random.Random(seed)
    size = rng.randint(3, 6)
    ballots = [rng.sample(range(1, size + 1), size) for _ in range(rng.randint(5, 40))]
    theirs = belenios("schulze", ballots, f"--nchoices={size}", "--blank-allowed=false")
    marks: dict[tuple[tuple[int, int], ...], int] = {}
    for places in ballots:
        key = tuple(enumerate(places))
        marks[key] = marks.get(key, 0) + 1
    ours = count_contest(contest([str(n) for n in range(size)], marks, size), "schulze")
    assert [sorted(each["place"]) for each in ours.rounds[2:]] == [
        sorted(str(n) for n in place)
        for place in theirs["winners"]  # type: ignore[attr-defined]
    ]


@needs_tool
def test_stv_elects_the_same_as_belenios_tool_in_the_textbook_case() -> None:
    ballots = []
    for order, count in TEXTBOOK:
        places = ["ABCDE".index(letter) for letter in order]
        ballots += [[places.index(n) + 1 if n in places else 0 for n in range(5)]] * count
    theirs = belenios("stv", ballots, "--nseats=3")
    ours = count_contest(textbook(), "scottish-stv", seats=3)
    assert sorted(ours.winners) == sorted("ABCDE"[n] for n in theirs["winners"])  # type: ignore[attr-defined]


REAL = sorted((Path(__file__).parents[1] / "data" / "stv" / "securepoll").glob("math-*.json.gz"))


def papers(ward: Contest) -> list[list[int]]:
    """Each voter's ranking, a repeated candidate counted once: the judges take no repeats."""
    return [
        list(dict.fromkeys(ranking(marks, Reading.CLOSE_UP))) for marks, count in ward.ballots for _ in range(count)
    ]


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name[:8] + path.name[23:27])
def test_four_counters_elect_the_same_in_real_elections(path: Path) -> None:
    ward = contest_in(path)
    people = [TheirCandidate(key) for key in ward.keys]
    ballots = [TheirBallot(ranked_candidates=[people[index] for index in order]) for order in papers(ward) if order]
    theirs = single_transferable_vote(people, ballots, number_of_seats=ward.seats or 1).get_winners()
    stvpoll = calculate_scottish_stv(
        tuple(range(len(ward.candidates))),
        [(tuple(order), 1) for order in papers(ward)],
        ward.seats or 1,
        random_shuffle=False,
    )
    expected = {winner.name for winner in theirs}
    assert expected == {ward.keys[index] for index in stvpoll.elected_as_tuple()}
    for method in ("meek-stv", "scottish-stv"):
        assert set(count_contest(ward, method).winners) == expected


@needs_tool
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name[:8] + path.name[23:27])
def test_belenios_tool_gives_the_same_places_and_winners_in_real_elections(path: Path) -> None:
    ward = contest_in(path)
    size = len(ward.candidates)
    places = [[order.index(n) + 1 if n in order else 0 for n in range(size)] for order in papers(ward) if order]
    theirs = belenios("stv", places, f"--nseats={ward.seats}")
    winners = {ward.keys[index] for index in theirs["winners"]}  # type: ignore[attr-defined]
    assert set(count_contest(ward, "meek-stv").winners) == winners
    # unranked candidates stand together behind the ranked ones: the tool wants a number for each
    behind = [[place or size for place in each] for each in places]
    schulze = belenios("schulze", behind, f"--nchoices={size}", "--blank-allowed=false")
    ours = count_contest(ward, "schulze", seats=size)
    assert [sorted(each["place"]) for each in ours.rounds[2:]] == [
        sorted(ward.keys[index] for index in place)
        for place in schulze["winners"]  # type: ignore[attr-defined]
    ]
