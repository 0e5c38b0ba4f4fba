"""The whole file of an appeal for its reader: what speaks for the person first, then everything else (D3, 2.16)."""

from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.appeals.appeal import Appeal, file_in_order
from holdfast.cases.case import Case
from holdfast.facts import StreamId
from holdfast.store.office.vault import Reader
from holdfast.workflows.cases.case import read_case
from holdfast.workflows.office.opening import Office


@dataclass(frozen=True, kw_only=True)
class FilePart:
    """One thing in the file."""

    sort: str
    """`exculpatory`, `finding`, `evidence`, `hypothesis`, `searched`."""
    name: str
    text: str


@dataclass(frozen=True, kw_only=True)
class WholeFile:
    """The file's parts in order, and where the rest of it stands."""

    parts: Sequence[FilePart]
    cases: tuple[str, ...]
    others: tuple[StreamId, ...]
    """Streams that have pages of their own, such as the plan and its sweep."""


def whole_file(office: Office, reader: Reader, appeal: Appeal) -> WholeFile:
    """Everything that the decision rests on. Each case that is opened is written down and counted.

    Raises as `read_case`.
    """
    streams = [
        StreamId(kind=kind, id=number) for kind, _, number in (each.partition("/") for each in appeal.route.files)
    ]
    cases = [each.id for each in streams if each.kind == "case" and office.vault.exists(each)]
    parts: dict[str, list[FilePart]] = {}
    for number in cases:
        for part in _parts(read_case(office, reader, number, purpose="file of an appeal read").seen):
            parts.setdefault(part.sort, []).append(part)
    ordered = file_in_order({sort: [{"part": each} for each in those] for sort, those in parts.items()})
    return WholeFile(
        parts=[each["part"] for each in ordered],
        cases=tuple(cases),
        others=tuple(each for each in streams if each.kind != "case"),
    )


def _parts(case: Case) -> list[FilePart]:
    found = [FilePart(sort="exculpatory", name=each.id, text=each.text) for each in case.exculpatory.values()]
    found += [
        FilePart(sort="searched", name="searched for", text=what) for _, what in sorted(case.exculpatory_searches)
    ]
    for finding in case.findings.values():
        rate = "not known" if finding.per_1000 is None else f"at most {finding.per_1000:g} of 1,000"
        text = f"{finding.claim} (innocent accounts named: {rate}; hypotheses looked at: {finding.looked_at:,})"
        found.append(FilePart(sort="finding", name=finding.id, text=text))
    for item in case.evidence.values():
        aside = f"; set aside: {item.set_aside}" if item.set_aside else ""
        found.append(FilePart(sort="evidence", name=item.id, text=f"{item.name}: {item.how}{aside}"))
    for idea in case.hypotheses.values():
        kind = "innocent explanation" if idea.innocent else "explanation"
        found.append(FilePart(sort="hypothesis", name=idea.id, text=f"{kind}: {idea.text}"))
    return found
