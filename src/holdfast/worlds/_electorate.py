"""The organic part of simulated elections: people, candidates, friendships, and votes without any plan."""

from dataclasses import dataclass

import numpy as np

from holdfast.worlds.election_world import ElectionWorld

DAY = 86_400  # seconds of a day


@dataclass(frozen=True, kw_only=True)
class Electorate:
    """Accounts (also those who never vote) and polls. Days count from the world's beginning, 2020-01-01."""

    names: tuple[str, ...]
    registered: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    weight: np.ndarray
    """Activity, heavy-tailed, at least 1."""
    leniency: np.ndarray
    camp: np.ndarray
    field: np.ndarray
    """The topic in which each account is at home."""
    circles: tuple[tuple[int, ...], ...]
    projects: tuple[tuple[int, ...], ...]
    candidate: np.ndarray
    opened: np.ndarray
    quality: np.ndarray
    position: np.ndarray
    topic: np.ndarray
    pull: np.ndarray
    """How many come to each poll, relative to the mean."""


@dataclass(frozen=True, kw_only=True)
class Votes:
    """One entry per vote: account, poll, side (1, 0, -1), and when, in days."""

    voter: np.ndarray
    poll: np.ndarray
    side: np.ndarray
    at: np.ndarray


def draw_electorate(world: ElectionWorld, rng: np.random.Generator) -> Electorate:
    """People with heavy-tailed activity and lives of unequal length; candidates, two thirds of them good."""
    people, days = world.voters, world.years * 365
    numbers = rng.permutation(10 * people)[:people] + 1
    starts = rng.uniform(-0.6, 0.9, people) * days
    weight = 1 + np.minimum(rng.pareto(1.3, people), 60)
    circles: list[tuple[int, ...]] = []
    for account in (order := list(rng.permutation(people)[: int(world.friends * people)])):
        if circles and len(circles[-1]) < 2 + len(circles) % 3:
            circles[-1] = (*circles[-1], int(account))
        else:
            circles.append((int(account),))
    field = rng.integers(0, max(world.topics, 1), people)
    for circle in circles:  # friends met somewhere
        field[list(circle)] = field[circle[0]]
    projects = [
        tuple(int(each) for each in rng.choice(np.flatnonzero(field == number % max(world.topics, 1)), 12))
        for number in range(world.projects if len(order) else 0)
    ]
    return Electorate(
        names=tuple(f"Editor {number}" for number in numbers),
        registered=starts - rng.exponential(20, people),
        starts=starts,
        ends=starts + 60 + np.minimum(rng.exponential(0.8 * days, people), 2 * days),
        weight=weight,
        leniency=rng.normal(0, 0.8, people),
        camp=rng.normal(0, 1, people),
        field=field,
        circles=tuple(circle for circle in circles if len(circle) > 1),
        projects=tuple(tuple(sorted(set(project))) for project in projects),
        candidate=rng.choice(people, world.elections, replace=world.elections > people),
        opened=np.sort(rng.uniform(0, days - 7, world.elections)),
        quality=rng.normal(1.0, 1.2, world.elections),
        position=rng.normal(0, 1, world.elections),
        topic=rng.integers(0, max(world.topics, 1), world.elections),
        pull=np.exp(rng.normal(-0.18, 0.6, world.elections)),
    )


def cast(electorate: Electorate, world: ElectionWorld, rng: np.random.Generator) -> Votes:
    """Everybody's own votes: by activity, life and field; friends follow friends, later votes earlier ones."""
    parts = [_one_poll(poll, electorate, world, rng) for poll in range(world.elections)]
    return Votes(
        voter=np.concatenate([part[0] for part in parts]),
        poll=np.repeat(np.arange(world.elections), [len(part[0]) for part in parts]),
        side=np.concatenate([part[1] for part in parts]),
        at=np.concatenate([part[2] for part in parts]),
    )


def _one_poll(
    poll: int, electorate: Electorate, world: ElectionWorld, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    people = len(electorate.names)
    opened = electorate.opened[poll]
    alive = (electorate.starts < opened + 7) & (electorate.ends > opened)
    chance = np.where(alive, 1.0, 0.05) * electorate.weight**0.6
    chance *= np.exp(world.topic_pull * (electorate.field == electorate.topic[poll]))
    chance *= electorate.pull[poll] * world.turnout * people / max(chance.sum(), 1e-9)
    comes = rng.random(people) < 1 - np.exp(-chance)
    for project in electorate.projects:
        if electorate.field[project[0]] == electorate.topic[poll]:
            comes[list(project)] |= rng.random(len(project)) < 0.5
    copies = np.full(people, -1)
    for circle in electorate.circles:
        members = np.array(circle)
        present = members[comes[members]]
        if len(present):
            follow = members[~comes[members] & (rng.random(len(members)) < world.friend_follow)]
            copies[follow] = np.where(rng.random(len(follow)) < 0.5, present[0], -1)
            comes[follow] = True
    comes[electorate.candidate[poll]] = False
    at = opened + np.where(comes, arrivals(people, rng), 0)
    at = np.where(copies >= 0, np.minimum(at[copies] + rng.exponential(0.2, people), opened + 6.99), at)
    own = (
        electorate.quality[poll]
        + electorate.leniency
        + world.camps * 2 * electorate.camp * electorate.position[poll]
        + rng.logistic(0, 1, people)
    )
    voters = np.flatnonzero(comes)
    voters = voters[np.argsort(at[voters], kind="stable")]
    side = np.zeros(people, "int8")
    support = count = 0
    for voter in voters:
        mood = world.herding * (2 * (support + 2) / (count + 3) - 4 / 3) if count else 0.0
        value = own[voter] + mood
        side[voter] = (
            side[copies[voter]] if copies[voter] >= 0 else (1 if value > 0.25 else -1 if value < -0.25 else 0)
        )
        support, count = support + (side[voter] > 0), count + (side[voter] != 0)
    return voters, side[voters], at[voters]


def arrivals(count: int, rng: np.random.Generator) -> np.ndarray:
    """Days from opening to each vote: most come early, more by day than by night."""
    day = np.floor(7 * rng.beta(0.8, 1.6, count))
    hour = np.clip(rng.normal(15, 5, count), 0, 23.99) / 24
    return np.clip(day + hour, 0, 6.99)
