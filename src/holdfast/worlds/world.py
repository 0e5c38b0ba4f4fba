"""What a world file says: the size of a simulated wiki, its life, and what is planted in it.

A world file is TOML. Every section is optional; a key that is not known is refused, so that a misspelt plant
cannot pass for a healthy wiki. Durations are a number and a unit: `90s`, `5m`, `6h`, `2d`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from holdfast.errors import InputRefusedError
from holdfast.papers.documents import Document, read_toml
from holdfast.papers.shapes import check_shape, object_of

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(\d{1,9})([smhd])\Z")


def seconds_of(text: str) -> int:
    """A duration such as `5m` in seconds. Raises InputRefusedError `world.duration` for anything else."""
    found = _DURATION.match(text.strip()) if isinstance(text, str) else None
    if found is None or int(found[1]) == 0:
        raise InputRefusedError(
            "world.duration",
            "this is not a length of time",
            expected="a whole number above 0 and one of s, m, h, d, such as 5m or 2d",
            got=repr(text)[:40],
            hint="correct the value; nothing was written",
        )
    return int(found[1]) * _UNITS[found[2]]


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large the wiki is. Numbers of actions are aims; the drawn world differs by a few per cent."""

    accounts: int = 20_000
    objects: int = 100_000
    topics: int = 200
    actions: int = 1_000_000
    days: int = 365
    start: str = "2020-01-01"


@dataclass(frozen=True, kw_only=True)
class Life:
    """How people edit when nobody arranges anything. Sources: the generator described in the docs page."""

    session_length: float = 5.0
    """Mean actions in a session (geometric)."""
    topic_share: float = 0.75
    """Share of actions on one of the account's three topics; the rest falls anywhere by popularity."""
    repeat_share: float = 0.35
    """Share of actions that repeat the session's last object: runs of edits."""
    weekend: float = 0.8
    """Activity on Saturday and Sunday against other days."""
    crowd_share: float = 0.12
    """Share of actions in crowds that an event outside the wiki draws."""
    crowd_size: float = 40.0
    crowd_delay: str = "8h"
    """Mean delay of a member of a crowd (exponential)."""


@dataclass(frozen=True, kw_only=True)
class Coordinated:
    """A planted group: at each event every member joins with a probability, after an exponential delay."""

    size: int
    delay: str
    events: int = 20
    participation: float = 0.6
    decoys: int = 0
    """Further actions of each member on objects where no other member is led, to look busy elsewhere."""
    from_topic: bool = False
    """Members are drawn among those who care for the group's topic anyway: the harder case."""
    fresh: bool = False
    """A sock farm: accounts that do nothing but this and their decoys."""
    jitter: str = ""
    """A further uniform delay up to this length: an adversary who has read this file."""


@dataclass(frozen=True, kw_only=True)
class Legitimate:
    """Open coordination, by kind: meetup, class, drive or cleaners. It is labelled so in the truth.

    meetup: one afternoon a month, each participant works on some of a list of pages. class: fresh accounts,
    two hours a week. drive: a month on one list. cleaners: answer the same alerts within minutes, all year.
    """

    kind: str
    size: int
    sessions: int = 4
    pages: int = 20


@dataclass(frozen=True, kw_only=True)
class Capture:
    """An admin group that takes a wiki over: dissenters are blocked, rights are granted inside the group."""

    admins: int = 20
    group: int = 6
    from_share: float = 0.4
    """The part of the whole time after which the group acts as one."""
    dissents: int = 120
    """Conflicts between a dissenter and a member of the group, over the whole time."""
    block_share: float = 0.7
    """Share of dissents that end in a block within a week, once the group has taken over."""


@dataclass(frozen=True, kw_only=True)
class World:
    """One world file."""

    name: str = "world"
    describes: str = ""
    size: Size = field(default_factory=Size)
    life: Life = field(default_factory=Life)
    coordinated: tuple[Coordinated, ...] = ()
    legitimate: tuple[Legitimate, ...] = ()
    capture: Capture | None = None
    elections: Mapping[str, Any] | None = None
    """Read by `holdfast.worlds.elections`."""


SHAPE: Mapping[str, Any] = object_of(World, least=0)
"""The shape of a world file."""


def world_from(content: Mapping[str, Any], place: str = "world file") -> World:
    """The world that a parsed file describes. Raises as `read_world`."""
    return _world(Document(place=place, data=dict(content), marks={}, sha256=""))


def _world(file: Document) -> World:
    check_shape(
        file,
        SHAPE,
        code="world.value",
        codes={"unknown": "world.key", "missing": "world.missing"},
        what="this is no world file",
        hint="docs/how-we-know.md lists the keys; nothing was written",
    )
    found = dict(file.data)
    sections = {"size": Size, "life": Life, "capture": Capture}
    found |= {name: kind(**found[name]) for name, kind in sections.items() if name in found}
    lists = {"coordinated": Coordinated, "legitimate": Legitimate}
    found |= {name: tuple(kind(**each) for each in found.get(name, ())) for name, kind in lists.items()}
    world = World(**found)
    _check(world, file.place)
    return world


def _check(world: World, place: str) -> None:
    """Refuse what would only fail later, deep in the drawing."""
    problems = []
    size = world.size
    if min(size.accounts, size.objects, size.topics, size.days) < 1 or size.topics > size.objects:
        problems.append("[size] needs at least one account, object, topic and day, and no more topics than objects")
    problems += [
        f"[[legitimate]] kind {each.kind!r} is none of meetup, class, drive, cleaners"
        for each in world.legitimate
        if each.kind not in {"meetup", "class", "drive", "cleaners"}
    ]
    for each in world.coordinated:
        seconds_of(each.delay)
        if each.jitter:
            seconds_of(each.jitter)
        if each.size < 2 or each.participation > 1:
            problems.append("[[coordinated]] needs a size of 2 or more and a participation in [0, 1]")
    seconds_of(world.life.crowd_delay)
    try:
        date.fromisoformat(size.start)
    except ValueError:
        problems.append(f"[size] start {size.start!r} is not a date")
    if problems:
        raise InputRefusedError("world.impossible", "this world cannot be", got="; ".join(problems), place=place)


def read_world(path: Path) -> World:
    """The world that a TOML file describes.

    Raises UsageError `world.unreadable` for no file, InputRefusedError `world.…` with every problem and its place.
    """
    return _world(read_toml(path, no_file="world.unreadable", code="world.unreadable", exact=False))
