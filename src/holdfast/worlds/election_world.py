"""What a simulated electorate is made of: its people, its habits, and what is planted in it."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, kw_only=True)
class Bloc:
    """A planted bloc. Some elections are called, for or against; a member follows each call with `participation`.

    Outside the called elections, and when it does not follow, a member votes as anybody would (decoys).
    """

    size: int
    called: float = 0.3
    """Share of the elections that are called, in [0, 1]."""
    participation: float = 0.6
    """Chance that a member turns out for a call, in [0, 1]."""
    loyalty: float = 0.95
    """Chance that a member who turned out votes as called, in [0, 1]."""
    oppose: float = 0.5
    """Share of the calls that are against the candidate."""


WEAK = Bloc(size=20, called=0.2, participation=0.4, loyalty=0.85)
STRONG = Bloc(size=20, called=0.35, participation=0.75, loyalty=0.95)


@dataclass(frozen=True, kw_only=True)
class ElectionWorld:
    """What is drawn. Shares lie in [0, 1]; strengths are on the logit scale; zero switches a part off."""

    voters: int = 400
    elections: int = 60
    years: float = 4.0
    turnout: float = 0.12
    """Mean share of the voters who vote in an election."""
    passes_at: float = 0.7
    camps: float = 0.5
    """How much two opposed camps divide the votes: s.d. of the product of camp and candidate position."""
    topics: int = 6
    topic_pull: float = 1.0
    """How much more somebody turns out for a candidate of the own field, in log odds."""
    herding: float = 1.0
    """How much a vote follows the share so far, in log odds from 0 to 1."""
    friends: float = 0.3
    """Share of the voters who belong to a circle of two to four friends."""
    friend_follow: float = 0.3
    """Chance to turn out because a friend did; half of these also take the friend's side."""
    projects: int = 2
    """Legitimate drives: groups of 12 who turn out for one field together and vote as each thinks."""
    blocs: tuple[Bloc, ...] = ()
    sleepers: int = 0
    """Dormant accounts that return to vote in one election."""
    socks: int = 0
    """Fresh accounts, few edits, one side, within two hours, in one election."""
    canvassed: int = 0
    """Voters who had a message from one sender and followed it, in one election."""
    edits: bool = False
    """Also draw revisions and talk messages (needed by sleepers, socks and canvassing; slower)."""

    def healthy(self) -> "ElectionWorld":
        """The same world without anything planted."""
        return replace(self, blocs=(), sleepers=0, socks=0, canvassed=0)
