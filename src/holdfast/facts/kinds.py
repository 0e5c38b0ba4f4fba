"""A kind of fact is a declaration: its fields, who may state it and when, its form, and the step from state to state.

Everything follows from it: what is refused when it is stated and when it is read, the fold, the form of the console,
the page docs/facts.md. One `Book` holds all kinds of the facts of one stream; a fact is made by its book alone, and a
fact of a kind that the book does not know is refused.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from holdfast.clock import parse_at
from holdfast.errors import CheckFailedError, HoldfastError, InputRefusedError
from holdfast.facts import Fact, MemberId
from holdfast.facts.fields import Field, missing

State = TypeVar("State")
Body = Mapping[str, Any]
"""The fields of a fact, each read by its declaration."""
Step = Callable[[Any, Fact, Body], State]
CLOCK = "clock"
"""Not a role of a person: what `tick` may state, on the rules that people set."""
ANYBODY = "anybody"
"""A person without a seat in the office, through a link or a receipt."""
TWO = "two people"
"""Who carries out what two people have signed."""
NOBODY = "nobody"
"""It is read, and has no door through which it could be stated."""


def kept(state: Any, _fact: Fact, _body: Body) -> Any:
    """The step of a fact that changes nothing in a state: its workflow looks the facts through."""
    return state


@dataclass(frozen=True, kw_only=True)
class FactKind(Generic[State]):
    """One kind of fact. `step` gives the state after it, or raises when it may not happen now."""

    name: str
    """As it is stored; it never changes."""
    step: Step[State]
    fields: Mapping[str, Field] = field(default_factory=dict)
    by: frozenset[str] = frozenset()
    """Who may state it: roles of the console, or a word of this file."""
    when: frozenset[str] = frozenset()
    """In which states; empty: whenever the step allows it."""
    door: str = ""
    """Where it is stated: an address of the console, a command, or a file of `workflows`."""
    title: str = ""
    """The heading of its form; empty where it has none of its own."""
    tab: str = ""
    """The part of the page on which the form stands."""
    prefix: str = ""
    """For what gets the next id of its sort: the letter that the id begins with."""
    form: Mapping[str, Field] | None = None
    """What the form asks, where that is not the fields with a label."""
    from_form: Callable[[Body], dict[str, Any]] = dict
    """What was typed into the form, as the body of the fact."""
    marks: frozenset[str] = frozenset()
    """What its room does with it beyond the step."""

    @property
    def asked(self) -> Mapping[str, Field]:
        """What a form asks for."""
        return (
            self.form if self.form is not None else {name: each for name, each in self.fields.items() if each.label}
        )


def fact_to_row(fact: Fact) -> list[Any]:
    """A fact as a sealed summary keeps it."""
    return [fact.type, fact.at.astimezone(UTC).isoformat().replace("+00:00", "Z"), fact.by, dict(fact.body)]


def fact_from_row(row: Sequence[Any]) -> Fact:
    """A fact from a sealed summary: it was stated before, and is checked when it is folded."""
    kind, at, by, body = row
    return Fact(type=kind, at=parse_at(at), by=MemberId(by), body=body)


def declared(*kinds: FactKind[State]) -> Mapping[str, FactKind[State]]:
    """Kinds by name."""
    return {each.name: each for each in kinds}


@dataclass(frozen=True, kw_only=True)
class Book(Generic[State]):
    """Every kind of fact of one stream."""

    stream: str
    """The kind of stream, as it is stored."""
    about: str
    """What the facts are about, in words: `a case`."""
    kinds: Mapping[str, FactKind[State]]
    first: str = ""
    """The kind that begins it; empty where any may."""
    code: str
    """Of a refusal under a declaration; `unknown` of a kind that is not declared, where that has another."""
    unknown: str = ""
    error: type[HoldfastError] = InputRefusedError
    stands: Callable[[State, datetime], str] | None = None
    """In which state it is at a moment, where kinds are bound to states when they are stated."""
    not_now: str = ""
    """The code of a fact that is stated in another state."""

    def kind(self, name: str) -> FactKind[State]:
        """The kind of this name. Raises the book's error with `unknown`."""
        if name not in self.kinds:
            raise self.error(
                self.unknown or self.code,
                f"{self.about} knows no such fact",
                got=repr(name[:40]),
                hint="a newer Holdfast may have written it",
            )
        return self.kinds[name]

    def read(self, fact: Fact) -> Body:
        """The checked fields of a fact; an optional one that is missing is left out.

        Raises the book's error: `unknown`, `CODE.fields` for a missing or unknown field, `CODE.field` for a value.
        """
        fields, given = self.kind(fact.type).fields, fact.body
        lacking = missing(fields, given)
        if lacking or not given.keys() <= fields.keys():
            raise self.error(
                f"{self.code}.fields",
                f"the fact {fact.type!r} has not the fields that it needs",
                expected=", ".join(sorted(name for name, each in fields.items() if not each.optional)) or "no fields",
                got="missing "
                + (", ".join(lacking) or "none")
                + ", and others that are not known" * (not given.keys() <= fields.keys()),
                hint="docs/facts.md has the fields of each fact",
            )
        return {name: self._value(fact.type, name, fields[name], value) for name, value in given.items()}

    def _value(self, kind: str, name: str, read: Field, value: Any) -> Any:
        try:
            return read.read(value)
        except (ValueError, TypeError, KeyError, HoldfastError) as reason:
            raise self.error(
                f"{self.code}.field",
                f"the field {name!r} of the fact {kind!r} cannot be taken",
                expected=str(reason) if isinstance(reason, ValueError) else read.means,
                got=f"{type(value).__name__} of another form",
                hint="correct it; nothing was recorded",
            ) from None

    def fact(self, name: str, *, at: datetime, by: MemberId, body: Mapping[str, Any] | None = None) -> Fact:
        """A new fact: the one place where facts are made. Raises as `read`."""
        fact = Fact(type=name, at=at, by=by, body=body or {})
        self.read(fact)
        return fact

    def check_state(self, name: str, state: State, at: datetime) -> None:
        """Return when a fact of this kind may be stated now. Raises CheckFailedError `not_now`."""
        when, stands = self.kind(name).when, self.stands(state, at) if self.stands else ""
        if when and stands not in when:
            raise CheckFailedError(
                self.not_now,
                f"this cannot be done as {self.about} stands",
                expected=" or ".join(sorted(when)),
                got=stands,
            )

    def append(self, state: Any, fact: Fact) -> State:
        """The state after one more fact; `state` is what the fold began with before the first."""
        body = self.read(fact)
        return self.kinds[fact.type].step(state, fact, body)

    def fold(self, facts: Iterable[Fact], start: Any = None) -> State:
        """The state that these facts make, in their order; `start` is given to the first step.

        Raises as `read`, and when there are none or the first one does not begin it. Cost: linear.
        """
        state, count = start, 0
        for count, fact in enumerate(facts, 1):
            if self.first and (fact.type == self.first) != (count == 1):
                raise self.error(
                    self.unknown or self.code,
                    f"the facts of {self.about} begin with {self.first!r}, once",
                    got=repr(fact.type[:40]),
                    place=str(start or ""),
                )
            state = self.append(state, fact)
        if self.first and not count:
            raise self.error(
                self.unknown or self.code, f"there is no fact about {self.about}", place=str(start or "")
            )
        done: State = state
        return done
