"""What the chapters of the story share: its time, its office, its wikis, its people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from holdfast.clock import system_clock
from holdfast.workflows.demo.community import Community
from holdfast.workflows.demo.wikis import DemoWiki
from holdfast.workflows.office.opening import Office

if TYPE_CHECKING:
    from holdfast.workflows.demo.cast import Actor  # its tables are there once an office is open

Tell = Callable[[str], None]


@dataclass
class StoryClock:
    """Time in the story: it stands on a day of the past and goes on when the story says so, up to the present."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, **more: float) -> datetime:
        """Later by so much, and never after the present."""
        self.now = min(self.now + timedelta(**more), system_clock())
        return self.now


@dataclass
class Stage:
    """Everything that the chapters share."""

    folder: Path
    office: Office
    clock: StoryClock
    wikis: Mapping[str, DemoWiki]
    community: Community
    tell: Tell
    people: dict[str, list["Actor"]] = field(default_factory=dict)
    case: str = ""
    plan: str = ""
    warned: tuple[str, ...] = ()
    """Whom the case was decided against, by account."""
    period: tuple[str, str] = ("", "")
    """The first and the last day that was looked at of them."""
    overturned: tuple[str, ...] = ()
    """Whose warning was overturned on appeal."""

    def one(self, role: str, place: int = 0) -> "Actor":
        """A member of the cast."""
        return self.people[role][place]
