"""The fields of a notice as lines: a label, and what was said under it; each shown or withheld, none missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from holdfast.clock import parse_at
from holdfast.errors import InputRefusedError
from holdfast.notices.escape import checked_link
from holdfast.notices.kinds import (
    ENDED_BY_PEOPLE,
    FIELDS,
    FORMS,
    NEVER_WITHHELD,
    EvidenceClass,
    Form,
    NoticeKind,
    ReasonCode,
    ReviewDecision,
)
from holdfast.notices.wording import ORIGINAL, Wording

TEXT_LIMIT = 4000  # characters of one text in a notice; chosen
INFINITY = "infinity"


class Part(StrEnum):
    """Who wrote a piece of a line, and so how it is set."""

    OURS = "ours"
    """Words of the text files: trusted."""
    THEIRS = "theirs"
    """Typed by somebody: shown literally, with its own direction."""
    DAY = "day"
    """A day, moment or period that we wrote."""
    LINK = "link"


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A run of text in one line. `language` is set when a text is not in the language of the notice."""

    part: Part
    text: str
    language: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One field as it is shown."""

    field: str
    label: str
    pieces: tuple[Piece, ...]


def field_lines(kind: NoticeKind, fields: Mapping[str, Any], words: Wording) -> tuple[Line, ...]:
    """Every field of the kind, in its order.

    Raises InputRefusedError `notices.field.missing` when a required one is neither shown nor withheld,
    `notices.field.unknown`, `notices.field.twice`, `notices.field.form`, and `notices.withheld` for a withheld one
    without reason code, author or end date, or one that may never be withheld.
    """
    withheld = _withheld(fields)
    shown = {name for name in fields if name not in ("withheld", "kind") and fields[name] is not None}
    known = FIELDS[kind].required + FIELDS[kind].optional
    _refuse_wrong_fields(kind, shown, set(withheld))
    lines = []
    for name in known:
        label = words.words[f"label.{name}"]
        if name in shown:
            lines.append(Line(field=name, label=label, pieces=_pieces(name, FORMS[name], fields[name], words)))
        elif name in withheld:
            lines.append(Line(field=name, label=label, pieces=_withheld_pieces(name, withheld[name], words)))
    return tuple(lines)


def _withheld(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    withheld = fields.get("withheld") or {}
    if not isinstance(withheld, Mapping):
        raise _wrong_form("withheld", "an object of field to code, by and until", withheld)
    return withheld


def _refuse_wrong_fields(kind: NoticeKind, shown: set[str], withheld: set[str]) -> None:
    required, optional = set(FIELDS[kind].required), set(FIELDS[kind].optional)
    problems = {
        "notices.field.missing": ("is neither shown nor withheld", required - shown - withheld),
        "notices.field.unknown": ("is no field of this notice", (shown | withheld) - required - optional),
        "notices.field.twice": ("is shown and withheld at once", shown & withheld),
        "notices.withheld": ("may never be withheld from the person", withheld & NEVER_WITHHELD),
    }
    for code, (what, names) in problems.items():
        if names:
            raise InputRefusedError(
                code,
                f"{sorted(names)[0]} {what}",
                got=", ".join(sorted(names)),
                place=f"notice {kind}",
                hint="a notice is made from exactly the fields of its action",
                offender=tuple(sorted(names)),
            )


def _withheld_pieces(name: str, value: Any, words: Wording) -> tuple[Piece, ...]:
    if not isinstance(value, Mapping) or set(value) != {"code", "by", "until"}:
        raise InputRefusedError(
            "notices.withheld",
            f"{name} is withheld without saying why, by whom and until when",
            expected="code, by and until",
            place=name,
            hint="give a reason code, the role of its author, and an end date",
        )
    code = _one_of(name, ReasonCode, value["code"])
    return (
        _ours(words, f"reason.{code}"),
        _ours(words, "word.withheld_by"),
        *_text(name, value["by"], words),
        _ours(words, "word.withheld_until"),
        Piece(part=Part.DAY, text=_time(name, value["until"])),
    )


def _pieces(name: str, form: Form, value: Any, words: Wording) -> tuple[Piece, ...]:
    return _SHOWN_AS[form](name, value, words)


def _text(name: str, value: Any, words: Wording) -> tuple[Piece, ...]:
    """Text in the notice's language if there is one, else in English and marked so."""
    language = words.language
    if isinstance(value, Mapping):
        if ORIGINAL not in value:
            raise _wrong_form(name, "text in English beside the other languages", sorted(value))
        language = words.language if words.language in value else ORIGINAL
        value = value[language]
    if not isinstance(value, str) or not value.strip() or len(value) > TEXT_LIMIT:
        raise _wrong_form(name, f"text of 1 to {TEXT_LIMIT} characters", value)
    return (Piece(part=Part.THEIRS, text=value, language=language if language != words.language else ""),)


def _names(name: str, value: Any, words: Wording) -> tuple[Piece, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        raise _wrong_form(name, "a list of names with at least one", value)
    return tuple(piece for each in value for piece in _text(name, each, words))


def _evidence(name: str, value: Any, words: Wording) -> tuple[Piece, ...]:
    codes = [value] if isinstance(value, str) else value
    if not isinstance(codes, Sequence) or not codes:
        raise _wrong_form(name, "a list of classes of evidence", value)
    return tuple(_ours(words, f"evidence.{_one_of(name, EvidenceClass, each)}") for each in codes)


def _rule(name: str, value: Any, words: Wording) -> tuple[Piece, ...]:
    parts = value if isinstance(value, Mapping) and "text" in value else {"text": value}
    found = _text(name, parts["text"], words)
    return (*found, Piece(part=Part.LINK, text=checked_link(parts["url"]))) if parts.get("url") else found


def _period(name: str, value: Any, words: Wording) -> tuple[Piece, ...]:
    if not isinstance(value, Mapping) or set(value) != {"start", "end"}:
        raise _wrong_form(name, "start and end", value)
    start, end = _time(name, value["start"]), _time(name, value["end"])
    return (Piece(part=Part.DAY, text=f"{start} – {end}"),)


def _appeal(name: str, value: Any, words: Wording) -> tuple[Piece, ...]:
    appealable = value.get("appealable") if isinstance(value, Mapping) else None
    needed = (
        {"link", "until", "body", "can_be_worse"} if appealable else {"legal_ground", "may_lift", "sign_again_by"}
    )
    if not isinstance(appealable, bool) or set(value) != needed | {"appealable"}:
        raise _wrong_form(name, "appealable, and " + ", ".join(sorted(needed)), value)
    if not appealable:
        return (
            _ours(words, "word.no_appeal"),
            *_text(name, value["legal_ground"], words),
            _ours(words, "word.may_lift"),
            *_text(name, value["may_lift"], words),
            _ours(words, "word.sign_again_by"),
            Piece(part=Part.DAY, text=_time(name, value["sign_again_by"])),
        )
    if not isinstance(value["can_be_worse"], bool):
        raise _wrong_form(name, "can_be_worse, true or false", value["can_be_worse"])
    return (
        _ours(words, "word.appeal_here"),
        Piece(part=Part.LINK, text=checked_link(str(value["link"]))),
        *_appeal_end(name, value["until"], words),
        _ours(words, "word.appeal_body"),
        *_text(name, value["body"], words),
        _ours(words, "word.can_be_worse" if value["can_be_worse"] else "word.cannot_be_worse"),
    )


def _appeal_end(name: str, until: Any, words: Wording) -> tuple[Piece, ...]:
    if until is None:
        return (_ours(words, "word.appeal_no_end"),)
    return (_ours(words, "word.appeal_until"), Piece(part=Part.DAY, text=_time(name, until)))


def _road_back(name: str, value: Any, words: Wording) -> tuple[Piece, ...]:
    if not isinstance(value, Mapping) or set(value) != {"conditions", "earliest", "decider"}:
        raise _wrong_form(name, "conditions, earliest and decider", value)
    return (
        *_text(name, value["conditions"], words),
        _ours(words, "word.earliest"),
        Piece(part=Part.DAY, text=_time(name, value["earliest"])),
        _ours(words, "word.road_back_decider"),
        *_text(name, value["decider"], words),
    )


def _expiry(name: str, value: Any, words: Wording) -> tuple[Piece, ...]:
    if value == INFINITY:
        return (_ours(words, "word.infinity"),)
    day = Piece(part=Part.DAY, text=_time(name, value))
    return (day, _ours(words, "word.given_back_by_people")) if words.kind in ENDED_BY_PEOPLE else (day,)


def _time(name: str, value: Any) -> str:
    """A day as 2021-09-13, a moment with its minute in UTC."""
    if not isinstance(value, str) or value.isdigit():
        raise _wrong_form(name, "a time, ISO 8601", value)
    at = parse_at(value)
    return f"{at:%Y-%m-%d}" if len(value) == len("2021-09-13") else f"{at:%Y-%m-%d %H:%M} UTC"


def _times(name: str, value: Any, words: Wording) -> tuple[Piece, ...]:
    return (Piece(part=Part.DAY, text=_time(name, value)),)


def _link(name: str, value: Any, words: Wording) -> tuple[Piece, ...]:
    return (Piece(part=Part.LINK, text=checked_link(str(value))),)


def _reason_code(name: str, value: Any, words: Wording) -> tuple[Piece, ...]:
    return (_ours(words, f"reason.{_one_of(name, ReasonCode, value)}"),)


def _review_decision(name: str, value: Any, words: Wording) -> tuple[Piece, ...]:
    return (_ours(words, f"decision.{_one_of(name, ReviewDecision, value)}"),)


def _ours(words: Wording, key: str) -> Piece:
    return Piece(part=Part.OURS, text=words.words[key])


def _one_of(name: str, closed: type[StrEnum], value: Any) -> str:
    try:
        return closed(value).value
    except ValueError:
        raise _wrong_form(name, "one of " + ", ".join(closed), value) from None


def _wrong_form(name: str, expected: str, got: object) -> InputRefusedError:
    return InputRefusedError(
        "notices.field.form",
        f"the field {name} cannot be shown",
        expected=expected,
        got=type(got).__name__,
        place=name,
        hint="correct the action; a notice is made from its fields alone",
    )


_SHOWN_AS: dict[Form, Callable[[str, Any, Wording], tuple[Piece, ...]]] = {
    Form.TEXT: _text,
    Form.NAMES: _names,
    Form.TIME: _times,
    Form.EXPIRY: _expiry,
    Form.PERIOD: _period,
    Form.RULE: _rule,
    Form.EVIDENCE: _evidence,
    Form.REASON_CODE: _reason_code,
    Form.REVIEW_DECISION: _review_decision,
    Form.APPEAL: _appeal,
    Form.ROAD_BACK: _road_back,
    Form.LINK: _link,
}
