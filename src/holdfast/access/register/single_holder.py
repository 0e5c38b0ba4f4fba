"""Two holders or none (1.16): a last single holder is flagged, and after some days two people are called."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from holdfast.access.register.person import Grant, Person
from holdfast.access.register.register import Register
from holdfast.access.rules.rights import RIGHTS
from holdfast.facts import StreamId
from holdfast.ids import WikiName

_SINGLE = 1  # holder: one who is left alone with a right that two must hold


@dataclass(frozen=True, kw_only=True)
class SingleHolder:
    """A wiki with one usable holder of a right where two or none are the rule, and the clock that runs."""

    wiki: WikiName
    right: str
    person: StreamId
    since: datetime
    """From when on the office knew of one holder alone."""
    due: datetime
    beside_a_freeze: bool
    """Whether a freeze holds a colleague's right: when it lets go, the flag goes as well."""

    def is_due(self, at: datetime) -> bool:
        """Whether people are now to find a second holder, or to take the right back."""
        return self.due <= at


def is_usable(person: Person, wiki: WikiName, right: str, at: datetime) -> bool:
    """Whether a grant runs at a moment as the office knew it then, the account is there, and no freeze holds it."""
    is_gone = _known(person.gone_at, person.gone_recorded, at)
    runs = any(each.key == (wiki, right) and _runs(each, at) for each in person.grants)
    return runs and not is_gone and not person.held_by(wiki, right, at)


def _runs(grant: Grant, at: datetime) -> bool:
    begun, over = _known(grant.begins, grant.recorded, at), _known(grant.ended, grant.end_recorded, at)
    return begun and not over and (grant.ends is None or at < grant.ends)


def _known(moment: datetime | None, recorded: datetime | None, at: datetime) -> bool:
    """Whether something had happened by `at`, and had been written down by then."""
    return moment is not None and moment <= at and (recorded is None or recorded <= at)


def single_holders(register: Register, at: datetime) -> tuple[SingleHolder, ...]:
    """Every wiki and right with one usable holder, by wiki: since when, and when people are called.

    The clock starts at the last moment at which the number of usable holders became one, as far as the office knew:
    a holder of many years who was recorded today is alone since today.
    """
    holders: dict[tuple[WikiName, str], list[Person]] = {}
    for person in register.people.values():
        for key in {grant.key for grant in person.grants if RIGHTS[grant.right].minimum_holders > _SINGLE}:
            holders.setdefault(key, []).append(person)
    found = []
    for (wiki, right), people in sorted(holders.items(), key=lambda each: each[0]):
        usable = [each for each in people if is_usable(each, wiki, right, at)]
        if len(usable) != _SINGLE:
            continue
        since = _became_single(people, wiki, right, at)
        found.append(
            SingleHolder(
                wiki=wiki,
                right=right,
                person=usable[0].id,
                since=since,
                due=since + timedelta(days=register.book.single_holder_days),
                beside_a_freeze=any(each.held_by(wiki, right, at) for each in people),
            )
        )
    return tuple(found)


def _became_single(people: Iterable[Person], wiki: WikiName, right: str, at: datetime) -> datetime:
    """The earliest of the moments before `at` since which there was one holder throughout."""
    people = list(people)
    changes = {moment for person in people for moment in _changes(person, wiki, right) if moment <= at}
    since = at
    for moment in sorted(changes, reverse=True):
        if sum(is_usable(each, wiki, right, moment) for each in people) != _SINGLE:
            break
        since = moment
    return since


def _changes(person: Person, wiki: WikiName, right: str) -> Iterable[datetime]:
    """The moments at which this person's use of the right can have begun or ended."""
    for grant in person.grants:
        if grant.key == (wiki, right):
            yield from (each for each in (grant.ends, _later(grant.begins, grant.recorded)) if each)
            yield from (each for each in (_later(grant.ended, grant.end_recorded),) if each)
    for hold in person.holds:
        if (hold.wiki, hold.right) == (wiki, right):
            yield from (each for each in (hold.begins, hold.ends) if each)
    gone = _later(person.gone_at, person.gone_recorded)
    if gone:
        yield gone


def _later(moment: datetime | None, recorded: datetime | None) -> datetime | None:
    """When the office knew of something that had happened."""
    return max(moment, recorded) if moment and recorded else moment
