"""Who held which group on one day: the XML that Grasia's wiki-scripts wrote for wikis of Wikia.

One file lists several wikis. The one whose host begins with the lake's name for the wiki is taken, or the only one,
or the one named by the option `site`.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from xml.parsers import expat

from holdfast.clock import parse_at, utc_naive
from holdfast.errors import InputRefusedError
from holdfast.sources._accounts import AccountRows
from holdfast.sources._compression import decompressed, refused
from holdfast.sources._log_rows import BOT_GROUPS, IMPLICIT_GROUPS
from holdfast.sources._source import Head, Likeness, Opening, Source
from holdfast.tables.ingest import Ingest
from holdfast.tables.schema import Kind


@dataclass(frozen=True, kw_only=True)
class _Listed:
    """One user of one wiki, as listed."""

    line: int
    attributes: dict[str, str]
    groups: list[str] = field(default_factory=list)
    is_on_bot_list: bool


def recognise(head: Head) -> Likeness:
    """XML that begins with `<wikis>`."""
    return Likeness.CERTAIN if b"<wikis" in head.first[:500] else Likeness.NO


def read(opening: Opening, rows: Ingest) -> None:
    """Rows of accounts and account_groups (`listed`, without a moment).

    Raises InputRefusedError `source.truncated`, `source.xml.not_well_formed`, `source.xml.doctype`,
    `source.groups.which_wiki` and `source.groups.user`, naming the place.
    """
    assert opening.path is not None
    wikis = _Parsed(opening)
    site, users = wikis.chosen(str(rows.wiki), opening.options.get("site", ""))
    rows.facts["site"] = site
    accounts = AccountRows(rows)
    add_group = rows.writer("account_groups", ("account", "group_name", "change"))
    for user in users:
        name = user.attributes.get("name", "")
        number, count = user.attributes.get("userid", ""), user.attributes.get("editcount", "")
        if not name or not number.isdecimal() or not (count or "0").isdecimal():
            raise refused(
                "source.groups.user",
                "a user has no name, no number or no count",
                place=f"{opening.path}, line {user.line}",
            )
        is_bot = BOT_GROUPS.intersection(user.groups)
        accounts.add(
            name,
            int(number),
            registered_at=_moment(opening, user),
            edit_count=int(count) if count else None,
            bot_by="group" if is_bot else "list" if user.is_on_bot_list else None,
        )
        for group in user.groups:
            if group not in IMPLICIT_GROUPS:
                add_group((name, group, "listed"))
    rows.note("groups are those of one day that the file does not name: who held them before is not known")


def _moment(opening: Opening, user: _Listed) -> datetime | None:
    text = user.attributes.get("registration", "")
    if not text:
        return None
    try:
        return utc_naive(parse_at(text))
    except InputRefusedError as odd:
        raise refused(
            odd.code, odd.what, expected=odd.expected, got=odd.got, place=f"{opening.path}, line {user.line}"
        ) from None


class _Parsed:
    """The whole file: it is a snapshot of small wikis and fits in memory."""

    def __init__(self, opening: Opening) -> None:
        self.opening = opening
        self.wikis: dict[str, list[_Listed]] = {}
        self._current: list[_Listed] = []
        self._is_bots = False
        self._text: list[str] = []
        self._closed = False
        self._parser = parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text.append
        parser.StartDoctypeDeclHandler = self._doctype
        assert opening.path is not None
        try:
            for piece in decompressed(opening.path, opening.progress):
                parser.Parse(piece, False)
            parser.Parse(b"", True)
        except expat.ExpatError as odd:
            is_cut = odd.code in {3, 5, 6} and not self._closed
            raise refused(
                "source.truncated" if is_cut else "source.xml.not_well_formed",
                "the list ends before its closing tag" if is_cut else "the list is not well-formed XML",
                got=expat.ErrorString(odd.code),
                place=f"{opening.path}, line {odd.lineno}",
            ) from None

    def _doctype(self, *_: Any) -> None:
        raise refused("source.xml.doctype", "the file declares a document type", place=str(self.opening.path))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._text.clear()
        if name == "wiki":
            self._current = []
            if attributes.get("error") != "true":
                self.wikis[attributes.get("url", "")] = self._current
        elif name in {"edits_per_user", "edits_per_bot"}:
            self._is_bots = name == "edits_per_bot"
        elif name == "user":
            line = self._parser.CurrentLineNumber
            self._current.append(_Listed(line=line, attributes=attributes, is_on_bot_list=self._is_bots))

    def _end(self, name: str) -> None:
        if name == "g" and self._current:
            self._current[-1].groups.append("".join(self._text))
        elif name == "wikis":
            self._closed = True

    def chosen(self, wiki: str, site: str) -> tuple[str, list[_Listed]]:
        """The address and the users of the wiki that is meant."""
        wanted = (site or wiki).lower()
        fitting = [url for url in self.wikis if wanted in {url, _host(url), _host(url).partition(".")[0]}] or (
            [] if site else list(self.wikis)
        )
        if len(fitting) != 1:
            raise refused(
                "source.groups.which_wiki",
                "the file lists several wikis and none of this name"
                if not fitting[1:]
                else "the file lists several wikis",
                expected=", ".join(_host(url) for url in self.wikis) or "at least one wiki without error",
                got=site or wiki,
                place=str(self.opening.path),
                hint="say which with --option site=HOST",
            )
        return fitting[0], self.wikis[fitting[0]]


def _host(url: str) -> str:
    return (urlsplit(url).hostname or url).lower()


SOURCE = Source(
    name="group_list",
    describes="XML list of users with groups, edit counts and registration, as wiki-scripts wrote it for Wikia",
    kind=Kind.GROUP_LIST,
    tables=("accounts", "account_groups"),
    recognise=recognise,
    read=read,
)
