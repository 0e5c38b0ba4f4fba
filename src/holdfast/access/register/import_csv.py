"""The register from a CSV file: one row for each person, wiki and right."""

from collections.abc import Mapping
from datetime import datetime

from holdfast.access.register.importing import Entry
from holdfast.access.register.moments import day_or_moment, end_in_words
from holdfast.access.register.person import Agreement, Exemption, Grant, Jurisdiction
from holdfast.access.rules.rights import DOMICILE, right_named
from holdfast.accounts.names import account_name
from holdfast.errors import HoldfastError, InputRefusedError
from holdfast.ids import WikiName, wiki_name
from holdfast.papers.decoding import UTF_8
from holdfast.papers.rows import Column, Row, Table, read_table, written

COLUMNS: Mapping[str, str] = {
    "account": "name of the account, as the wiki shows it (needed)",
    "person": "any label that joins the rows of one person whose accounts have different names",
    "wiki": "short name of the wiki, such as enwiki",
    "wiki_language": "language of that wiki, such as en or zh-Hans",
    "user_id": "number of the account on that wiki, so that a rename is noticed",
    "former_names": "names the account had before, with | between them",
    "right": "checkuser, oversight, steward, ombuds, temporary-account-viewer or vrt",
    "grant_begins": "first day of the grant (UTC), or a moment; empty: counted from the import",
    "grant_ends": "the moment from which rules refuse it; a day means its midnight; empty or infinity: never",
    "agreement_version": "version of the signed agreement",
    "agreement_signed": "day on which it was signed",
    "agreement_ends": "the moment it ends by itself; empty: never",
    "jurisdiction": "a class such as J1, never an address or a place",
    "jurisdiction_source": "who said so",
    "jurisdiction_date": "day on which it was recorded",
    "domicile_known": "yes or no: whether others know where the person lives",
    "exemption": "a right, or domicile: what an exemption is for",
    "exemption_by": "who decided the exemption",
    "exemption_date": "day of that decision",
    "exemption_until": "the moment it ends; empty: never",
    "exemption_reason": "its reason as a code, such as SAFE-MOVE",
    "notice_language": "language of notices to the person",
}
"""Each column and what it holds."""
_TRUE, _FALSE = frozenset({"yes", "true", "1"}), frozenset({"no", "false", "0", ""})


def template() -> str:
    """A CSV file with the columns and two rows of simulated people."""
    rows = [
        {
            "account": "Simulated Holder 1",
            "wiki": "enwiki",
            "wiki_language": "en",
            "user_id": "101",
            "right": "checkuser",
            "grant_begins": "2020-01-01",
            "grant_ends": "infinity",
            "agreement_version": "3",
            "agreement_signed": "2019-12-01",
            "jurisdiction": "J1",
            "jurisdiction_source": "own statement",
            "jurisdiction_date": "2019-12-01",
            "domicile_known": "no",
            "notice_language": "en",
        },
        {
            "account": "Simulated Holder 2",
            "wiki": "fawiki",
            "wiki_language": "fa",
            "right": "oversight",
            "grant_begins": "2021-03-01",
            "grant_ends": "2023-03-01",
            "agreement_version": "3",
            "agreement_signed": "2021-02-10",
            "jurisdiction": "J2",
            "jurisdiction_source": "own statement",
            "jurisdiction_date": "2021-02-10",
            "domicile_known": "yes",
            "exemption": "domicile",
            "exemption_by": "access steward",
            "exemption_date": "2021-02-20",
            "exemption_until": "2022-02-20",
            "exemption_reason": "REVIEWED",
        },
    ]
    return written(list(COLUMNS), rows)


REGISTER = Table(
    name="register",
    title="the register",
    code="access.csv.rows",
    header_code="access.csv.header",
    encoding_code="access.csv.encoding",
    hint="holdfast access template prints the columns, and there is none for a real name or a place;"
    " nothing was imported",
    delimiters=",;",
    columns={
        name: Column(
            meaning=meaning,
            must=name == "account",
            filled=name == "account",
            longest=None if name == "former_names" else 200,
        )
        for name, meaning in COLUMNS.items()
    },
)


def read_csv(
    data: bytes, *, place: str, now: datetime, encoding: str = UTF_8
) -> tuple[tuple[Entry, ...], Mapping[WikiName, str]]:
    """The entries of a file, and the language of each wiki as the file tells it.

    Commas or semicolons. Raises InputRefusedError `access.csv.…`: `encoding`, `header` (unknown, repeated or missing
    columns), `rows` (every line that cannot be read and why). Nothing is taken from a file that cannot be read as a
    whole.
    """
    languages: dict[WikiName, str] = {}

    def read(row: Row) -> Entry:
        entry = _entry({name: row[name] for name in COLUMNS}, row.at, now)
        _language(languages, entry, row["wiki_language"], row.at)
        return entry

    return tuple(read_table(data, REGISTER, read, place=place, encoding=encoding)), languages


def _entry(row: Mapping[str, str], line: str, now: datetime) -> Entry:
    wiki = _wiki(row.get("wiki", ""), line)
    number = row.get("user_id", "")
    if number and (not number.isascii() or not number.isdecimal() or wiki is None):
        raise _bad("user_id is a whole number and needs a wiki", line)
    former = tuple(account_name(each, place=line) for each in row.get("former_names", "").split("|") if each.strip())
    return Entry(
        place=line,
        account=account_name(row["account"], place=line),
        label=row.get("person", ""),
        wiki=wiki,
        user_id=int(number) if number else None,
        former=former,
        grant=_grant(row, wiki, line, now),
        begins_known=bool(row.get("grant_begins")),
        agreement=_agreement(row, line),
        jurisdiction=_jurisdiction(row, line),
        exemption=_exemption(row, line),
        notice_language=row.get("notice_language", ""),
    )


def _wiki(text: str, line: str) -> WikiName | None:
    try:
        return wiki_name(text) if text else None
    except HoldfastError as odd:
        raise _bad(f"{odd.what}: {text[:40]!r}", line) from None


def _grant(row: Mapping[str, str], wiki: WikiName | None, line: str, now: datetime) -> Grant | None:
    if not row.get("right"):
        if row.get("grant_begins") or row.get("grant_ends"):
            raise _bad("a grant has dates and no right", line)
        return None
    if wiki is None:
        raise _bad("a right needs a wiki", line)
    right = right_named(row["right"])
    begins = day_or_moment(row["grant_begins"], place=line) if row.get("grant_begins") else now
    ends = end_in_words(row.get("grant_ends", ""), place=line)
    if ends is not None and row.get("grant_begins") and ends <= begins:
        raise _bad("the grant ends before it begins", line)
    # the wiki is asked which of several groups carries the right when it matters
    group = right.groups[0] if right.groups else ""
    return Grant(wiki=wiki, right=right.name, group=group, begins=begins, ends=ends)


def _agreement(row: Mapping[str, str], line: str) -> Agreement | None:
    version, signed = row.get("agreement_version", ""), row.get("agreement_signed", "")
    if bool(version) != bool(signed) or (row.get("agreement_ends") and not version):
        raise _bad("an agreement needs its version and the day on which it was signed", line)
    if not version:
        return None
    begins = day_or_moment(signed, place=line)
    ends = end_in_words(row.get("agreement_ends", ""), place=line)
    if ends is not None and ends <= begins:
        raise _bad("the agreement ends before it was signed", line)
    return Agreement(version=version, begins=begins, ends=ends)


def _jurisdiction(row: Mapping[str, str], line: str) -> Jurisdiction | None:
    name, source, day = (row.get(each, "") for each in ("jurisdiction", "jurisdiction_source", "jurisdiction_date"))
    if (bool(name), bool(source), bool(day)) not in ((False,) * 3, (True,) * 3):
        raise _bad("a jurisdiction needs its source and date", line)
    known = row.get("domicile_known", "").lower()
    if known not in _TRUE | _FALSE:
        raise _bad("domicile_known is yes or no", line)
    if not name:
        if known in _TRUE:
            raise _bad("a domicile that is known needs a jurisdiction", line)
        return None
    return jurisdiction_of(name, source, day, domicile_known=known in _TRUE, place=line)


def jurisdiction_of(name: str, source: str, day: str, *, domicile_known: bool, place: str) -> Jurisdiction:
    """A jurisdiction as a class. Raises InputRefusedError `access.csv.row` for what looks like an address."""
    if not (len(name) <= 16 and name.isascii() and name.replace("-", "").isalnum() and name[0].isalpha()):
        raise _bad("a jurisdiction is a class such as J1: up to 16 letters, digits and hyphens", place)
    return Jurisdiction(
        name=name,
        source=source,
        recorded_on=day_or_moment(day, place=place).date().isoformat(),
        domicile_known=domicile_known,
    )


def _exemption(row: Mapping[str, str], line: str) -> Exemption | None:
    parts = {name: row.get(f"exemption{name}", "") for name in ("", "_by", "_date", "_reason")}
    if not any(parts.values()) and not row.get("exemption_until"):
        return None
    if not all(parts.values()):
        raise _bad("an exemption needs what it is for, who decided it, its date and its reason", line)
    what = DOMICILE if parts[""].lower() == DOMICILE else right_named(parts[""]).name
    return Exemption(
        id="",
        what=what,
        begins=day_or_moment(parts["_date"], place=line),
        ends=end_in_words(row.get("exemption_until", ""), place=line),
        author=parts["_by"],
        reason_code=parts["_reason"],
    )


def _language(languages: dict[WikiName, str], entry: Entry, language: str, line: str) -> None:
    if language:
        if entry.wiki is None:
            raise _bad("a language of a wiki needs the wiki", line)
        if languages.setdefault(entry.wiki, language) != language:
            raise _bad(f"{entry.wiki} has two languages", line)


def _bad(what: str, line: str) -> InputRefusedError:
    return InputRefusedError("access.csv.row", what, place=line)
