"""The public noticeboard as files: a page for people, wikitext for a wiki, JSON for machines."""

from collections.abc import Callable
from pathlib import Path

from holdfast.access.register.noticeboard import Board, Line, wikitext
from holdfast.accounts.names import kept_name
from holdfast.canonical import canonical_bytes
from holdfast.errors import UsageError
from holdfast.report.pages.noticeboard import board_page
from holdfast.report.render import render
from holdfast.tables._files import write_atomically

FILES = ("noticeboard.html", "noticeboard.wikitext", "noticeboard.json")


def write_board(board: Board, out: Path, *, label: Callable[[str], str]) -> tuple[Path, ...]:
    """Write the three files into a folder; `label` says what an account is called (its name, or a pseudonym).

    Raises UsageError `access.noticeboard.out` when `out` is a file.
    """
    if out.exists() and not out.is_dir():
        raise UsageError("access.noticeboard.out", "--out is a folder", place=str(out))
    shown = _labelled(board, label)
    out.mkdir(parents=True, exist_ok=True)
    texts = (render(board_page(shown)).encode(), wikitext(shown).encode(), canonical_bytes(shown.to_json()) + b"\n")
    paths = tuple(out / name for name in FILES)
    for path, text in zip(paths, texts, strict=True):
        write_atomically(path, text)
    return paths


def _labelled(board: Board, label: Callable[[str], str]) -> Board:
    lines = tuple(
        Line(account=kept_name(label(each.account)), version=each.version, signed_in=each.signed_in)
        for each in board.lines
    )
    return Board(
        as_of=board.as_of,
        lines=tuple(sorted(lines, key=lambda each: (each.account, each.version))),
        holders=board.holders,
        suspended=board.suspended,
    )
