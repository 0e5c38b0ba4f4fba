"""The noticeboard as a page."""

from holdfast.access.freezes.words import PROTECTIVE
from holdfast.access.register.noticeboard import Board
from holdfast.report.page import Column, DataTable, Notice, Page, Section, Text


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
