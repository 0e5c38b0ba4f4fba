"""Every page of the console: its addresses, what was planted, and who visits it."""

import atexit
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from holdfast.registry import kinds_in
from store.offices import OfficeWorld, TestMember
from web import plants

CANARY = "Xylophon Quetzal Canary"
ROLES = (
    "access_steward",
    "investigator",
    "decider",
    "legal",
    "appeal_reader",
    "custodian",
    "auditor",
    "operator",
)


@dataclass
class PlantedOffice:
    """An office with something of every kind in it."""

    world: OfficeWorld
    members: dict[str, TestMember]
    addresses: list[str] = field(default_factory=list)


@dataclass
class _Kept:
    """A planted office on disk, and its people."""

    folder: Path
    now: datetime
    members: dict[str, TestMember]
    addresses: list[str]


_KEPT: list[_Kept] = []
"""Planting takes many seconds; the first office of a run on SQLite is kept, and the others are copies of it."""


def planted(world: OfficeWorld) -> PlantedOffice:
    """One member of each role, and what every file in `plants/` puts in."""
    if world.office.config.database_url:
        return _plant(world)
    if not _KEPT:
        made = _plant(world)
        _KEPT.append(_keep(made))
        return made
    kept = _KEPT[0]
    _close()
    shutil.rmtree(world.folder)
    shutil.copytree(kept.folder, world.folder)
    world.clock.now = kept.now
    return PlantedOffice(world=world, members=_people(kept.members, world), addresses=list(kept.addresses))


def _plant(world: OfficeWorld) -> PlantedOffice:
    made = PlantedOffice(world=world, members={role: world.member(role) for role in ROLES})
    for plant in kinds_in(plants, "PLANT").values():
        made.addresses += plant(made)
    return made


def _keep(made: PlantedOffice) -> _Kept:
    from django.db import connection

    connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    _close()
    folder = Path(tempfile.mkdtemp(prefix="planted-")) / "office"
    atexit.register(shutil.rmtree, folder.parent, ignore_errors=True)
    shutil.copytree(made.world.folder, folder)
    members = _people(made.members, made.world)
    return _Kept(folder=folder, now=made.world.clock.now, members=members, addresses=list(made.addresses))


def _people(members: dict[str, TestMember], world: OfficeWorld) -> dict[str, TestMember]:
    """The same people in another copy of their office, each with a passkey that counts for itself."""
    return {role: replace(each, world=world, key=replace(each.key)) for role, each in members.items()}


def _close() -> None:
    from django.db import connections

    connections.close_all()


def patterns() -> list[str]:
    """Every address pattern of the console, as Django writes it: `/approvals/<slug:kind>/`."""
    from django.urls import URLPattern, URLResolver, get_resolver

    def walk(found: list[Any], before: str) -> Iterator[str]:
        for each in found:
            here = before + str(each.pattern)
            if isinstance(each, URLResolver):
                yield from walk(each.url_patterns, here)
            elif isinstance(each, URLPattern):
                yield here

    return sorted(set(walk(get_resolver().url_patterns, "/")))


def routes() -> list[str]:
    """Every address of the console, with parameters filled by something that is not there."""
    return sorted({re.sub("<[^>]*>", "0123456789abcdef", pattern) for pattern in patterns()})


@dataclass
class Opened:
    """Which streams were opened while a block ran."""

    streams: set[tuple[str, str]] = field(default_factory=set)


@contextmanager
def watching_the_seals() -> Iterator[Opened]:
    """Notes every stream whose sealed bytes are opened, wherever in the code that happens."""
    from holdfast.store.office.streams import Streams

    opened, real = Opened(), Streams.key_of

    def key_of(self: Streams, row: Any) -> Any:
        opened.streams.add((row.kind, row.stream_id))
        return real(self, row)

    Streams.key_of = key_of  # type: ignore[method-assign]
    try:
        yield opened
    finally:
        Streams.key_of = real  # type: ignore[method-assign]
