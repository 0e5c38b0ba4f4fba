"""What a person typed, given back to them on the page that says why it was not done.

It goes to the browser that it came from, on a page that is stored nowhere, and is kept nowhere else.
"""

from dataclasses import dataclass

from django.http import HttpRequest

from holdfast.errors import HoldfastError

RACES = frozenset({"office.stream.moved", "office.race.lost", "office.race.waited"})
"""Codes of what a person did right at the wrong moment: the same form, sent again, is what helps."""
_NEVER_FROM = ("/accounts/", "/join/")
"""Pages whose forms hold passwords and answers of passkeys."""
_NEVER = frozenset({"csrfmiddlewaretoken"})
_WORD = 40


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One field of a form as it was sent."""

    name: str
    value: str

    @property
    def is_text(self) -> bool:
        """Whether somebody wrote it and may wish to read it again; what was chosen goes along unseen."""
        return any(each.isspace() for each in self.value.strip()) or len(self.value) > _WORD

    @property
    def label(self) -> str:
        """The field's name in words."""
        return self.name.replace("_", " ").capitalize()


def kept_fields(request: HttpRequest, error: HoldfastError | None) -> tuple[Kept, ...]:
    """The fields of the form that was sent, in their order; none where sending it again would not help."""
    if error is None or error.code not in RACES or request.method != "POST" or request.path.startswith(_NEVER_FROM):
        return ()
    return tuple(
        Kept(name=name, value=value)
        for name, values in request.POST.lists()
        if name not in _NEVER
        for value in values
    )
