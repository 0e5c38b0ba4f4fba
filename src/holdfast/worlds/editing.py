"""How a simulated wiki is edited when nobody arranges anything: sessions, topics, rhythm, crowds."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from holdfast.worlds.world import World, seconds_of

DAY = 86400  # seconds of a day
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Actions:
    """Rows of who acted on what when. Accounts and objects are numbers from 0; times are seconds UTC."""

    account: Ints
    object: Ints
    at: Ints

    @property
    def count(self) -> int:
        """How many actions."""
        return len(self.at)


def joined(parts: list[Actions]) -> Actions:
    """All the actions of some parts, in no order."""
    return Actions(
        account=np.concatenate([each.account for each in parts]),
        object=np.concatenate([each.object for each in parts]),
        at=np.concatenate([each.at for each in parts]),
    )


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Who and what is there before anybody acts. Times are days from the start of the world."""

    world: World
    start: int
    """First moment, seconds UTC."""
    weight: Floats
    """Activity of each account, heavy-tailed; its share is its chance to begin a session."""
    born: Floats
    dies: Floats
    hour: Floats
    """Preferred hour of the day."""
    topics: Ints
    """Accounts by 3: what each cares for, most first."""
    shares: Floats
    object_topic: Ints
    by_topic: Ints
    """Objects in the order of their topics."""
    topic_start: Ints
    """Where each topic begins in `by_topic`; one longer than the topics."""
    reach: Floats
    """Cumulative popularity along `by_topic`, beginning with 0."""

    @property
    def seconds(self) -> int:
        """Length of the world."""
        return self.world.size.days * DAY


def stream(seed: int, part: str) -> np.random.Generator:
    """The randomness of one part of a world. Parts do not disturb each other: the twin without the plant
    is otherwise the same world."""
    return np.random.default_rng(np.random.SeedSequence([seed, *part.encode()]))


def set_stage(world: World, seed: int) -> Stage:
    """Draw accounts, topics and objects."""
    rng, size = stream(seed, "stage"), world.size
    weight = 1 + rng.pareto(1.05, size.accounts)
    weight = np.minimum(weight, np.quantile(weight, 0.9995))
    born = rng.uniform(-0.3, 1, size.accounts) * size.days
    length = np.clip(5 + rng.exponential(0.6 * size.days, size.accounts), 2, 2 * max(size.days, 1))
    born, dies = np.clip(born, 0, size.days - 1), np.clip(born + length, 2, size.days)
    dies = np.maximum(dies, np.minimum(born + 2, size.days))
    weight = weight * np.maximum(dies - born, 1) / length  # only the part of a life that falls into the world
    popularity = rng.permutation((1.0 + np.arange(size.objects)) ** -0.9)
    topic = rng.integers(0, size.topics, size.objects)
    topic[rng.permutation(size.objects)[: size.topics]] = np.arange(size.topics)  # no topic without an object
    by_topic = np.argsort(topic, kind="stable")
    return Stage(
        world=world,
        start=int(datetime.fromisoformat(size.start).replace(tzinfo=UTC).timestamp()),
        weight=weight,
        born=born,
        dies=dies,
        hour=rng.uniform(0, 24, size.accounts),
        topics=rng.integers(0, size.topics, (size.accounts, 3)),
        shares=rng.dirichlet([2, 1, 0.5], size.accounts),
        object_topic=topic,
        by_topic=by_topic,
        topic_start=np.searchsorted(topic[by_topic], np.arange(size.topics + 1)),
        reach=np.concatenate([[0.0], np.cumsum(popularity[by_topic])]),
    )


def draw_objects(stage: Stage, rng: np.random.Generator, topics: Ints) -> Ints:
    """One object for each entry of `topics`, by popularity inside the topic; -1 means any topic."""
    anywhere = topics < 0
    low = np.where(anywhere, 0, stage.topic_start[topics])
    high = np.where(anywhere, len(stage.by_topic), stage.topic_start[topics + 1])
    aim = stage.reach[low] + rng.random(len(topics)) * (stage.reach[high] - stage.reach[low])
    place = np.clip(np.searchsorted(stage.reach, aim, side="right") - 1, low, high - 1)
    found: Ints = stage.by_topic[place].astype(np.int64)
    return found


def organic(stage: Stage, seed: int) -> Actions:
    """The sessions of everybody."""
    rng, life = stream(seed, "organic"), stage.world.life
    wanted = stage.world.size.actions * (1 - life.crowd_share)
    sessions = max(1, int(wanted / life.session_length))
    who = rng.choice(len(stage.weight), sessions, p=stage.weight / stage.weight.sum())
    length = rng.geometric(1 / life.session_length, sessions)
    day = _days(stage, rng, who)
    began = day * DAY + ((stage.hour[who] + rng.normal(0, 3.5, sessions)) % 24) * 3600
    account = np.repeat(who, length)
    first = np.zeros(len(account), dtype=bool)
    first[np.concatenate([[0], np.cumsum(length)[:-1]])] = True
    steps = rng.exponential(240, len(account))
    steps[first] = 0
    run = np.cumsum(steps)
    within = (run - np.repeat(run[first], length)) % 7200
    pick = rng.random(len(account))
    shares = np.cumsum(stage.shares[account], axis=1)
    which = (rng.random(len(account))[:, None] > shares[:, :2]).sum(axis=1)
    topic = np.where(pick < life.topic_share, stage.topics[account, which], -1)
    drawn = draw_objects(stage, rng, topic)
    again = (rng.random(len(account)) < life.repeat_share) & ~first
    source = np.maximum.accumulate(np.where(again, 0, np.arange(len(account))))
    at = (np.repeat(began, length) + within).astype(np.int64)
    return _inside(stage, Actions(account=account, object=drawn[source], at=at + stage.start))


def _days(stage: Stage, rng: np.random.Generator, who: Ints) -> Floats:
    """A whole day of each one's life; days of the weekend are drawn again with some probability."""

    def draw() -> Floats:
        return np.floor(stage.born[who] + rng.random(len(who)) * (stage.dies[who] - stage.born[who]))

    day, other = draw(), draw()
    # 1970-01-01 was a Thursday: days 2 and 3 of the week counted from it are Saturday and Sunday
    weekend = np.isin((stage.start // DAY + day) % 7, (2, 3))
    again = weekend & (rng.random(len(who)) > stage.world.life.weekend)
    return np.where(again, other, day)


def crowds(stage: Stage, seed: int) -> Actions:
    """Events outside the wiki that draw many who care for a topic to one object."""
    rng, life, size = stream(seed, "crowds"), stage.world.life, stage.world.size
    events = int(size.actions * life.crowd_share / life.crowd_size)
    objects = draw_objects(stage, rng, np.full(events, -1))
    moments = rng.uniform(0, stage.seconds, events)
    members = np.argsort(stage.topics.ravel(), kind="stable")
    ordered = stage.topics.ravel()[members]
    parts = []
    for which in range(events):
        topic = stage.object_topic[objects[which]]
        low, high = np.searchsorted(ordered, (topic, topic + 1))
        if low == high:
            continue
        near = members[low:high]
        interest = (stage.weight[near // 3] * stage.shares.ravel()[near]).astype(float)
        who = rng.choice(near // 3, rng.poisson(life.crowd_size), p=interest / interest.sum())
        at = moments[which] + rng.exponential(seconds_of(life.crowd_delay), len(who))
        alive = (at / DAY >= stage.born[who]) & (at / DAY <= stage.dies[who])
        parts.append(
            Actions(
                account=who[alive].astype(np.int64),
                object=np.full(int(alive.sum()), objects[which]),
                at=at[alive].astype(np.int64) + stage.start,
            )
        )
    return _inside(stage, joined(parts)) if parts else empty()


def empty() -> Actions:
    """No actions."""
    none = np.zeros(0, dtype=np.int64)
    return Actions(account=none, object=none, at=none)


def _inside(stage: Stage, actions: Actions) -> Actions:
    """Without what falls before or after the world."""
    kept = (actions.at >= stage.start) & (actions.at < stage.start + stage.seconds)
    return Actions(account=actions.account[kept], object=actions.object[kept], at=actions.at[kept])
