"""An election's documents, and its gate, as pages."""

from holdfast.elections.documents import (
    Document,
    Grid,
)
from holdfast.elections.gate import Gate, gate_rows
from holdfast.report.page import Block, Bullets, Column, DataTable, Facts, Notice, Page, Section, Text


def as_page(document: Document, *, footer: tuple[str, ...] = ()) -> Page:
    """A document as a page in its language and direction."""
    sections = tuple(
        Section(title=heading, blocks=tuple(_block(heading, block) for block in blocks), id=f"part-{number}")
        for number, (heading, blocks) in enumerate(document.sections, 1)
    )
    return Page(
        title=document.title,
        kind="",
        labels=(document.unchecked,) if document.unchecked else (),
        sections=sections,
        language=document.language,
        direction=document.direction,
        footer=footer,
        contents=False,
    )


def _block(heading: str, block: str | tuple[str, ...] | Grid) -> Block:
    if isinstance(block, str):
        return Text(text=block)
    if isinstance(block, tuple):
        return Bullets(items=block)
    return DataTable(
        caption=heading, columns=tuple(Column(heading=each) for each in block.headings), rows=tuple(block.rows)
    )


def gate_page(gate: Gate) -> Page:
    """The public page of a restoration gate, made from its data."""
    met = "Every condition is met or waived." if gate.is_passed else "Not every condition is met."
    conditions = DataTable(
        caption="Conditions",
        columns=tuple(Column(heading=each) for each in ("id", "condition", "state", "since", "judge", "evidence")),
        rows=tuple(gate_rows(gate)),
    )
    changes = DataTable(
        caption="Every change, in the order it was recorded",
        columns=tuple(Column(heading=each) for each in ("date", "condition", "state", "judge", "reason")),
        rows=tuple(
            (each.on.isoformat(), each.condition, str(each.state), each.judge, each.reason) for each in gate.changes
        ),
        empty="Nothing has changed yet.",
    )
    sections = [
        Section(title="Conditions", blocks=(Text(text=f"{met} {gate.decider} gives the right back."), conditions)),
        Section(title="Changes", blocks=(changes,)),
    ]
    if gate.history:
        history = DataTable(
            caption="What happened to the right, and why",
            columns=tuple(Column(heading=each) for each in ("date", "what", "cause", "source")),
            rows=tuple((str(h["date"]), h["what"], h["cause"], h.get("source", "")) for h in gate.history),
        )
        sections.insert(0, Section(title="History", blocks=(history,)))
    if gate.interim:
        pairs = tuple((name.replace("_", " "), str(value)) for name, value in gate.interim.items())
        sections.insert(0, Section(title="Until then", blocks=(Facts(pairs=pairs),)))
    unknown = [each.id for each in gate.conditions if not each.text]
    if unknown:
        text = f"The text of {', '.join(unknown)} is not known. It was left empty, and is not guessed."
        sections.insert(0, Section(title="Not known", blocks=(Notice(text=text, kind="caution"),)))
    return Page(
        title=gate.title,
        kind="Restoration gate",
        lead=(f"{gate.right} on {gate.wiki}. {met}",),
        sections=tuple(sections),
        provenance=(Facts(pairs=(("file of conditions, SHA-256", gate.file.sha256),)),),
    )
