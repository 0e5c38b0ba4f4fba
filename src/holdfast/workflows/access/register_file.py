"""A register that lies in a CSV file: read as a whole, for questions that need no office."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

from holdfast.access.register.import_board import Unread, read_board
from holdfast.access.register.import_csv import read_csv
from holdfast.access.register.import_groups import Missing, missing_on_wiki, read_groups
from holdfast.access.register.importing import Entry, Import, import_entries
from holdfast.access.register.person_facts import PERSON, fold
from holdfast.access.register.register import Register
from holdfast.access.rules.rule_book import RULES_HINT, RULES_SHAPE, RuleBook, rule_book_from
from holdfast.canonical import parse_json
from holdfast.errors import UsageError
from holdfast.facts import SYSTEM, Fact, MemberId, StreamId
from holdfast.ids import WikiName, wiki_name
from holdfast.papers.decoding import UTF_8, decoded, read_bytes
from holdfast.papers.documents import read_toml
from holdfast.papers.shapes import check_shape


@dataclass(frozen=True, kw_only=True)
class FileRegister:
    """A register from a file, and what was assumed where nobody said."""

    register: Register
    assumed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What an import would add to a register, and what could not be read."""

    found: Import
    unread: tuple[Unread, ...] = ()
    missing: tuple[Missing, ...] = ()
    """Grants of the register that the wiki's groups do not show."""


def read_register_file(path: Path, *, rules: Path | None, now: datetime, encoding: str = UTF_8) -> FileRegister:
    """The register of a CSV file under the rules of a TOML file.

    Without a file of rules every version of the agreement in the CSV counts, and that is said. Raises UsageError
    `access.no_file` and what `read_csv`, `import_entries` and `rule_book_from` raise.
    """
    entries, languages = read_csv(read_file(path), place=str(path), now=now, encoding=encoding)
    assumed: list[str] = []
    if rules is not None:
        book = read_rules(rules, languages)
    else:
        versions = frozenset(each.agreement.version for each in entries if each.agreement)
        assumed.append(f"no rules given: every version of the agreement in the file counts ({len(versions)})")
        book = RuleBook(current_versions=versions or frozenset({"none"}), languages=languages)
    empty = Register(people={}, book=book)
    found = import_entries(empty, entries, now=now, by=SYSTEM, new_id=numbered())
    return FileRegister(register=with_facts(empty, found.facts), assumed=tuple(assumed))


def read_rules(path: Path, languages: Mapping[WikiName, str]) -> RuleBook:
    """The rules of a TOML file; languages that it does not name are taken from elsewhere."""
    file = read_toml(path, no_file="access.no_file", code="access.rules")
    check_shape(file, RULES_SHAPE, code="access.rules", what="this is no book of rules", hint=RULES_HINT)
    return rule_book_from(
        {**file.data, "languages": {**languages, **file.data.get("languages", {})}}, place=str(path)
    )


def preview_import(
    path: Path,
    kind: str,
    register: Register,
    *,
    wiki: str,
    version: str,
    now: datetime,
    by: MemberId = SYSTEM,
    new_id: Callable[[], str] | None = None,
    encoding: str = UTF_8,
) -> Preview:
    """What a file would add to a register: `csv`, `noticeboard` (needs a version) or `groups` (needs a wiki).

    Nothing is written. Raises UsageError `access.import.kind`, `.version`, `.wiki`, and what the readers raise.
    """
    return preview_data(
        read_file(path),
        kind,
        register,
        place=str(path),
        wiki=wiki,
        version=version,
        now=now,
        by=by,
        new_id=new_id or numbered(len(register.people)),
        encoding=encoding,
    )


def preview_data(
    data: bytes,
    kind: str,
    register: Register,
    *,
    place: str,
    wiki: str,
    version: str,
    now: datetime,
    by: MemberId,
    new_id: Callable[[], str],
    encoding: str = UTF_8,
) -> Preview:
    """The same from bytes; `place` is what errors call them."""
    unread: tuple[Unread, ...] = ()
    missing: tuple[Missing, ...] = ()
    entries: Iterable[Entry]
    if kind == "csv":
        entries, _ = read_csv(data, place=place, now=now, encoding=encoding)
    elif kind == "noticeboard":
        if not version.strip():
            raise UsageError(
                "access.import.version",
                "a noticeboard does not say which version of the agreement was signed",
                hint="say it with --agreement-version",
            )
        text = decoded(data, place, code="access.board.encoding", encoding=encoding)
        board = read_board(text, version=version.strip(), place=place, now=now)
        entries, unread = board.entries, board.unread
    elif kind == "groups":
        if not wiki:
            raise UsageError("access.import.wiki", "groups are those of one wiki", hint="say which with --wiki")
        name = wiki_name(wiki)
        entries = read_groups(parse_json(data, place=place), wiki=name, place=place, now=now)
        read = {each.grant.right for each in entries if each.grant}
        missing = missing_on_wiki(register, entries, wiki=name, rights=read, at=now)
    else:
        raise UsageError(
            "access.import.kind", "this is no form of an import", expected="csv, noticeboard or groups", got=kind[:40]
        )
    found = import_entries(register, entries, now=now, by=by, new_id=new_id)
    return Preview(found=found, unread=unread, missing=missing)


def with_facts(register: Register, facts: Mapping[StreamId, Iterable[Fact]]) -> Register:
    """The register after further facts about people."""
    people = dict(register.people)
    for stream, new in facts.items():
        if stream not in people:
            people[stream] = fold(stream, new)
            continue
        for fact in new:
            people[stream] = PERSON.append(people[stream], fact)
    return Register(people=people, book=register.book, restrictions=register.restrictions)


def numbered(start: int = 0) -> Callable[[], str]:
    """Ids in order, for a register that lives as long as a command."""
    numbers = count(start + 1)
    return lambda: f"p-{next(numbers):06d}"


def read_file(path: Path) -> bytes:
    """The bytes of a file. Raises UsageError `access.no_file`."""
    return read_bytes(path, code="access.no_file")
