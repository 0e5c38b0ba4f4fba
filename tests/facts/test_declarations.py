"""A declaration refuses what it does not declare, when a fact is stated and when it is read."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pytest

from holdfast.errors import CheckFailedError, InputRefusedError
from holdfast.facts import Fact, MemberId
from holdfast.facts.fields import (
    Field,
    Flag,
    Ident,
    Kept,
    Many,
    Maybe,
    Moment,
    Number,
    OneOf,
    Record,
    Sha256,
    Stream,
    Table,
    Text,
    Whole,
    Wiki,
    line,
)
from holdfast.facts.kinds import Body, Book, FactKind, declared

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
MEMBER = MemberId("m-aaaaaaaaaaaa")
CANARY = "Xylophon Quetzal"


@dataclass(frozen=True, kw_only=True)
class Lamp:
    """A lamp is on or off."""

    where: str
    is_on: bool = False


def begin(_start: None, fact: Fact, body: Body) -> Lamp:
    return Lamp(**body)


def switch(lamp: Lamp, fact: Fact, body: Body) -> Lamp:
    return replace(lamp, is_on=not lamp.is_on)


LAMPS: Book[Lamp] = Book(
    stream="lamp",
    about="a lamp",
    code="lamp.fact",
    unknown="lamp.unknown",
    first="hung",
    stands=lambda lamp, _at: "on" if lamp.is_on else "off",
    not_now="lamp.state",
    kinds=declared(
        FactKind(name="hung", step=begin, by=frozenset({"operator"}), fields={"where": line()}),
        FactKind(name="lit", step=switch, when=frozenset({"off"}), fields={"why": line(optional=True)}),
    ),
)


def stated(name: str, **body: Any) -> Fact:
    return LAMPS.fact(name, at=NOON, by=MEMBER, body=body)


def test_a_fold_takes_the_facts_in_their_order() -> None:
    facts = [stated("hung", where="hall"), stated("lit"), stated("lit", why="dark"), stated("lit")]
    assert LAMPS.fold(facts) == Lamp(where="hall", is_on=True)
    assert LAMPS.fold(facts[:3]) == Lamp(where="hall", is_on=False)


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("broken", {}, "lamp.unknown"),
        ("hung", {}, "lamp.fact.fields"),
        ("hung", {"where": "hall", "colour": CANARY}, "lamp.fact.fields"),
        ("hung", {"where": 7}, "lamp.fact.field"),
        ("hung", {"where": CANARY * 40}, "lamp.fact.field"),
    ],
)
def test_what_is_not_declared_is_refused_when_stated_and_when_read(
    name: str, body: dict[str, Any], code: str
) -> None:
    read = Fact(type=name, at=NOON, by=MEMBER, body=body)
    refusals: list[Callable[[], Any]] = [lambda: stated(name, **body), lambda: LAMPS.append(None, read)]
    for refused in refusals:
        with pytest.raises(InputRefusedError) as reason:
            refused()
        assert reason.value.code == code
        assert CANARY not in str(reason.value)


def test_a_stream_begins_with_its_beginning_and_begins_once() -> None:
    hung = stated("hung", where="hall")
    for facts in ([], [stated("lit")], [hung, hung]):
        with pytest.raises(InputRefusedError, match=r"^lamp\.unknown"):
            LAMPS.fold(facts)


def test_a_fact_is_stated_in_the_states_that_its_declaration_names() -> None:
    lamp = LAMPS.fold([stated("hung", where="hall")])
    LAMPS.check_state("lit", lamp, NOON)
    with pytest.raises(CheckFailedError, match=r"^lamp\.state: .*expected off, got on"):
        LAMPS.check_state("lit", replace(lamp, is_on=True), NOON)


class Colour(StrEnum):
    RED = "red"


READ: list[tuple[Field, Any, Any]] = [
    (Field(), {"any": [1]}, {"any": [1]}),
    (Text(), "a\nb", "a\nb"),
    (Text(blank=True), "", ""),
    (Kept(), "\x01", "\x01"),
    (Ident(), "e1", "e1"),
    (Sha256(), "ab" * 32, "ab" * 32),
    (OneOf(kind=Colour), "red", Colour.RED),
    (Whole(low=1, high=3), 3, 3),
    (Number(low=0, high=1), 1, 1.0),
    (Flag(), True, True),
    (Moment(), "2026-09-01T12:00:00Z", NOON),
    (Wiki(), "alpha", "alpha"),
    (Many(of=Ident()), ["b", "a"], ("b", "a")),
    (Many(of=Ident(), as_set=True), ["b", "a"], frozenset({"a", "b"})),
    (Record(fields={"a": Flag(), "b": line(optional=True)}), {"a": False}, {"a": False}),
    (Table(of=Flag()), {"x": True}, {"x": True}),
    (Maybe(of=Flag()), None, None),
    (Maybe(of=Flag()), True, True),
]


@pytest.mark.parametrize(("field", "value", "read"), READ, ids=[type(each[0]).__name__ for each in READ])
def test_a_field_gives_its_value_in_its_own_type(field: Field, value: Any, read: Any) -> None:
    assert field.read(value) == read
    assert type(field.read(value)) is type(read)


WRONG: list[tuple[Field, Any]] = [
    (Text(), " "),
    (Text(), "a\x07"),
    (Text(most=2), "abc"),
    (Kept(), 7),
    (Ident(), "E1"),
    (Sha256(), "AB" * 32),
    (OneOf(kind=Colour), "blue"),
    (OneOf(kind=Colour), []),
    (Whole(low=1, high=3), 4),
    (Whole(), True),
    (Number(low=0, high=1), 1.5),
    (Flag(), 1),
    (Moment(), "soon"),
    (Moment(), 7),
    (Wiki(), "A wiki"),
    (Wiki(), None),
    (Stream(kind="person"), "A B"),
    (Many(of=Ident(), least=1), []),
    (Many(of=Ident()), "abc"),
    (Many(of=Ident()), [7]),
    (Record(fields={"a": Flag()}), {"a": True, "b": True}),
    (Record(fields={"a": Flag()}), {}),
    (Table(of=Flag()), {"x": 1}),
    (Maybe(of=Flag()), 1),
]


@pytest.mark.parametrize(("field", "value"), WRONG, ids=[f"{type(each[0]).__name__} {each[1]!r}" for each in WRONG])
def test_a_field_refuses_another_value_and_says_what_it_wants(field: Field, value: Any) -> None:
    book: Book[None] = Book(
        stream="x",
        about="a thing",
        code="x.fact",
        kinds=declared(FactKind(name="said", step=lambda state, _fact, _body: state, fields={"it": field})),
    )
    with pytest.raises(
        InputRefusedError, match=r"^x\.fact\.field: the field 'it' .*expected ..+, got .* of another form"
    ):
        book.fact("said", at=NOON, by=MEMBER, body={"it": value})
    assert field.means
