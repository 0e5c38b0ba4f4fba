"""What every input format declares. A new format is one file in this folder with a `SOURCE`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from pathlib import Path

from holdfast.clock import Clock, system_clock
from holdfast.progress import Progress, silent
from holdfast.tables.ingest import Ingest
from holdfast.tables.schema import Kind


class Likeness(IntEnum):
    """How sure a format is that an input is its own, from the input's name and first bytes."""

    NO = 0
    SHAPE = 1
    """The content could be this format; another may claim it too."""
    SHAPE_AND_NAME = 2
    """The content fits and the name says so."""
    CERTAIN = 3
    """Only this format begins like this."""


@dataclass(frozen=True, kw_only=True)
class Head:
    """The beginning of an input: its name or address, and its first bytes after decompression."""

    name: str
    first: bytes
    is_address: bool = False


@dataclass(frozen=True, kw_only=True)
class Opening:
    """One input as a source receives it: a file on disk, or an address of a live wiki."""

    place: str
    """What errors call it."""
    path: Path | None = None
    url: str = ""
    since: datetime | None = None
    """Only what happened at or after this moment (UTC, without zone), for sources that can."""
    clock: Clock = system_clock
    progress: Progress = silent
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Source:
    """One input format.

    `read` writes rows into the `Ingest` and raises InputRefusedError, naming the place, when the input is
    damaged, cut short or of another version; what it can go on without it counts with `ingest.drop`.
    """

    name: str
    describes: str
    """One line for people: which files these are."""
    kind: Kind
    tables: tuple[str, ...]
    """The canonical tables that it can fill."""
    recognise: Callable[[Head], Likeness]
    read: Callable[[Opening, Ingest], None]
