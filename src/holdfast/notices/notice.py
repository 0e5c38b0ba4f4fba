"""A notice, ready to be sent: made from the fields of one action, in the person's language, English attached."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from holdfast.errors import InputRefusedError
from holdfast.notices.escape import checked_link, html_literal, plain_literal, wikitext_literal
from holdfast.notices.kinds import NoticeKind
from holdfast.notices.lines import Line, Part, Piece, field_lines
from holdfast.notices.wording import ORIGINAL, Wording, wording

_JOINED_SIGNS = ("; ", "；", "，", "؛")
_ISOLATE, _END_OF_ISOLATE = "\u2068", "\u2069"

Show = Callable[[Piece], str]


@dataclass(frozen=True, kw_only=True)
class Notice:
    """The same notice in three forms. Strangers' text is literal in each of them."""

    kind: NoticeKind
    language: str
    subject: str
    """Our words alone, in the language and in English: safe as a heading."""
    wikitext: str
    plain: str
    html: str
    checked: bool
    """False: no native reader has passed the text. It says so itself, and may go out only when two approvers
    accept it as unchecked."""
    fields: tuple[str, ...]
    """The fields that it shows or names as withheld, in order."""


def notice_for(plan_action_fields: Mapping[str, Any], language: str) -> Notice:
    """The notice about an action, from exactly its fields; `kind` is one of them.

    Raises InputRefusedError `notices.kind`, and as `render`.
    """
    try:
        kind = NoticeKind(str(plan_action_fields.get("kind")))
    except ValueError:
        raise InputRefusedError(
            "notices.kind",
            "there is no notice of this kind",
            expected=", ".join(NoticeKind),
            got=repr(plan_action_fields.get("kind"))[:60],
            hint="add its texts, as docs/notices.md says",
        ) from None
    return render(kind, language, plan_action_fields)


def render(kind: NoticeKind, language: str, fields: Mapping[str, Any]) -> Notice:
    """The notice of one kind. Every field is shown or named as withheld.

    Raises UsageError `notices.language`; InputRefusedError `notices.field.…`, `notices.withheld`, `notices.link`,
    `clock.unreadable`.
    """
    blocks = [_Block(wording(kind, each), fields) for each in dict.fromkeys((language, ORIGINAL))]
    return Notice(
        kind=kind,
        language=language,
        subject=" / ".join(block.words.subject for block in blocks),
        wikitext="\n\n".join(block.wikitext() for block in blocks),
        plain="\n\n---\n\n".join(block.plain() for block in blocks) + "\n",
        html="\n".join(block.html() for block in blocks),
        checked=blocks[0].words.checked,
        fields=tuple(line.field for line in blocks[0].lines),
    )


class _Block:
    """The notice in one language."""

    def __init__(self, words: Wording, fields: Mapping[str, Any]) -> None:
        self.words = words
        self.lines = field_lines(words.kind, fields, words)
        self.opening = (*_unchecked(words), *words.opening)

    def plain(self) -> str:
        lines = [f"- {line.label}: {self._joined(line, _plain)}" for line in self.lines]
        return "\n\n".join((self.words.subject, *self.opening, "\n".join(lines), *self.words.closing))

    def wikitext(self) -> str:
        lines = [f"* <b>{line.label}:</b> {self._joined(line, _wikitext)}" for line in self.lines]
        body = "\n\n".join((*self.opening, "\n".join(lines), *self.words.closing))
        return f'<div lang="{self.words.language}" dir="{self.words.direction}">\n{body}\n</div>'

    def html(self) -> str:
        rows = [f"<dt>{html_literal(line.label)}</dt><dd>{self._joined(line, _html)}</dd>" for line in self.lines]
        before = [f"<p>{html_literal(each)}</p>" for each in self.opening]
        after = [f"<p>{html_literal(each)}</p>" for each in self.words.closing]
        return (
            f'<section lang="{self.words.language}" dir="{self.words.direction}">'
            + "".join((*before, "<dl>", *rows, "</dl>", *after))
            + "</section>"
        )

    def _joined(self, line: Line, show: Show) -> str:
        """The pieces of a line; names and classes in a row are set apart by a semicolon."""
        text = ""
        for before, piece in pairwise((None, *line.pieces)):
            if before and piece:
                in_a_row = before.part is piece.part
                text += "" if piece.text.startswith(_JOINED_SIGNS) else "; " if in_a_row else " "
            text += show(piece) if piece else ""
        return text


def _unchecked(words: Wording) -> tuple[str, ...]:
    """What an unchecked text says of itself, in its language and in English."""
    if words.checked:
        return ()
    return tuple(wording(words.kind, each).words["word.unchecked"] for each in (words.language, ORIGINAL))


def _plain(piece: Piece) -> str:
    """Strangers' text stands between isolates, so that its direction cannot reorder ours."""
    text = plain_literal(piece.text)
    text = f"{text} [{piece.language}]" if piece.language else text
    return text if piece.part is Part.OURS else f"{_ISOLATE}{text}{_END_OF_ISOLATE}"


def _wikitext(piece: Piece) -> str:
    if piece.part is Part.OURS:
        return piece.text
    if piece.part is Part.LINK:
        return f"[{checked_link(piece.text)} {wikitext_literal(piece.text)}]"
    text = piece.text if piece.part is Part.DAY else wikitext_literal(piece.text)
    return f"<bdi{_lang(piece)}>{text}</bdi>"


def _html(piece: Piece) -> str:
    text = html_literal(piece.text)
    if piece.part is Part.OURS:
        return text
    if piece.part is Part.LINK:
        return f'<a href="{text}" rel="noreferrer">{text}</a>'
    return f"<bdi{_lang(piece)}>{text}</bdi>"


def _lang(piece: Piece) -> str:
    return f' lang="{piece.language}"' if piece.language else ""
