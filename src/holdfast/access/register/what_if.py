"""What if a jurisdiction were restricted, or some people frozen: who loses what, by which rule, and who is left.

The same questions are asked of the rules twice, as things are and as they would be; nothing here knows a rule.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from holdfast.access.register.person import Grant, Person
from holdfast.access.register.register import Register
from holdfast.access.rules.engine import Decision, PolicySet
from holdfast.access.rules.nonpublic_rules import (
    AFTER,
    DayFacts,
    PersonFacts,
    RightFacts,
    day_facts,
    narrowed,
    person_facts,
    request_of,
    right_facts,
)
from holdfast.access.rules.rights import RIGHTS
from holdfast.errors import UsageError
from holdfast.facts import StreamId
from holdfast.ids import WikiName

UNRECORDED = "jurisdiction_is_not_recorded"

_Decide = Callable[[PersonFacts, RightFacts, DayFacts], Decision]


@dataclass(frozen=True, kw_only=True)
class Loss:
    """One right on one wiki that one person would lose, and the rules that would refuse it."""

    person: StreamId
    wiki: WikiName
    right: str
    rules: tuple[str, ...]
    past_date: bool = False
    """Whether the grant's date has passed, while nobody has said that the wiki shows the group no more."""


@dataclass(frozen=True, kw_only=True)
class FewHolders:
    """A wiki that would be left with fewer holders of a right than the rule asks."""

    wiki: WikiName
    right: str
    before: int
    after: int


@dataclass(frozen=True, kw_only=True)
class Uncovered:
    """A language that would be left without any holder of a right on its wikis."""

    language: str
    right: str
    before: int


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """The answer, ordered by key. Counts of holders are people who may use the right by all rules; a grant past its
    date counts as if it ran, until somebody has said that the wiki shows it no more."""

    jurisdictions: tuple[str, ...]
    people: tuple[StreamId, ...]
    rights: tuple[str, ...]
    at: datetime
    losses: tuple[Loss, ...]
    exempt: tuple[Loss, ...]
    """Who keeps the right by an exemption of their own; the rules are those that allow it."""
    unrecorded: tuple[Loss, ...]
    """Who has no jurisdiction on record: a standing restriction would refuse them, a freeze does not touch them."""
    few_holders: tuple[FewHolders, ...]
    uncovered: tuple[Uncovered, ...]
    without_language: tuple[WikiName, ...]
    """Wikis concerned whose language nobody told, so that they count for no language."""
    decisions: int
    """How many decisions were asked for."""


def what_if(
    policies: PolicySet,
    register: Register,
    *,
    at: datetime,
    rights: Iterable[str],
    jurisdictions: Iterable[str] = (),
    people: Iterable[StreamId] = (),
) -> WhatIf:
    """What a restriction of jurisdictions for rights, or a freeze of people, would do at a moment.

    Raises UsageError `access.what_if.empty` unless there is a right and a jurisdiction or a person.
    Cost: one decision by Cedar for each different set of facts; 50,000 grants take about half a second.
    """
    wanted = tuple(sorted(set(rights)))
    classes, frozen = frozenset(jurisdictions), frozenset(people)
    if not wanted or not (classes or frozen):
        raise UsageError(
            "access.what_if.empty",
            "there is nothing to ask",
            expected="at least one right, and a jurisdiction or a person",
            hint="say for example --jurisdiction J1 --right checkuser",
        )
    decide = _remembering(policies)
    before: Counter[tuple[WikiName, str]] = Counter()
    losses, exempt, unrecorded = [], [], []
    asked = 0
    for person, grants in _grants_of(register, wanted, at):
        facts = person_facts(person, at)
        for grant in grants:
            past_date = not grant.runs_at(at)
            right = right_facts(person, grant.wiki, grant.right, at)
            if past_date:
                right = right._replace(ends=AFTER)
            day = day_facts(register, person, grant.right, at)
            asked += 1
            if not decide(facts, right, day).allowed:
                continue
            before[grant.key] += 1
            if person.id not in frozen and not _could_matter(facts, classes):
                continue
            then = decide(
                facts,
                right._replace(frozen=right.frozen or person.id in frozen),
                day._replace(restricted=day.restricted | classes),
            )
            asked += 1
            found = Loss(person=person.id, wiki=grant.wiki, right=grant.right, rules=then.rules, past_date=past_date)
            if then.rules == (UNRECORDED,):
                unrecorded.append(found)
            elif not then.allowed:
                losses.append(found)
            elif facts.jurisdiction in classes:
                exempt.append(found)
    after = before - Counter((each.wiki, each.right) for each in losses)
    return WhatIf(
        jurisdictions=tuple(sorted(classes)),
        people=tuple(sorted(frozen)),
        rights=wanted,
        at=at,
        losses=tuple(sorted(losses, key=_order)),
        exempt=tuple(sorted(exempt, key=_order)),
        unrecorded=tuple(sorted(unrecorded, key=_order)),
        few_holders=_few_holders(before, after),
        uncovered=_uncovered(register, before, after),
        without_language=tuple(sorted({each.wiki for each in losses if each.wiki not in register.book.languages})),
        decisions=asked,
    )


def _could_matter(person: PersonFacts, classes: frozenset[str]) -> bool:
    """Whether restricting these classes can change an answer about this person: see `narrowed`."""
    return bool(classes) and (person.jurisdiction is None or person.jurisdiction in classes)


def _grants_of(
    register: Register, rights: tuple[str, ...], at: datetime
) -> Iterable[tuple[Person, tuple[Grant, ...]]]:
    for person in register.people.values():
        grants = tuple(each for each in person.standing_at(at) if each.right in rights)
        if grants:
            yield person, grants


def _remembering(policies: PolicySet) -> _Decide:
    """Ask each different question once: `request_of` makes it of these facts and nothing else."""
    known: dict[tuple[PersonFacts, RightFacts, DayFacts], Decision] = {}

    def decide(person: PersonFacts, right: RightFacts, day: DayFacts) -> Decision:
        key = narrowed(person, right, day)
        found = known.get(key)
        if found is None:
            found = known[key] = policies.decide_many([request_of(*key)])[0]
        return found

    return decide


def _order(loss: Loss) -> tuple[WikiName, str, StreamId]:
    return (loss.wiki, loss.right, loss.person)


def _few_holders(
    before: Counter[tuple[WikiName, str]], after: Counter[tuple[WikiName, str]]
) -> tuple[FewHolders, ...]:
    return tuple(
        FewHolders(wiki=wiki, right=right, before=count, after=after[wiki, right])
        for (wiki, right), count in sorted(before.items())
        if after[wiki, right] < min(count, RIGHTS[right].minimum_holders)
    )


def _uncovered(
    register: Register, before: Counter[tuple[WikiName, str]], after: Counter[tuple[WikiName, str]]
) -> tuple[Uncovered, ...]:
    had: Counter[tuple[str, str]] = Counter()
    has: Counter[tuple[str, str]] = Counter()
    for (wiki, right), count in before.items():
        language = register.book.languages.get(wiki)
        if language:
            had[language, right] += count
            has[language, right] += after[wiki, right]
    return tuple(
        Uncovered(language=language, right=right, before=count)
        for (language, right), count in sorted(had.items())
        if not has[language, right]
    )
