"""The words of a notice: one file for each kind and language, and the labels of each language."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from holdfast.canonical import canonical_bytes, sha256_hex
from holdfast.errors import UsageError
from holdfast.notices.kinds import LANGUAGES, RIGHT_TO_LEFT, NoticeKind

ORIGINAL = "en"


@dataclass(frozen=True, kw_only=True)
class Wording:
    """One kind's words in one language."""

    kind: NoticeKind
    language: str
    subject: str
    opening: tuple[str, ...]
    closing: tuple[str, ...]
    words: Mapping[str, str]
    """Labels and short words, by key: `label.rule`, `reason.safety` …"""
    checked: bool
    """Whether these very words are the original, or were read and passed by somebody whose language it is."""

    @property
    def direction(self) -> str:
        """`rtl` or `ltr`."""
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"


def _read(language: str, name: str) -> dict[str, object]:
    return tomllib.loads(files("holdfast.notices").joinpath("texts", language, f"{name}.toml").read_text("utf-8"))


def check_language(language: str) -> str:
    """The language. Raises UsageError `notices.language` when no notice is written in it."""
    if language not in LANGUAGES:
        raise UsageError(
            "notices.language",
            "there are no notices in this language",
            expected=", ".join(LANGUAGES),
            got=repr(language[:40]),
            hint="use en, or add a folder with its texts (docs/notices.md)",
        )
    return language


@cache
def wording(kind: NoticeKind, language: str) -> Wording:
    """The words for one kind in one language. Raises UsageError `notices.language`."""
    text = _read(check_language(language), kind.value)
    words = _words(language)
    return Wording(
        kind=kind,
        language=language,
        subject=str(text["subject"]),
        opening=_paragraphs(text["opening"]),
        closing=_paragraphs(text.get("closing", [])),
        words=words,
        checked=language == ORIGINAL or _is_passed(text, words),
    )


def wording_sha256(kind: NoticeKind, language: str) -> str:
    """What a native reader passes: the hash of this kind's words and of the labels that stand beside them.

    Written into the file as `checked_text_sha256`; when a word is changed later, the hash no longer fits and the
    text counts as unchecked again.
    """
    found = wording(kind, language)
    return _hash(found.subject, found.opening, found.closing, found.words)


def is_checked(language: str, kind: NoticeKind) -> bool:
    """Whether this text may go out without two approvers accepting it as unchecked (4.7)."""
    return wording(kind, language).checked


@cache
def appeal_page_words(language: str) -> Mapping[str, str]:
    """The words of the page on which an appeal is filed. Raises UsageError `notices.language`."""
    page = _read(check_language(language), "_appeal_page")["page"]
    if not isinstance(page, dict):
        raise UsageError("notices.words", "the words of the page are no table", place=language)
    return {str(key): str(text) for key, text in page.items()}


def _is_passed(text: Mapping[str, object], words: Mapping[str, str]) -> bool:
    if text.get("checked_by_native_reader") is not True:
        return False
    now = _hash(str(text["subject"]), _paragraphs(text["opening"]), _paragraphs(text.get("closing", [])), words)
    return text.get("checked_text_sha256") == now


def _hash(subject: str, opening: tuple[str, ...], closing: tuple[str, ...], words: Mapping[str, str]) -> str:
    return sha256_hex(canonical_bytes([subject, list(opening), list(closing), dict(words)]))


@cache
def _words(language: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for group, values in _read(language, "_words").items():
        if not isinstance(values, dict):
            raise UsageError("notices.words", "a word stands outside every group", got=group, place=language)
        found |= {f"{group}.{key}": str(value) for key, value in values.items()}
    return found


def _paragraphs(value: object) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, list) else ()
