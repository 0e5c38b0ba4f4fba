"""What a room of the console is: a group of pages with an entry in the navigation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Room:
    """A file in `rooms/` declares one as `ROOM`."""

    name: str
    """Also the URL's first part and the namespace of its pages: `ROOM.name:PAGE`."""
    title: str
    urls: Sequence[Any]
    """Django paths under /NAME/."""
    roles: frozenset[str] = frozenset()
    """Whose navigation shows it; empty: everybody's. What may be done is decided by the rules, not here."""
    home: str = "home"
    """The page that the navigation leads to; empty: the room is not in the navigation."""
    order: int = 50
