"""Dumps of Wikimedia's SecurePoll, every kind of ballot; what its own command cannot tally is read here.

A vote is a record, or JSON with the record and a comment. The dump writes a line break before the `{`, which
SecurePoll's own reader does not accept. Comments are counted and never read further. Records: approval
`Q…-A…-y--`; choose `Q…A…`; preferential `Q…-A…-R…--` (places from 1); stv `Q…-C…-R…--` (places from 0);
radio-range `Q…-A…-S±…--`; ids are eight hexadecimal digits, scores have a sign and ten digits.
"""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from dataclasses import dataclass

from holdfast.canonical import parse_json
from holdfast.elections.contest import Candidate, Contest, MarkKind, Marks, make_contest
from holdfast.elections.formats._format import Format, damaged, distinct_keys
from holdfast.errors import InputRefusedError

_METHODS = {
    "plurality": "approval",
    "range": "range-score",
    "histogram-range": "range-score",
    "schulze": "schulze",
    "droop-quota": "meek-stv",
}
_KINDS = {
    "approval": MarkKind.CHOICE,
    "choose": MarkKind.CHOICE,
    "preferential": MarkKind.RANK,
    "stv": MarkKind.RANK,
    "radio-range": MarkKind.SCORE,
    "radio-range-comment": MarkKind.SCORE,
}
_RECORDS = {
    "approval": re.compile(r"Q([0-9A-F]{8})-A([0-9A-F]{8})-([yn])--"),
    "choose": re.compile(r"Q([0-9A-F]{8})A([0-9A-F]{8})()"),
    "preferential": re.compile(r"Q([0-9A-F]{8})-A([0-9A-F]{8})-R([0-9A-F]{8})--"),
    "stv": re.compile(r"Q([0-9A-F]{8})-C([0-9A-F]{8})-R([0-9A-F]{8})--"),
    "radio-range": re.compile(r"Q([0-9A-F]{8})-A([0-9A-F]{8})-S([+-][0-9]{10})--"),
}
_RECORDS["radio-range-comment"] = _RECORDS["radio-range"]
# SecurePoll writes this place for a candidate whom the voter left without one
_UNRANKED = 1000


@dataclass(frozen=True, kw_only=True)
class _Question:
    id: int
    text: str
    options: tuple[tuple[int, str], ...]
    seats: int | None


def _recognise(data: bytes) -> bool:
    return re.match(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>)?\s*<SecurePoll\b", data) is not None


def _read(data: bytes, place: str) -> list[Contest]:
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise damaged("a dump declares no document type", place, got="a DOCTYPE")
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError as reason:
        raise damaged("this is not well-formed XML, or it is cut short", place, got=str(reason)) from None
    found: list[Contest] = []
    for election in root.findall("election"):
        found += _contests(election, place)
    if not found:
        raise damaged("the dump holds no question", place)
    return found


def _contests(election: ElementTree.Element, place: str) -> list[Contest]:
    configuration = election.find("configuration")
    if configuration is None:
        raise damaged("an election has no configuration", place)
    title = _text(configuration, "title")
    place = f"{place}, election {title!r}"
    ballot, tally = _text(configuration, "ballot"), _text(configuration, "tally")
    if ballot not in _KINDS:
        raise damaged("this kind of ballot is unknown", place, expected=", ".join(sorted(_KINDS)), got=ballot)
    language = _text(configuration, "primaryLang")
    questions = [_question(each, language, place) for each in configuration.findall("question")]
    texts = [(vote.text or "").strip() for vote in election.findall("vote")]
    _refuse_encrypted(_properties(configuration).get("encrypt-type", "none"), texts, place)
    records, comments = _records(texts, place)
    marks = _marks(records, ballot, questions, place)
    return [
        make_contest(
            " – ".join(part for part in (title, question.text) if part),
            _KINDS[ballot],
            [
                Candidate(key=key, name=name)
                for key, (_, name) in zip(
                    distinct_keys([name for _, name in question.options]), question.options, strict=True
                )
            ],
            ballots=marks[question.id],
            seats=question.seats,
            method="approval" if _KINDS[ballot] is MarkKind.CHOICE else _METHODS.get(tally, ""),
            notes=[f"SecurePoll election {_text(configuration, 'id')}, ballot {ballot}, tally {tally}"]
            + ([f"{comments} voters left a comment; comments are not read"] if comments else []),
            place=place,
        )
        for question in questions
    ]


def _question(element: ElementTree.Element, language: str, place: str) -> _Question:
    options = tuple((_id(option, place), _message(option, language)) for option in element.findall("option"))
    ids = [number for number, _ in options]
    if len(set(ids)) != len(ids):
        twice = next(number for number in ids if ids.count(number) > 1)
        raise damaged("two candidates have the same id, so no ballot can tell them apart", place, got=f"id {twice}")
    seats = _properties(element).get("min-seats", "")
    if seats and not seats.isdecimal():
        raise damaged("min-seats is not a number", place, got=repr(seats[:20]))
    return _Question(
        id=_id(element, place),
        text=_message(element, language),
        options=options,
        seats=int(seats) if seats else None,
    )


def _refuse_encrypted(encryption: str, texts: list[str], place: str) -> None:
    sealed = sum(text.startswith("-----BEGIN PGP MESSAGE-----") for text in texts)
    if sealed or encryption not in ("", "none"):
        raise InputRefusedError(
            "securepoll.encrypted",
            f"the votes of this dump are encrypted ({encryption if encryption not in ('', 'none') else 'gpg'})",
            expected="a dump whose votes are decrypted",
            got=f"{sealed or len(texts)} encrypted votes",
            place=place,
            hint="those who hold the election's private key decrypt the votes with it and write a plain dump;"
            " Holdfast neither needs nor asks for that key",
        )


def _records(texts: list[str], place: str) -> tuple[list[str], int]:
    """The records of all votes, and how many voters left a comment."""
    records = []
    comments = 0
    for number, text in enumerate(texts, 1):
        if not text.startswith("{"):
            records.append(text)
            continue
        found = parse_json(text.encode(), place=f"{place}, vote {number}")
        if not isinstance(found, dict) or not isinstance(found.get("vote"), str):
            raise damaged("a vote holds no record", f"{place}, vote {number}")
        comments += bool(found.get("comment"))
        records.append(found["vote"])
    return records, comments


def _marks(
    records: list[str], ballot: str, questions: Iterable[_Question], place: str
) -> dict[int, dict[Marks, int]]:
    """For each question its distinct ballots. A voter who left a question out has an empty ballot there."""
    positions = {q.id: {number: index for index, (number, _) in enumerate(q.options)} for q in questions}
    found: dict[int, dict[Marks, int]] = {question: {} for question in positions}
    for number, record in enumerate(records, 1):
        where = f"{place}, vote {number}"
        own: dict[int, list[tuple[int, int]]] = {question: [] for question in positions}
        for question, option, value in _items(record, ballot, where):
            if question not in positions or option not in positions[question]:
                raise damaged("a vote names an unknown question or candidate", where, got=f"{question}, {option}")
            mark = _value(value, ballot)
            if mark is not None:
                own[question].append((positions[question][option], mark))
        for question, marks in own.items():
            key = tuple(sorted(marks, key=lambda mark: (mark[1], mark[0])))
            found[question][key] = found[question].get(key, 0) + 1
    return found


def _items(record: str, ballot: str, where: str) -> Iterable[tuple[int, int, str]]:
    """Question id, option id and value of each item; the whole record must be items."""
    pattern = _RECORDS[ballot]
    position = 0
    while position < len(record):
        match = pattern.match(record, position)
        if match is None:
            raise damaged(f"a vote is no {ballot} record", where, got=f"character {position + 1} of {len(record)}")
        yield int(match[1], 16), int(match[2], 16), match[3]
        position = match.end()


def _value(value: str, ballot: str) -> int | None:
    """The number beside a candidate, or None when nothing was marked."""
    if ballot == "approval":
        return 1 if value == "y" else None
    if ballot == "choose":
        return 1
    if ballot == "stv":
        return int(value, 16) + 1
    if ballot == "preferential":
        rank = int(value, 16)
        return rank if 0 < rank < _UNRANKED else None
    return int(value)


def _text(element: ElementTree.Element, name: str) -> str:
    return (element.findtext(name) or "").strip()


def _id(element: ElementTree.Element, place: str) -> int:
    text = _text(element, "id")
    if not text.isdecimal():
        raise damaged("a question or candidate has no id", place, got=repr(text[:20]))
    return int(text)


def _properties(element: ElementTree.Element) -> dict[str, str]:
    return {each.get("name", ""): (each.text or "").strip() for each in element.findall("property")}


def _message(element: ElementTree.Element, language: str) -> str:
    """The text in the election's own language, or in whichever there is."""
    texts = {
        each.get("lang", ""): each.text or "" for each in element.findall("message") if each.get("name") == "text"
    }
    return texts.get(language) or next(iter(texts.values()), "")


FORMAT = Format(
    name="securepoll-xml", describes="SecurePoll's election dumps (XML)", recognise=_recognise, read=_read
)
