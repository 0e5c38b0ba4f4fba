"""What every MediaWiki XML export has: a version, a siteinfo, a closing tag; read with expat, line by line named.

Entities are never resolved beyond XML's own five: a document type declaration, where they would be declared, is
refused. Format: https://www.mediawiki.org/xml/export-0.11.xsd and export-0.10.xsd.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.parsers import expat

from holdfast.errors import InputRefusedError
from holdfast.sources._compression import decompressed, refused
from holdfast.sources._source import Opening
from holdfast.tables.ingest import Ingest

VERSIONS = ("0.10", "0.11")
USER_NAMESPACE = 2  # number of MediaWiki's namespace of user pages (NS_USER)

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]


class Dump:
    """One export file while it is read: its parser, what its siteinfo said, where it stands."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.version = ""
        self.site: dict[str, str] = {}
        self.namespaces: dict[str, int] = {}
        """Local name to number; the main namespace's name is empty."""
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.buffer_size = 1 << 16
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    @property
    def place(self) -> str:
        """Where the parser stands."""
        return f"{self.path}, line {self.parser.CurrentLineNumber}, byte {self.parser.CurrentByteIndex} of the text"

    def refuse(self, code: str, what: str, *, expected: str = "", got: str = "", hint: str = "") -> InputRefusedError:
        """An error at this place."""
        return refused(code, what, expected=expected, got=got, hint=hint, place=self.place)

    def instant(self, text: str) -> datetime:
        """A dump's time, `2005-01-14T14:04:48Z`, as UTC without zone."""
        try:
            if len(text) == 20 and text[-1] == "Z" and text[10] == "T":
                return datetime.fromisoformat(text[:-1])
        except ValueError:
            pass
        raise self.refuse(
            "source.xml.time", "this is not a time", expected="YYYY-MM-DDTHH:MM:SSZ", got=repr(text[:40])
        )

    def number(self, text: str, what: str) -> int:
        """A whole number, such as an id."""
        if not text.isdecimal() or len(text) > 18:
            raise self.refuse("source.xml.number", f"the {what} is not a number", got=repr(text[:40]))
        return int(text)

    def field(self, found: dict[str, str], name: str, owner: str) -> str:
        """The text of a leaf that must be there. Raises `source.xml.field`."""
        text = found.get(name)
        if text is None:
            raise self.refuse("source.xml.field", f"a {owner} has no {name}", expected=f"<{name}> in <{owner}>")
        return text

    def namespace_of(self, title: str) -> int:
        """The number of the namespace that a title with prefix lies in; 0 when it has none that is known."""
        prefix, colon, _ = title.partition(":")
        return self.namespaces.get(prefix, 0) if colon else 0

    def facts(self) -> dict[str, Any]:
        """What the siteinfo said, for the manifest."""
        return {
            "site_name": self.site.get("sitename", ""),
            "database": self.site.get("dbname", ""),
            "generator": self.site.get("generator", ""),
            "schema_version": self.version,
            "namespaces": {str(number): name for name, number in self.namespaces.items()},
        }


def read_dump(opening: Opening, rows: Ingest, begin: Callable[[Dump], tuple[Start, End]]) -> Dump:
    """Read one export. `begin` is called after the siteinfo and gives the handlers of what follows.

    Character data is the caller's: it sets `dump.parser.CharacterDataHandler`. Raises InputRefusedError
    `source.xml.version`, `source.xml.doctype`, `source.xml.not_well_formed`, `source.truncated` and whatever
    `decompressed` raises; each names file, line and byte.
    """
    if opening.path is None:
        raise refused("source.xml.address", "an export is a file, not an address", place=opening.place)
    dump = Dump(opening.path)
    parser = dump.parser
    _read_preface(dump, begin)

    def doctype(*_: Any) -> None:
        raise dump.refuse(
            "source.xml.doctype",
            "the file declares a document type, which no export does",
            expected="<mediawiki …> at once",
            hint="entities are never resolved; fetch the dump from the wiki itself",
        )

    parser.StartDoctypeDeclHandler = doctype
    try:
        for piece in decompressed(opening.path, opening.progress):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as reason:
        raise _unreadable(dump, reason) from None
    rows.facts.update(dump.facts())
    return dump


def _unreadable(dump: Dump, reason: expat.ExpatError) -> InputRefusedError:
    place = f"{dump.path}, line {reason.lineno}, column {reason.offset + 1}"
    message = expat.ErrorString(reason.code)
    # no element found, unclosed token, partial character: how expat says that the text stopped too early
    if reason.code in {3, 5, 6}:
        return refused(
            "source.truncated",
            "the export ends before its closing tag: the file is cut short",
            expected="</mediawiki>",
            got=message,
            place=place,
        )
    return refused("source.xml.not_well_formed", "the export is not well-formed XML", got=message, place=place)


def _read_preface(dump: Dump, begin: Callable[[Dump], tuple[Start, End]]) -> None:
    """Handlers for everything up to the end of the siteinfo."""
    parser = dump.parser
    parts: list[str] = []
    key = ""

    def hand_over() -> Start:
        parser.CharacterDataHandler = None
        start_rest, end_rest = begin(dump)
        parser.StartElementHandler, parser.EndElementHandler = start_rest, end_rest
        return start_rest

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal key
        if not dump.version:
            _check_root(dump, name, attributes)
        elif name in {"page", "logitem"}:
            # an export without siteinfo: --skip-header writes such a part
            start_rest = hand_over()
            start_rest(name, attributes)
        elif name == "namespace":
            key = attributes.get("key", "")
        parts.clear()

    def end(name: str) -> None:
        if name == "namespace":
            dump.namespaces["".join(parts)] = int(key) if key.lstrip("-").isdecimal() else 0
        elif name == "siteinfo":
            hand_over()
        else:
            dump.site[name] = "".join(parts)
        parts.clear()

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = parts.append


def _check_root(dump: Dump, name: str, attributes: dict[str, str]) -> None:
    if name != "mediawiki":
        raise dump.refuse(
            "source.xml.root",
            "this XML is not a MediaWiki export",
            expected="<mediawiki>",
            got=f"<{name[:40]}>",
            hint="name the right format with --as",
        )
    version = attributes.get("version", "none")
    if version not in VERSIONS:
        raise dump.refuse(
            "source.xml.version",
            "this export has a schema version that is not read here",
            expected=" or ".join(VERSIONS),
            got=version[:40],
            hint="make the dump again with a current MediaWiki, or with dumpBackup.php --schema-version 0.11",
        )
    dump.version = version


def looks_like_export(first: bytes) -> bool:
    """Whether a file begins as an export does."""
    return b"<mediawiki" in first[:2000]
