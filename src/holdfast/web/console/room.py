"""What a room of the console is: a group of pages with an entry in the navigation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from holdfast.web.console.doors import Door


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
    doors: Mapping[str, Door] = field(default_factory=dict)
    """Which rules a page asks, by the page's name: links, lists and redirects lead there only where they allow it."""
    order: int = 50
