"""What a page is about: workflows say it by kind and id, and the site knows where such a page stands."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One thing, or without an id the list of its kind, in one state where that is named."""

    kind: str
    id: str = ""
    state: str = ""

    def __str__(self) -> str:
        """As a fact keeps it: `KIND`, `KIND/ID` or `KIND?STATE`."""
        return self.kind + (f"/{self.id}" if self.id else "") + (f"?{self.state}" if self.state else "")


def shown_from(text: str) -> Shown:
    """What `str` made."""
    whole, _, state = text.partition("?")
    kind, _, identity = whole.partition("/")
    return Shown(kind=kind, id=identity, state=state)
