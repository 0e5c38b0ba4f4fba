"""Who could, from the register: each grant as the stretches of time in which it could be used."""

from collections.abc import Iterator
from datetime import datetime

from holdfast.access.exposure.report import Held
from holdfast.access.register.person import Grant, Person
from holdfast.access.register.register import Register


def held_rights(register: Register) -> tuple[Held, ...]:
    """Every stretch in which somebody of the register held a right: from its grant to its end, less its freezes.

    A grant that the rules forbade to use still showed data while the wiki had it, so rules shorten nothing here; nor
    does a date that has passed, before somebody said that the wiki shows the group no more.
    """
    return tuple(
        held
        for stream in sorted(register.people)
        for grant in register.people[stream].grants
        for held in _stretches(register.people[stream], grant)
    )


def _stretches(person: Person, grant: Grant) -> Iterator[Held]:
    later = [each.begins for each in person.grants if each.key == grant.key and each.begins > grant.begins]
    superseded = min(later, default=None) if grant.ends is not None else None
    end = min((each for each in (grant.known_over, person.gone_at, superseded) if each is not None), default=None)
    start: datetime | None = grant.begins
    holds = sorted(
        (each for each in person.holds if (each.wiki, each.right) == grant.key), key=lambda each: each.begins
    )
    for hold in holds:
        if start is not None and hold.begins > start:
            yield from _stretch(person, grant, start, hold.begins if end is None else min(end, hold.begins))
        start = None if start is None or hold.ends is None else max(start, hold.ends)
    if start is not None:
        yield from _stretch(person, grant, start, end)


def _stretch(person: Person, grant: Grant, start: datetime, end: datetime | None) -> Iterator[Held]:
    if end is None or start < end:
        yield Held(
            person=str(person.id),
            account=person.account_on(grant.wiki),
            former=frozenset({person.account, *person.former}),
            wiki=grant.wiki,
            right=grant.right,
            start=start,
            end=end,
        )
