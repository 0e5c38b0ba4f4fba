"""Revision histories as tables: one line per edit, as WikiChron exports them, fields quoted with `|`.

Everybody without an account carries the one name `Anonymous`; the address stands in `contributor_id`. Counted by
name they would look like one very active person, so here the address is the account, marked `is_address`.
"""

from holdfast.accounts.kinds import is_address
from holdfast.clock import parse_at, utc_naive
from holdfast.errors import InputRefusedError
from holdfast.sources._accounts import AccountRows
from holdfast.sources._compression import refused
from holdfast.sources._source import Head, Likeness, Opening, Source
from holdfast.sources._text_rows import Rows, columns_in, wrong_width
from holdfast.tables.ingest import Ingest
from holdfast.tables.schema import Kind

NEEDED = (
    "page_id", "page_title", "page_ns", "revision_id", "timestamp", "contributor_id", "contributor_name", "bytes",
)  # fmt: skip
ANONYMOUS = "Anonymous"
_REVISION = ("revision_id", "page_id", "namespace", "at", "account", "is_address", "size_bytes")
_TRUE = {"1": True, "true": True, "0": False, "false": False, "": False}


def recognise(head: Head) -> Likeness:
    """The header names a page, a revision and a contributor; a lacking column is then named by `read`."""
    names = {name.strip() for name in head.first.split(b"\n", 1)[0].decode("utf-8-sig", "replace").split(",")}
    return Likeness.CERTAIN if len(names & set(NEEDED)) >= 6 else Likeness.NO


def read(opening: Opening, rows: Ingest) -> None:
    """Rows of revisions, pages and accounts; the column `is_bot` of prepared copies is read where it stands.

    Raises InputRefusedError `source.csv.column`, `source.csv.width`, `source.revisions.number`, `clock.unreadable`,
    each naming the line.
    """
    assert opening.path is not None
    text = Rows(path=opening.path, progress=opening.progress, quote="|", must_end_with_newline=True)
    lines = iter(text)
    first_line, header = next(lines, (1, [""]))
    where = columns_in(text, header, NEEDED, first_line)
    order = [where[name] for name in NEEDED]
    is_bot_at = where.get("is_bot")
    add_revision = rows.writer("revisions", _REVISION)
    add_page = rows.writer("pages", ("page_id", "namespace", "title"))
    accounts = AccountRows(rows)
    pages: set[int] = set()
    without_address = 0
    for line, fields in lines:
        if len(fields) != len(header):
            raise wrong_width(text, line, len(header), len(fields))
        page, title, namespace, revision, at, contributor, name, size = (fields[place] for place in order)
        try:
            page_id, namespace_id, revision_id = int(page), int(namespace), int(revision)
            size_bytes = int(size) if size else None
        except ValueError:
            raise refused(
                "source.revisions.number", "an id, a namespace or a size is not a number", place=text.place(line)
            ) from None
        if page_id not in pages:
            pages.add(page_id)
            add_page((page_id, namespace_id, title))
        account, found = _editor(accounts, name, contributor)
        without_address += account is None
        if account is not None and is_bot_at is not None and _TRUE.get(fields[is_bot_at].lower(), False):
            accounts.add(account, bot_by="name")
        add_revision((revision_id, page_id, namespace_id, _moment(text, line, at), account, found, size_bytes))
    if without_address:
        rows.note(f"{without_address:,} revisions are from {ANONYMOUS} without an address: kept without account")


def _editor(accounts: AccountRows, name: str, contributor: str) -> tuple[str | None, bool | None]:
    """The account or address, and which of the two it is."""
    if name == ANONYMOUS and not contributor.isdecimal():
        if not is_address(contributor):
            return None, True
        return contributor, accounts.meet(contributor)
    if not name:
        return None, None
    return name, accounts.meet(name, int(contributor) if contributor.isdecimal() else None)


def _moment(text: Rows, line: int, at: str) -> object:
    try:
        return utc_naive(parse_at(at))
    except InputRefusedError as reason:
        raise refused(
            reason.code, reason.what, expected=reason.expected, got=reason.got, place=text.place(line)
        ) from None


SOURCE = Source(
    name="revision_table",
    describes="CSV of revisions as WikiChron exports it: page_id, page_title, page_ns, revision_id, timestamp …",
    kind=Kind.REVISION_TABLE,
    tables=("revisions", "pages", "accounts"),
    recognise=recognise,
    read=read,
)
