"""MediaWiki XML exports of pages: who edited what and when. Texts and summaries are dropped unread.

Reads stub-meta-history, pages-meta-history, stub-meta-current, pages-articles, export 0.10 and 0.11.
"""

from datetime import datetime

from holdfast.sources._accounts import AccountRows
from holdfast.sources._mediawiki_xml import Dump, End, Start, looks_like_export, read_dump
from holdfast.sources._source import Head, Likeness, Opening, Source
from holdfast.tables.ingest import Ingest
from holdfast.tables.schema import Kind

_REVISION = (
    "revision_id",
    "page_id",
    "namespace",
    "parent_id",
    "at",
    "account",
    "is_address",
    "is_minor",
    "size_bytes",
    "sha1",
)

# the elements at which something happens; of all others, which are most, the text is kept under their name
_BRANCHES = frozenset({"page", "revision", "contributor", "text", "upload"})
_SIZE_NOT_KNOWN = "-1"
"""What Wikimedia's dumps of content history write where the text is hidden."""


def sha1_hex(base36: str) -> str | None:
    """A dump's SHA-1 (base 36, 31 characters) as the API writes it: 40 hexadecimal digits; None when empty."""
    return f"{int(base36, 36):040x}" if base36 else None


def recognise(head: Head) -> Likeness:
    """An export that holds pages, or nothing yet that says otherwise."""
    if not looks_like_export(head.first) or b"<logitem" in head.first:
        return Likeness.NO
    if b"<page>" in head.first:
        return Likeness.CERTAIN
    return Likeness.SHAPE if "logging" in head.name else Likeness.SHAPE_AND_NAME


def read(opening: Opening, rows: Ingest) -> None:
    """Rows of pages, revisions and accounts. Raises as `read_dump`, and `source.xml.field` for a lacking field."""
    reader = _History(rows)
    read_dump(opening, rows, reader.begin)
    reader.finish()


class _History:
    """The handlers: every leaf's text goes into the dict of the element it lies in, a closing tag writes the row."""

    def __init__(self, rows: Ingest) -> None:
        self.rows = rows
        self.add_revision = rows.writer("revisions", _REVISION)
        self.add_page = rows.writer("pages", ("page_id", "namespace", "title", "is_redirect"))
        self.accounts = AccountRows(rows)
        self.hidden_editors = 0
        self.revisions = 0
        self.has_history = False
        self.has_parents = False
        self.last_at: datetime | None = None

    def begin(self, dump: Dump) -> tuple[Start, End]:
        """The handlers for what follows the siteinfo."""
        parser = dump.parser
        parts: list[str] = []
        collect = parts.append
        parser.CharacterDataHandler = collect
        page: dict[str, str] = {}
        revision: dict[str, str] = {}
        contributor: dict[str, str] = {}
        current = page
        size_bytes: int | None = None
        place: tuple[int, int] | None = None

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal current, revision, contributor, page, size_bytes, place
            parts.clear()
            if name not in _BRANCHES:
                return
            if name == "text":
                size = attributes.get("bytes", _SIZE_NOT_KNOWN)
                if size != _SIZE_NOT_KNOWN:
                    # the API's size is the sum over a page's slots, and so is this
                    size_bytes = (size_bytes or 0) + dump.number(size, "size of the text")
                parser.CharacterDataHandler = None
            elif name == "contributor":
                contributor = current = {}
            elif name == "revision":
                if place is None:
                    place = self.write_page(dump, page)
                elif not self.has_history:
                    self.has_history = True
                revision = current = {}
                size_bytes = None
            elif name == "page":
                page = current = {}
                place = None
            elif name == "upload":
                # a file's own history has the same names of elements, but is no edit
                current = {}

        def end(name: str) -> None:
            nonlocal current
            if name not in _BRANCHES:
                current[name] = "".join(parts)
            elif name == "text":
                parser.CharacterDataHandler = collect
            elif name == "contributor":
                current = revision
            elif name == "revision":
                if place is not None:
                    self.write_revision(dump, place, revision, contributor, size_bytes)
                current = page
            elif name == "page":
                if place is None:
                    self.write_page(dump, page)
            elif name == "upload":
                current = page
            parts.clear()

        return start, end

    def write_page(self, dump: Dump, page: dict[str, str]) -> tuple[int, int]:
        """One row of pages; the page's number and namespace."""
        page_id = dump.number(dump.field(page, "id", "page"), "page's id")
        text = dump.field(page, "ns", "page")
        namespace = -dump.number(text[1:], "namespace") if text[:1] == "-" else dump.number(text, "namespace")
        self.add_page((page_id, namespace, dump.field(page, "title", "page"), "redirect" in page))
        return page_id, namespace

    def write_revision(
        self,
        dump: Dump,
        place: tuple[int, int],
        revision: dict[str, str],
        contributor: dict[str, str],
        size_bytes: int | None,
    ) -> None:
        """One row of revisions, and its editor among the accounts."""
        at = dump.instant(dump.field(revision, "timestamp", "revision"))
        parent = revision.get("parentid")
        account = contributor.get("username") or contributor.get("ip") or None
        found: bool | None = None
        if account is None:
            self.hidden_editors += 1
        else:
            number = contributor.get("id", "0")
            found = self.accounts.meet(account, int(number) if number.isdecimal() and number != "0" else None)
        if self.last_at is None or at > self.last_at:
            self.last_at = at
        self.revisions += 1
        self.has_parents = self.has_parents or parent is not None
        self.add_revision(
            (
                dump.number(dump.field(revision, "id", "revision"), "revision's id"),
                *place,
                dump.number(parent, "parent's id") if parent else None,
                at,
                account,
                found,
                "minor" in revision,
                size_bytes,
                self.sha1(dump, revision.get("sha1", "")),
            )
        )

    def sha1(self, dump: Dump, base36: str) -> str | None:
        """The hexadecimal SHA-1. Raises `source.xml.sha1` for what is none."""
        try:
            return sha1_hex(base36)
        except ValueError:
            raise dump.refuse("source.xml.sha1", "this is not a SHA-1 in base 36", got=repr(base36[:40])) from None

    def finish(self) -> None:
        """Say what readers of the rows should know."""
        if self.hidden_editors:
            self.rows.note(
                f"the editor of {self.hidden_editors:,} revisions is hidden; they are kept without account"
            )
        if self.revisions and self.has_parents and not self.has_history:
            self.rows.note("this dump holds only the current revision of each page: earlier edits are not in it")
        if self.revisions:
            self.rows.facts["revisions"] = "history" if self.has_history or not self.has_parents else "current"
        if self.last_at is not None:
            self.rows.facts["last_revision_at"] = self.last_at.isoformat()


SOURCE = Source(
    name="mediawiki_history",
    describes="MediaWiki XML export of pages: stub-meta-history, stub-meta-current, pages-meta-history …",
    kind=Kind.XML_HISTORY,
    tables=("pages", "revisions", "accounts"),
    recognise=recognise,
    read=read,
)
