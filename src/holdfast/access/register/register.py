"""The register: everybody with access to non-public data, found by any name they have or had."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from holdfast.access.register.person import Grant, Person
from holdfast.access.rules.rule_book import RuleBook
from holdfast.accounts.names import account_as_compared, account_name
from holdfast.errors import UsageError
from holdfast.facts import StreamId
from holdfast.ids import WikiName


@dataclass(frozen=True, kw_only=True)
class ClassRestriction:
    """While a freeze of a class stands, nobody new of that class gets the right; who was reviewed and let go may."""

    freeze: str
    jurisdiction: str
    right: str


@dataclass(frozen=True, kw_only=True)
class Register:
    """All people by stream, under one rule book, with the restrictions of standing freezes."""

    people: Mapping[StreamId, Person]
    book: RuleBook
    restrictions: tuple[ClassRestriction, ...] = ()
    _by_name: Mapping[str, tuple[StreamId, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found: dict[str, list[StreamId]] = {}
        for stream, person in self.people.items():
            for name in person.names:
                found.setdefault(name, []).append(stream)
        object.__setattr__(self, "_by_name", {name: tuple(streams) for name, streams in found.items()})

    def named(self, name: str, *, wiki: WikiName | None = None) -> tuple[Person, ...]:
        """Everybody who has or had this name (on this wiki), by stream."""
        key = account_as_compared(name)
        found = [self.people[each] for each in self._by_name.get(key, ())]
        if wiki is not None:
            now_there = [each for each in found if account_as_compared(each.account_on(wiki)) == key]
            found = now_there or found
        return tuple(sorted(found, key=lambda each: each.id))

    def one(self, name: str, *, wiki: WikiName | None = None) -> Person:
        """The person of this name.

        Raises InputRefusedError `access.name`, UsageError `access.person.unknown` and `access.person.ambiguous`
        (two people have or had the name).
        """
        found = self.named(account_name(name), wiki=wiki)
        if not found:
            raise UsageError(
                "access.person.unknown",
                "nobody in the register has or had this name",
                hint="write the name as the wiki shows it, or import the person",
                offender=name,
            )
        current = [each for each in found if account_as_compared(each.account) == account_as_compared(name)]
        if len(found) > 1 and len(current) != 1:
            raise UsageError(
                "access.person.ambiguous",
                f"{len(found)} people have or had this name",
                hint="say on which wiki with --wiki",
                offender=name,
            )
        return current[0] if len(found) > 1 else found[0]

    def grants_at(self, at: datetime) -> Iterator[tuple[Person, Grant]]:
        """Each person with each grant that runs at a moment by its own dates: whether it may be used, rules say."""
        for person in self.people.values():
            if person.gone_at is None or at < person.gone_at:
                for grant in person.grants:
                    if grant.runs_at(at):
                        yield person, grant

    def standing_at(self, at: datetime) -> Iterator[tuple[Person, Grant]]:
        """Each person with each grant that the wiki may still show; each wiki and right of a person once."""
        for person in self.people.values():
            for grant in person.standing_at(at):
                yield person, grant

    def wikis(self) -> tuple[WikiName, ...]:
        """Every wiki on which somebody has or had a grant."""
        return tuple(sorted({grant.wiki for person in self.people.values() for grant in person.grants}))

    def restricted_for(self, person: Person, right: str, at: datetime) -> frozenset[str]:
        """The classes of jurisdiction restricted for a right, as far as they can concern this person."""
        standing = {name for name, of_right in self.book.restricted if of_right == right}
        for each in self.restrictions:
            if each.right == right and not person.released_from(each.freeze, at):
                standing.add(each.jurisdiction)
        return frozenset(standing)
