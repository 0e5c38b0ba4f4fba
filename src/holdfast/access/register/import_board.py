"""The register from a noticeboard kept by hand: tables and lists of users with dates, in wikitext.

A row or list item is read when it names one account and one date; every other one is reported with its line, so that
nothing is lost in silence.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import unescape

from holdfast.access.register.importing import Entry
from holdfast.access.register.moments import midnight
from holdfast.access.register.person import Agreement
from holdfast.accounts.names import AccountName, account_as_compared, account_name
from holdfast.errors import HoldfastError

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in _MONTHS) + "|sept"
_DATES = (
    (re.compile(r"(?<!\d)(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?!\d)"), False),
    (re.compile(r"\{\{\s*(?:date|dts)\s*\|\s*(?P<y>\d{4})\s*\|\s*(?P<m>\d{1,2})\s*\|\s*(?P<d>\d{1,2})"), False),
    (re.compile(r"(?<!\d)(?P<y>\d{4})\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*日"), False),
    (re.compile(rf"(?<!\d)(?P<d>\d{{1,2}})\.?\s+(?P<m>{_MONTH})\.?,?\s+(?P<y>\d{{4}})(?!\d)", re.IGNORECASE), True),
    (re.compile(rf"\b(?P<m>{_MONTH})\.?\s+(?P<d>\d{{1,2}}),?\s+(?P<y>\d{{4}})(?!\d)", re.IGNORECASE), True),
)  # fmt: skip
_NAMESPACE = "user|user talk|special:contributions"
_LINK = re.compile(
    rf"\[\[\s*:?\s*(?:[a-z-]{{1,12}}:)*(?:{_NAMESPACE})\s*[:/]\s*(?P<name>(?:&#?\w+;|[^\]|#/])+?)\s*(?:#[^\]|]*)?(?:\|[^\]]*)?\]\]",
    re.IGNORECASE,
)
_TEMPLATE = re.compile(
    r"\{\{\s*(?:user(?:[ _-]?[a-z0-9]+)*|u|ul|ut|ulc|noping|no ?ping|userlink|target)\s*\|\s*"
    r"(?:(?:1|user|username)\s*=\s*)?(?P<name>[^|{}]+?)\s*(?:\|[^{}]*)?\}\}",
    re.IGNORECASE,
)
_STRUCK = re.compile(r"<(s|del|strike)\b", re.IGNORECASE)
_HIDDEN = re.compile(r"<!--.*?-->|<ref\b[^>/]*>.*?</ref>|<ref\b[^>]*/>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Unread:
    """A row or item that was not understood: its first line, why, and its text (which may name somebody)."""

    line: int
    why: str
    text: str


@dataclass(frozen=True, kw_only=True)
class BoardRead:
    """What a page said."""

    entries: tuple[Entry, ...]
    unread: tuple[Unread, ...]


def read_board(wikitext: str, *, version: str, place: str, now: datetime) -> BoardRead:
    """The agreements that a page lists; all of one `version`, which such pages do not write down.

    Reported, not read: no account or several, no date or several, a date in the future or on no calendar, struck
    text, a name that can be no account's, a second row for one account with another date.
    """
    entries: dict[str, Entry] = {}
    unread: list[Unread] = []
    hidden = _HIDDEN.sub(lambda found: "\n" * found[0].count("\n"), wikitext.replace("\r\n", "\n"))
    for line, text in _pieces(hidden):
        try:
            account, day = _read(text, now)
        except _NotReadError as odd:
            unread.append(Unread(line=line, why=str(odd), text=text.strip()))
            continue
        known = entries.get(account_as_compared(account))
        if known is not None and known.agreement is not None:
            if known.agreement.begins != midnight(day):
                why = f"the account stands on {known.place} with another date"
                unread.append(Unread(line=line, why=why, text=text.strip()))
            continue
        entries[account_as_compared(account)] = Entry(
            place=f"{place}, line {line}",
            account=account,
            agreement=Agreement(version=version, begins=midnight(day)),
        )
    return BoardRead(entries=tuple(entries.values()), unread=tuple(unread))


class _NotReadError(Exception):
    """Why a piece was not read."""


def _read(text: str, now: datetime) -> tuple[AccountName, date]:
    if _STRUCK.search(text):
        raise _NotReadError("it is struck out")
    names = _names(text)
    if len(names) != 1:
        raise _NotReadError("no account is named" if not names else f"{len(names)} accounts are named")
    days = _days(text)
    if len(days) != 1:
        raise _NotReadError("no date that can be read" if not days else f"{len(days)} different dates")
    (day,) = days
    if midnight(day) > now + timedelta(days=1):
        raise _NotReadError(f"the date {day.isoformat()} is in the future")
    return next(iter(names.values())), day


def _names(text: str) -> dict[str, AccountName]:
    """Accounts by what their spellings have in common. Raises _NotReadError for a name that can be none."""
    found: dict[str, AccountName] = {}
    for pattern in (_TEMPLATE, _LINK):
        for match in pattern.finditer(text):
            try:
                name = account_name(unescape(match["name"]))
            except HoldfastError as odd:
                raise _NotReadError(odd.what) from None
            found.setdefault(account_as_compared(name), name)
    return found


def _days(text: str) -> set[date]:
    """The different dates of a piece. Raises _NotReadError for one that is on no calendar."""
    # a signature repeats nothing; a name may look like a date
    plain = _LINK.sub(" ", _TEMPLATE.sub(" ", text))
    found = set()
    for pattern, in_words in _DATES:
        for match in pattern.finditer(plain):
            month = _month(match["m"]) if in_words else int(match["m"])
            try:
                found.add(date(int(match["y"]), month, int(match["d"])))
            except ValueError:
                raise _NotReadError(f"no such day: {match[0].strip()}") from None
    return found


def _month(name: str) -> int:
    return next(at for at, each in enumerate(_MONTHS, 1) if each.startswith(name.lower()[:3]))


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Each table row and each list item with its first line; other lines when they name an account."""
    row: list[str] = []
    begins = 0
    in_table = False
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.lstrip(" :")
        ends_row = stripped.startswith(("|-", "|}", "{|"))
        if re.match(r"#\s*redirect", stripped, re.IGNORECASE):
            continue
        if in_table and ends_row:
            yield from _row(begins, row)
            row = []
        if stripped.startswith("{|"):
            in_table = True
        elif stripped.startswith("|}"):
            in_table = False
        elif in_table and not ends_row:
            if not row:
                begins = number
            row.append(line)
        elif not in_table and (stripped.startswith(("*", "#")) or _TEMPLATE.search(line) or _LINK.search(line)):
            yield number, line
    yield from _row(begins, row)


def _row(begins: int, lines: list[str]) -> Iterator[tuple[int, str]]:
    """A row, unless it holds headings, a caption or nothing."""
    text = "\n".join(lines)
    is_heading = all(line.lstrip().startswith(("!", "|+")) or not line.strip() for line in lines)
    names_somebody = bool(_TEMPLATE.search(text) or _LINK.search(text))
    if text.strip(" |\n") and (names_somebody or not is_heading):
        yield begins, text
