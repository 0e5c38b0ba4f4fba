"""Reading CheckUser's log: answers of its API, JSON exports, and rows of its tables, as CSV, TSV or SQL dump."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from holdfast.access.exposure.lookups import API_PREFIX, Lookup, LookupType, numbered
from holdfast.access.exposure.lookups_addresses import blot_addresses, parse_address, target_of
from holdfast.access.exposure.lookups_forms import Form, Row, form_of, rows_of
from holdfast.accounts.names import kept_name
from holdfast.accounts.pseudonym import Pseudonyms
from holdfast.canonical import sha256_hex
from holdfast.errors import InputRefusedError
from holdfast.ids import WikiName

NAME_LIMIT = 255  # bytes; MediaWiki's cap on user names (user_name is varbinary(255))
REASON_LIMIT = 10_000  # characters; chosen: far above any reason that MediaWiki stores


class Part(StrEnum):
    """Whether a file may hold less than the whole log."""

    WHOLE = "whole"
    PART = "part"


@dataclass(frozen=True, kw_only=True)
class LogFile:
    """One file of the log, as it was handed in. `place` is what errors call it."""

    place: str
    data: bytes


@dataclass(frozen=True, kw_only=True)
class ReadLog:
    """What was read: the look-ups by time, and what a reader of the report must know."""

    lookups: tuple[Lookup, ...]
    forms: Mapping[str, Form] = field(default_factory=dict)
    """Place to the form that it was read as."""
    complete: bool = True
    """False: the API said that the log goes on, and only a part was asked for."""
    without_reason: int = 0


def read_lookups(files: Sequence[LogFile], *, wiki: WikiName, tokens: Pseudonyms, part: Part = Part.WHOLE) -> ReadLog:
    """The look-ups of one wiki's log, from one or more files; answers of the API in the order they were fetched.

    Nothing is skipped. Raises InputRefusedError, naming file and entry or row: `lookups.form`, `lookups.denied`,
    `lookups.incomplete` when the last answer says that the log goes on, `lookups.broken_chain` when an answer between
    two is missing, `lookups.field`, `lookups.type`, `lookups.time`, `lookups.target`, `lookups.actor`.
    """
    found: list[Lookup] = []
    forms: dict[str, Form] = {}
    chain = _Chain()
    for file in files:
        form, source = form_of(file.data, file.place), sha256_hex(file.data)
        forms[file.place] = form
        for answer in rows_of(file.data, form, file.place):
            chain.add(answer.rows, answer.goes_on_at, file.place)
            found += [_lookup(row, wiki, tokens, source) for row in answer.rows]
    if chain.goes_on and part is Part.WHOLE:
        raise InputRefusedError(
            "lookups.incomplete",
            "the API's last answer says that the log goes on",
            expected="every answer up to the one without `continue`",
            place=files[-1].place,
            hint="fetch the rest and give all answers in order, or say that this is a part",
        )
    lookups = numbered(found)
    return ReadLog(
        lookups=lookups,
        forms=forms,
        complete=not chain.goes_on,
        without_reason=sum(not each.has_reason for each in lookups),
    )


class _Chain:
    """The API's answers in order: each names the moment at which the next one begins."""

    def __init__(self) -> None:
        self._next: str | None = None

    @property
    def goes_on(self) -> bool:
        return self._next is not None

    def add(self, rows: Sequence[Row], goes_on_at: str | None, place: str) -> None:
        if self._next is not None and (not rows or rows[0].text("timestamp") != self._next):
            raise InputRefusedError(
                "lookups.broken_chain",
                "this answer does not go on where the one before it ended",
                expected=f"an entry of {self._next}",
                got=rows[0].text("timestamp") if rows else "no entries",
                place=place,
                hint="give all answers, in the order in which they were fetched",
            )
        self._next = goes_on_at


def _lookup(row: Row, wiki: WikiName, tokens: Pseudonyms, source: str) -> Lookup:
    kind = _type(row)
    raw_target = row.text("target")
    _check_target(row, kind, raw_target)
    raw_reason = row.text("reason", may_be_empty=True)
    if len(raw_reason) > REASON_LIMIT:
        raise _refused(row, "lookups.field", "the reason is longer than the wiki can hold")
    through_api = raw_reason.startswith(API_PREFIX) or raw_reason == API_PREFIX.strip()
    return Lookup(
        wiki=wiki,
        at=_time(row),
        holder=kept_name(_name(row, "checkuser")),
        type=kind,
        target=target_of(raw_target, wiki, tokens),
        reason=blot_addresses(raw_reason[len(API_PREFIX.strip()) :] if through_api else raw_reason).strip(),
        through_api=through_api,
        source=source,
        row=row.number,
    )


def _type(row: Row) -> LookupType:
    try:
        return LookupType(row.text("type"))
    except ValueError:
        raise _refused(
            row, "lookups.type", "this type of look-up is not known", expected=", ".join(LookupType)
        ) from None


def _time(row: Row) -> datetime:
    text = row.text("timestamp")
    for form in ("%Y-%m-%dT%H:%M:%SZ", "%Y%m%d%H%M%S", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise _refused(
        row, "lookups.time", "this is not a time of the log", expected="20261122053821 or 2026-11-22T05:38:21Z"
    )


def _name(row: Row, field_name: str) -> str:
    name = row.text(field_name)
    if len(name.encode()) > NAME_LIMIT or any(ord(each) < 32 or each in "#<>[]|{}\x7f" for each in name):
        raise _refused(row, "lookups.field", f"{field_name} is no name that a wiki allows")
    return name


def _check_target(row: Row, kind: LookupType, text: str) -> None:
    """Type and target must agree, and where the table also has the target as numbers, these too."""
    address = parse_address(text)
    if kind.is_about_account and address is not None:
        raise _refused(row, "lookups.target", f"{kind} is about an account, but the target is an address")
    if kind.is_about_address and address is None:
        raise _refused(row, "lookups.target", f"{kind} is about an address, but the target is none")
    if address is None:
        _name(row, "target")
        return
    first, last = address.hexadecimal()
    written = {"target_hex": first, "range_start": first, "range_end": last}
    for name, expected in written.items():
        value = row.optional(name)
        if value and value.upper() != expected.upper():
            raise _refused(row, "lookups.target", f"the target and {name} name different addresses")


def _refused(row: Row, code: str, what: str, *, expected: str = "") -> InputRefusedError:
    return InputRefusedError(
        code, what, expected=expected, place=row.place, hint="fetch the log again; nothing was taken in"
    )
