"""How close an outcome was, and whether a group of voters decided it, under the rules that held."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from holdfast.elections.open_votes import OpenVotes, Tally
from holdfast.elections.outcome import UNKNOWN, Outcome, outcomes
from holdfast.elections.rules import RuleSet


@dataclass(frozen=True, kw_only=True)
class Margin:
    """How many votes lay between an outcome and another one; None where no number of them changes it."""

    fewer_support: int | None
    """So many supports less, and the outcome is another."""
    more_support: int | None
    more_oppose: int | None
    fewer_oppose: int | None

    @property
    def smallest(self) -> int | None:
        """The smallest of the four."""
        known = [
            each for each in (self.fewer_support, self.more_support, self.more_oppose, self.fewer_oppose) if each
        ]
        return min(known, default=None)


@dataclass(frozen=True, kw_only=True)
class Without:
    """The same election without one group's votes."""

    group: str
    support: int
    oppose: int
    neutral: int
    outcome: Outcome
    is_pivotal: bool | None
    """Whether the outcome is another one without the group; None where there is no outcome to compare.

    It says nothing of the group's right to vote."""


def judged(rules: RuleSet, votes: OpenVotes, tally: Tally) -> Outcome:
    """The outcome of one candidate alone: seats and other candidates are left out of account."""
    return outcomes(replace(rules, seats=None), replace(votes, tallies=(tally,)))[0]


def margin(rules: RuleSet, votes: OpenVotes, tally: Tally) -> Margin:
    """The distance to another outcome, in votes of each kind, found by trying; at most twice the votes cast."""
    here = judged(rules, votes, tally).outcome
    limit = 2 * (tally.support + tally.oppose) + 50

    def first(change: Callable[[int], Tally], most: int) -> int | None:
        for count in range(1, most + 1):
            changed = change(count)
            cast = changed.support + changed.oppose + changed.neutral
            room = replace(votes, voters=max(votes.voters, cast) if votes.voters is not None else None)
            if judged(rules, room, changed).outcome != here:
                return count
        return None

    return Margin(
        fewer_support=first(lambda count: replace(tally, support=tally.support - count), tally.support),
        more_support=first(lambda count: replace(tally, support=tally.support + count), limit),
        more_oppose=first(lambda count: replace(tally, oppose=tally.oppose + count), limit),
        fewer_oppose=first(lambda count: replace(tally, oppose=tally.oppose - count), tally.oppose),
    )


def without(rules: RuleSet, votes: OpenVotes, tally: Tally, *, group: str, cast: tuple[int, int, int]) -> Without:
    """The outcome without a group that cast so many supports, opposes and neutrals."""
    support, oppose, neutral = cast
    rest = replace(
        tally, support=tally.support - support, oppose=tally.oppose - oppose, neutral=tally.neutral - neutral
    )
    fewer = replace(votes, voters=None if votes.voters is None else votes.voters - sum(cast))
    found, here = judged(rules, fewer, rest), judged(rules, votes, tally)
    return Without(
        group=group,
        support=support,
        oppose=oppose,
        neutral=neutral,
        outcome=found,
        is_pivotal=None if UNKNOWN in (found.outcome, here.outcome) else found.outcome != here.outcome,
    )
