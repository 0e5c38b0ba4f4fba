"""What is planted in a world, and open coordination that is nobody's wrong: both with labels."""

from dataclasses import dataclass

import numpy as np

from holdfast.worlds.editing import DAY, Actions, Floats, Ints, Stage, draw_objects, joined, stream
from holdfast.worlds.world import Coordinated, Legitimate, seconds_of


@dataclass(frozen=True, kw_only=True)
class Group:
    """The truth about one group: who, of which role, and whether it is legitimate."""

    name: str
    role: str
    legitimate: bool
    members: Ints
    event_pages: tuple[int, ...] = ()
    """Objects that are public pages of the event: where a meet-up, class or drive announces itself."""


@dataclass(frozen=True, kw_only=True)
class Plant:
    """A group and what it does. `fresh` accounts and pages are numbered from those of the stage onwards."""

    group: Group
    actions: Actions


def eligible(stage: Stage, background: Actions) -> Ints:
    """Accounts that a plant may recruit: 15 to 600 actions and more than 90 days (or half the world) of life."""
    counts = np.bincount(background.account, minlength=len(stage.weight))
    lived = stage.dies - stage.born > min(90, stage.world.size.days / 2)
    found: Ints = np.flatnonzero((counts[: len(stage.weight)] >= 15) & (counts[: len(stage.weight)] <= 600) & lived)
    return found


def plant_group(
    stage: Stage, spec: Coordinated, members: Ints, topic: int, rng: np.random.Generator, name: str
) -> Plant:
    """One coordinated group on one topic; objects by popularity, with repetition."""
    moments = rng.uniform(0, 0.98 * stage.seconds, spec.events)
    objects = draw_objects(stage, rng, np.full(spec.events, topic))
    joins = rng.random((spec.events, len(members))) < spec.participation
    event, who = np.nonzero(joins)
    delay = rng.exponential(seconds_of(spec.delay), len(event))
    if spec.jitter:
        delay += rng.uniform(0, seconds_of(spec.jitter), len(event))
    account, thing, at = members[who], objects[event], moments[event] + delay
    if spec.decoys:
        account = np.concatenate([account, np.repeat(members, spec.decoys)])
        more = len(members) * spec.decoys
        thing = np.concatenate([thing, draw_objects(stage, rng, np.full(more, -1))])
        at = np.concatenate([at, rng.uniform(0, stage.seconds, more)])
    moment = np.minimum(at, stage.seconds - 1).astype(np.int64)
    role = "sock_farm" if spec.fresh else "coordinated"
    return Plant(
        group=Group(name=name, role=role, legitimate=False, members=members),
        actions=Actions(account=account.astype(np.int64), object=thing, at=moment + stage.start),
    )


def recruit(
    stage: Stage, free: Ints, spec: Coordinated, rng: np.random.Generator, first_fresh: int
) -> tuple[Ints, int]:
    """The members and the topic of a group. `free` are the accounts that no other plant has taken."""
    topic = int(rng.integers(0, stage.world.size.topics))
    if spec.fresh:
        return np.arange(first_fresh, first_fresh + spec.size), topic
    pool = free
    if spec.from_topic:
        near = free[(stage.topics[free] == topic).any(axis=1)]
        pool = near if len(near) >= spec.size else free
    return np.sort(rng.choice(pool, min(spec.size, len(pool)), replace=False)), topic


def plant_all(stage: Stage, background: Actions, seed: int, first_fresh: int) -> list[Plant]:
    """Every coordinated group of the world, each of other accounts."""
    rng = stream(seed, "coordinated")
    free = eligible(stage, background)
    plants = []
    for number, spec in enumerate(stage.world.coordinated, 1):
        members, topic = recruit(stage, free, spec, rng, first_fresh)
        if spec.fresh:
            first_fresh += spec.size
        free = np.setdiff1d(free, members)
        if len(members) >= 2:
            plants.append(plant_group(stage, spec, members, topic, rng, f"group {number}"))
    return plants


def legitimate_all(
    stage: Stage, background: Actions, seed: int, first_fresh: int, first_page: int
) -> tuple[list[Plant], int]:
    """Every open coordination of the world, and the number of event pages made for it."""
    rng = stream(seed, "legitimate")
    free = eligible(stage, background)
    plants, page = [], first_page
    for number, spec in enumerate(stage.world.legitimate, 1):
        if spec.kind == "class":
            members = np.arange(first_fresh, first_fresh + spec.size)
            first_fresh += spec.size
        else:
            members = np.sort(rng.choice(free, min(spec.size, len(free)), replace=False))
            free = np.setdiff1d(free, members)
        if len(members) < 2:
            continue
        pages = tuple(range(page, page + (0 if spec.kind == "cleaners" else spec.sessions)))
        page += len(pages)
        plants.append(
            Plant(
                group=Group(
                    name=f"{spec.kind} {number}", role=spec.kind, legitimate=True, members=members, event_pages=pages
                ),
                actions=_open_work(stage, spec, members, pages, rng),
            )
        )
    return plants, page - first_page


_SPAN = {"meetup": 6 * 3600, "class": 2 * 3600, "drive": 30 * DAY, "cleaners": 600}
_EVERY = {"meetup": 30 * DAY, "class": 7 * DAY, "drive": 60 * DAY}


def _open_work(
    stage: Stage, spec: Legitimate, members: Ints, pages: tuple[int, ...], rng: np.random.Generator
) -> Actions:
    """Sessions in which each member works on some of one list of pages, and signs the event's own page."""
    span = _SPAN[spec.kind]
    if spec.kind == "cleaners":
        begins: Floats = np.sort(rng.uniform(0, stage.seconds - span, spec.sessions * spec.pages))
        lists = draw_objects(stage, rng, np.full(len(begins), -1))[:, None]
    else:
        first = rng.uniform(0, max(1.0, stage.seconds - span - spec.sessions * _EVERY[spec.kind]))
        steps = np.arange(spec.sessions, dtype=np.float64) * _EVERY[spec.kind]
        begins = (first + steps) % float(max(1, stage.seconds - span))
        topic = int(rng.integers(0, stage.world.size.topics))
        lists = draw_objects(stage, rng, np.full(spec.sessions * spec.pages, topic)).reshape(spec.sessions, -1)
    parts = []
    for number, begin in enumerate(begins):
        took_part = members[rng.random(len(members)) < 0.75]
        pairs = [(who, thing) for who in took_part for thing in lists[number] if rng.random() < 0.4]
        signed = [(who, pages[number]) for who in took_part] if pages else []
        if not pairs and not signed:
            continue
        account, thing = np.array(pairs + signed, dtype=np.int64).T
        at = begin + rng.uniform(0, span, len(account))
        parts.append(Actions(account=account, object=thing, at=at.astype(np.int64) + stage.start))
    none = np.zeros(0, dtype=np.int64)
    return joined(parts) if parts else Actions(account=none, object=none, at=none)
