"""What a person typed, given back to them on the page that says why it was not done.

It goes to the browser that it came from, on a page that is stored nowhere, and is kept nowhere else.
"""

from django.http import HttpRequest

from holdfast.errors import HoldfastError
from holdfast.web.console.typed import Field

RACES = frozenset({"office.stream.moved", "office.race.lost", "office.race.waited"})
"""Codes of what a person did right at the wrong moment: the same form, sent again, is what helps."""
_NEVER_FROM = ("/accounts/", "/join/")
"""Pages whose forms hold passwords and answers of passkeys."""
_NEVER = frozenset({"csrfmiddlewaretoken"})


def kept_fields(request: HttpRequest, error: HoldfastError | None) -> tuple[Field, ...]:
    """The fields of the form that was sent, in their order; none where sending it again would not help."""
    if error is None or error.code not in RACES or request.method != "POST" or request.path.startswith(_NEVER_FROM):
        return ()
    return tuple(
        Field(name=name, value=value)
        for name, values in request.POST.lists()
        if name not in _NEVER
        for value in values
    )
