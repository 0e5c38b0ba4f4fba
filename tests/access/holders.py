"""Simulated registers, made of facts as the office writes them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from holdfast.access.register.moments import text_of
from holdfast.access.register.person import Person
from holdfast.access.register.person_facts import fold
from holdfast.access.register.register import ClassRestriction, Register
from holdfast.access.rules.rule_book import RuleBook
from holdfast.facts import Fact, MemberId, StreamId
from holdfast.ids import WikiName

NOW = datetime(2021, 9, 1, 12, tzinfo=UTC)
LONG_AGO = datetime(2019, 1, 1, tzinfo=UTC)
STEWARD = MemberId("m-0000000000a1")
OTHER = MemberId("m-0000000000a2")
LANGUAGES = {WikiName("enwiki"): "en", WikiName("zhwiki"): "zh-Hans", WikiName("fawiki"): "fa"}
BOOK = RuleBook(current_versions=frozenset({"3"}), languages=LANGUAGES)


def person_id(number: int) -> StreamId:
    return StreamId(kind="person", id=f"p-{number:06d}")


def fact(kind: str, at: datetime = LONG_AGO, **body: Any) -> Fact:
    return Fact(type=kind, at=at, by=STEWARD, body=body)


def granted(
    wiki: str,
    right: str,
    *,
    ends: datetime | None = None,
    begins: datetime = LONG_AGO,
    recorded: datetime = LONG_AGO,
    on_wiki: bool = False,
) -> Fact:
    """`recorded`: when the office wrote it down; `on_wiki`: whether the wiki itself ends it."""
    group = {"oversight": "suppress", "vrt": ""}.get(right, right)
    return fact(
        "right granted",
        recorded,
        **({"ends_on_wiki": True} if on_wiki else {}),
        wiki=wiki,
        right=right,
        group=group,
        begins=text_of(begins),
        ends=text_of(ends) if ends else None,
    )


def ended(at: datetime, *, recorded: datetime, why: str = "resigned", by: MemberId = STEWARD) -> Fact:
    """CheckUser on enwiki is over since `at`, as somebody wrote down at `recorded`."""
    body = {"wiki": "enwiki", "right": "checkuser", "at": text_of(at), "why": why}
    return Fact(type="right ended", at=recorded, by=by, body=body)


def signed(version: str = "3", *, begins: datetime = LONG_AGO, ends: datetime | None = None) -> Fact:
    return fact("agreement signed", version=version, begins=text_of(begins), ends=text_of(ends) if ends else None)


def placed(name: str, *, domicile_known: bool = False, on: str = "2019-01-01") -> Fact:
    return fact(
        "jurisdiction recorded", name=name, source="own statement", recorded_on=on, domicile_known=domicile_known
    )


def exempt(what: str, *, ends: datetime | None = None) -> Fact:
    return fact(
        "exemption given",
        id="x-1",
        what=what,
        begins=text_of(LONG_AGO),
        ends=text_of(ends) if ends else None,
        author="access steward",
        reason_code="TEST",
    )


def holder(number: int, *facts: Fact, name: str = "") -> Person:
    """A person with these facts after the first."""
    added = fact("person added", account=name or f"Simulated Holder {number}")
    return fold(person_id(number), [added, *facts])


def plain(number: int, jurisdiction: str = "J1", wiki: str = "enwiki", right: str = "checkuser") -> Person:
    """A person with a valid agreement and one grant."""
    return holder(number, signed(), placed(jurisdiction), granted(wiki, right))


def register_of(
    people: Iterable[Person], book: RuleBook = BOOK, restrictions: tuple[ClassRestriction, ...] = ()
) -> Register:
    return Register(people={each.id: each for each in people}, book=book, restrictions=restrictions)


def days(number: float) -> timedelta:
    return timedelta(days=number)


def after_facts(register: Register, facts: Mapping[StreamId, Iterable[Fact]]) -> Register:
    """The register after facts about its people; facts of other streams are passed over."""
    from holdfast.access.register.person_facts import PERSON

    people = dict(register.people)
    for stream, new in facts.items():
        if stream.kind == "person":
            for each in new:
                people[stream] = PERSON.append(people[stream], each)
    return Register(people=people, book=register.book, restrictions=register.restrictions)
