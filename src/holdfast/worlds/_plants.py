"""What is planted over an organic electorate: blocs, sleepers, sock farms, canvassed crowds."""

from dataclasses import dataclass

import numpy as np

from holdfast.worlds._electorate import Electorate, Votes
from holdfast.worlds.election_world import Bloc, ElectionWorld

Roles = set[tuple[int, str, str]]
"""Account, role, group."""


@dataclass(frozen=True, kw_only=True)
class Plants:
    """The votes with the plant in them, and the truth about it."""

    votes: Votes
    roles: Roles
    calls: set[tuple[int, str, int]]
    """Poll, group, side."""
    messages: tuple[tuple[int, int, float], ...]
    """Sender, recipient, day: canvassing on talk pages."""


def plant(votes: Votes, electorate: Electorate, world: ElectionWorld, rng: np.random.Generator) -> Plants:
    """Lay all that the world plants over its organic votes; members are ordinary voters of middling activity."""
    ballots = {
        (int(p), int(v)): (int(s), float(t))
        for p, v, s, t in zip(votes.poll, votes.voter, votes.side, votes.at, strict=True)
    }
    roles: Roles = set()
    calls: set[tuple[int, str, int]] = set()
    messages: list[tuple[int, int, float]] = []
    # nobody is in two plants; the most active tenth is left out, as infiltrators rarely are
    ordinary = electorate.weight <= np.quantile(electorate.weight, 0.9)
    first, last = float(electorate.opened[0]), float(electorate.opened[-1])
    lived = np.minimum(electorate.ends, last) - np.maximum(electorate.starts, first)
    settled = lived >= min(0.5, np.quantile(lived, 0.6) / max(last - first, 1e-9)) * (last - first)
    free = [int(each) for each in rng.permutation(np.flatnonzero(ordinary & settled))]
    free += [int(each) for each in rng.permutation(np.flatnonzero(ordinary & ~settled))]
    for number, bloc in enumerate(world.blocs):
        members, free = free[: bloc.size], free[bloc.size :]
        group = f"bloc-{number:02d}"
        roles |= {(member, "bloc", group) for member in members}
        calls |= _plant_bloc(ballots, members, group, bloc, electorate, rng)
    special = [int(each) for each in rng.permutation(len(electorate.opened))[:3]]
    for role, count, poll in zip(
        ("sleeper", "sock", "canvassed"), (world.sleepers, world.socks, world.canvassed), special, strict=False
    ):
        members, free = free[:count], free[count:]
        if not members:
            continue
        side = int(rng.choice([-1, 1]))
        calls.add((poll, role, side))
        roles |= {(member, role, role) for member in members}
        at = electorate.opened[poll] + (
            3.5 + rng.uniform(0, 1 / 12, count) if role == "sock" else rng.uniform(0.5, 6, count)
        )
        for member, moment in zip(members, at, strict=True):
            ballots[poll, member] = (side, float(moment))
        if role == "canvassed":
            sender = free.pop()
            roles.add((sender, "sender", role))
            messages = [
                (sender, member, float(moment - rng.uniform(0.1, 2)))
                for member, moment in zip(members, at, strict=True)
            ]
        else:
            _leave(ballots, members, poll)
    keys = sorted(ballots)
    return Plants(
        votes=Votes(
            voter=np.array([voter for _, voter in keys]),
            poll=np.array([poll for poll, _ in keys]),
            side=np.array([ballots[key][0] for key in keys], "int8"),
            at=np.array([ballots[key][1] for key in keys]),
        ),
        roles=roles,
        calls=calls,
        messages=tuple(messages),
    )


def _plant_bloc(
    ballots: dict[tuple[int, int], tuple[int, float]],
    members: list[int],
    group: str,
    bloc: Bloc,
    electorate: Electorate,
    rng: np.random.Generator,
) -> set[tuple[int, str, int]]:
    calls = set()
    polls = len(electorate.opened)
    called = rng.permutation(polls)[: max(1, round(bloc.called * polls))]
    for poll in map(int, called):
        side = -1 if rng.random() < bloc.oppose else 1
        calls.add((poll, group, side))
        for member in members:
            here = electorate.starts[member] < electorate.opened[poll] < electorate.ends[member]
            if member == electorate.candidate[poll] or not here or rng.random() >= bloc.participation:
                continue
            taken = side if rng.random() < bloc.loyalty else -side
            ballots[poll, member] = (taken, float(electorate.opened[poll] + rng.uniform(0, 6.9)))
    return calls


def _leave(ballots: dict[tuple[int, int], tuple[int, float]], members: list[int], poll: int) -> None:
    """Sleepers and socks vote nowhere else."""
    gone = set(members)
    for key in [key for key in ballots if key[1] in gone and key[0] != poll]:
        del ballots[key]
