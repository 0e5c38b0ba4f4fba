"""The console's words in other languages: found in its pages, translated in one file a language, compiled for Django.

`locale/LANGUAGE.toml` maps an English text to its translation; `compiled` makes the binary form that Django reads.
No translation here was checked by a native reader, and every page in another language than English says so.
"""

import ast
import re
import struct
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from holdfast.facts.kinds import FactKind

HERE = Path(__file__).parent
LOCALE = HERE / "locale"
LANGUAGES = {"fa": "fa", "hr": "hr", "zh-hans": "zh_Hans", "zh-hant": "zh_Hant"}
"""Django's code of a language to its folder's name."""

_IN_TEMPLATES = re.compile(r"""\{%\s*translate\s+(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")
_BLOCKS = re.compile(r"\{%\s*blocktranslate\b([^%]*)%\}(.*?)\{%\s*endblocktranslate\s*%\}", re.DOTALL)
_GETTEXT = frozenset({"gettext", "gettext_lazy"})


def texts() -> tuple[str, ...]:
    """Every English text that the console marks for translation, sorted."""
    return tuple(sorted(set(_found())))


def _found() -> Iterator[str]:
    for path in sorted(HERE.glob("templates/**/*.html")):
        yield from in_template(path.read_text(encoding="utf-8"))
    for path in sorted(HERE.glob("**/*.py")):
        yield from in_code(path.read_text(encoding="utf-8"))
    from holdfast.workflows.desk.fact_books import books  # every room: only whoever looks for texts needs them

    for book in books():
        yield from in_declarations(book.kinds.values())


def in_template(text: str) -> Iterator[str]:
    """The texts of `translate` and `blocktranslate`, as Django looks them up."""
    for double, single in _IN_TEMPLATES.findall(text):
        yield (double or single).replace('\\"', '"').replace("\\'", "'")
    for options, content in _BLOCKS.findall(text):
        lines = content.splitlines()
        shown = " ".join(line.strip() for line in lines if line.strip()) if "trimmed" in options.split() else content
        yield re.sub(r"\{\{\s*([\w.|]+)\s*\}\}", r"%(\1)s", shown)


def in_code(text: str) -> Iterator[str]:
    """The texts given to gettext, under whatever name the file imports it, and the titles of rooms."""
    tree = ast.parse(text)
    marks = {
        name.asname or name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
        if name.name in _GETTEXT
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        given = node.args[:1] if node.func.id in marks else []
        if node.func.id == "Room":  # the templates translate a room's title where they show it
            given = [each.value for each in node.keywords if each.arg == "title"]
        yield from (each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str))


def in_declarations(kinds: Iterable[FactKind[Any]]) -> Iterator[str]:
    """The headings, labels and explanations of the forms that are made of declarations."""
    for kind in (each for each in kinds if each.title):
        yield from filter(
            None, (kind.title, *(text for each in kind.asked.values() for text in (each.label, each.help)))
        )


def translations(language: str) -> Mapping[str, str]:
    """The translations of one language, by English text."""
    found = tomllib.loads((LOCALE / f"{language}.toml").read_text(encoding="utf-8"))
    return {english: text for english, text in found["words"].items() if text}


def missing(language: str) -> tuple[str, ...]:
    """Texts that have no translation yet; Django shows them in English."""
    known = translations(language)
    return tuple(text for text in texts() if text not in known)


def compiled(language: str) -> bytes:
    """The language's catalogue in the binary form of GNU gettext (little-endian, revision 0)."""
    head = "Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n"
    pairs = sorted((key.encode(), text.encode()) for key, text in {"": head, **translations(language)}.items())
    count = len(pairs)
    keys_at, texts_at = 28, 28 + 8 * count
    place = 28 + 16 * count
    tables: list[bytes] = []
    content = b""
    for side in (0, 1):
        for pair in pairs:
            tables.append(struct.pack("<II", len(pair[side]), place + len(content)))
            content += pair[side] + b"\0"
    return struct.pack("<7I", 0x950412DE, 0, count, keys_at, texts_at, 0, place) + b"".join(tables) + content


def catalogue(language: str) -> Path:
    """Where Django reads a language's catalogue."""
    return LOCALE / LANGUAGES[language] / "LC_MESSAGES" / "django.mo"
