"""Small contests for tests."""

from collections.abc import Sequence

from holdfast.elections.contest import Candidate, Contest, MarkKind, Marks, make_contest


def ranked(*rankings: tuple[str, int], seats: int | None = None, names: str = "") -> Contest:
    """A contest from rankings such as ("ABC", 3): three voters rank A before B before C."""
    keys = names or "".join(sorted({letter for ranking, _ in rankings for letter in ranking}))
    ballots: dict[Marks, int] = {}
    for ranking, count in rankings:
        marks = tuple((keys.index(letter), place) for place, letter in enumerate(ranking, 1))
        ballots[marks] = ballots.get(marks, 0) + count
    return contest(MarkKind.RANK, keys, ballots, seats)


def scored(*ballots: tuple[Sequence[int], int], names: str) -> Contest:
    """A contest from scores in the order of the names, such as ((1, 0, -1), 5)."""
    found: dict[Marks, int] = {}
    for scores, count in ballots:
        marks = tuple(enumerate(scores))
        found[marks] = found.get(marks, 0) + count
    return contest(MarkKind.SCORE, names, found, None)


def contest(kind: MarkKind, keys: Sequence[str], ballots: dict[Marks, int], seats: int | None) -> Contest:
    """A contest whose candidates are called by their keys."""
    return make_contest("", kind, [Candidate(key=key, name=key) for key in keys], ballots=ballots, seats=seats)
