"""The public noticeboard as files: a page for people, wikitext for a wiki, JSON for machines."""

from collections.abc import Callable
from pathlib import Path

from holdfast.access.noticeboard import Board, Line, wikitext
from holdfast.access.words import PROTECTIVE
from holdfast.accounts.names import kept_name
from holdfast.canonical import canonical_bytes
from holdfast.errors import UsageError
from holdfast.report.page import Column, DataTable, Notice, Page, Section, Text, render
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


def board_page(board: Board) -> Page:
    """The board as a page that needs nothing else: no script, no address outside."""
    rows = tuple((each.account, each.version, each.signed_in) for each in board.lines)
    agreements = DataTable(
        caption="Valid agreements on file",
        columns=(Column(heading="account"), Column(heading="version"), Column(heading="signed in")),
        rows=rows,
        empty="No valid agreement is on file.",
    )
    holders = DataTable(
        caption="People to whom a right is granted",
        columns=(Column(heading="right"), Column(heading="people")),
        rows=tuple((right, str(count)) for right, count in board.holders),
    )
    suspended = (
        Text(text=f"{board.suspended}.", strong="People concerned, over all rights:"),
        Notice(
            text="A suspension of this type says nothing about a person's conduct, is followed by a review of each "
            "person, and does not change the list of agreements.",
            title=f"Type: {PROTECTIVE}",
        ),
    )
    return Page(
        title="Noticeboard of access to non-public data",
        kind="Noticeboard",
        lead=(
            f"As of {board.as_of.isoformat()}. Made from the register; nobody edits it by hand.",
            "It lists signed agreements, not who uses a right today. It holds no place of residence.",
        ),
        sections=(
            Section(title="Agreements", blocks=(agreements,)),
            Section(title="Rights", blocks=(holders,)),
            Section(title="Suspensions", blocks=suspended),
        ),
        contents=False,
    )


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
