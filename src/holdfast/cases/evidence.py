"""Evidence: what was taken, from which source, its hash, who handled it, and what it is about (2.4).

The original bytes are stored sealed and are never changed; work is done on copies, and a copy names its original.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from holdfast.canonical import canonical_bytes, sha256_hex
from holdfast.cases import choices
from holdfast.cases._kind import (
    APPEAL_READER,
    DECIDER,
    GATHERS,
    INVESTIGATOR,
    KEPT,
    LEGAL,
    LIVE,
    READS,
    Body,
    added,
    declared,
    kind,
    known,
    refuse,
)  # fmt: skip
from holdfast.cases.attribution import Level
from holdfast.cases.markings import Marking
from holdfast.errors import CheckFailedError
from holdfast.facts import Fact, MemberId
from holdfast.facts.fields import SHORT, Flag, Ident, Many, OneOf, Sha256, Text, Thing, Whole, line, why
from holdfast.notices.kinds import EvidenceClass

if TYPE_CHECKING:
    from holdfast.cases.case import Case


class Class(StrEnum):
    """The class of a piece of evidence: what is told to the person and the public, who never see the piece (3.8)."""

    CONDUCT = "conduct"
    """An act of the account itself: an edit, a log entry, a message."""
    TECHNICAL = "technical"
    """Non-public technical data, looked up under the privacy policy."""
    COORDINATION = "coordination"
    """Acting together beyond chance."""
    DISCLOSURE = "disclosure"
    """What the person said of themselves."""
    TESTIMONY = "testimony"
    """What somebody reports."""
    ASSOCIATION = "association"
    """Membership, a meet-up, the same town, a friendship: never a wrong, never weighed (D7)."""


SHOWN_AS = {
    Class.CONDUCT: EvidenceClass.PUBLIC_EDITS,
    Class.TECHNICAL: EvidenceClass.TECHNICAL_DATA,
    Class.COORDINATION: EvidenceClass.STATISTICS,
    Class.DISCLOSURE: EvidenceClass.OWN_STATEMENTS,
    Class.TESTIMONY: EvidenceClass.REPORTS,
    Class.ASSOCIATION: EvidenceClass.OUTSIDE_MATERIAL,
}
"""What a notice calls a class, where the piece itself does not say otherwise."""


class Act(StrEnum):
    """What was done with evidence, for the custody chain."""

    TAKEN = "taken"
    CHECKED = "checked"
    OPENED = "opened"
    COPIED = "copied"
    EXPORTED = "exported"
    HANDED_OVER = "handed_over"


@dataclass(frozen=True, kw_only=True)
class Custody:
    """One link of the custody chain; `hash` covers the link before it, so that none can be left out."""

    act: Act
    by: MemberId
    at: datetime
    note: str
    hash: str


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One piece of evidence. Its bytes lie sealed under `sha256`."""

    id: str
    name: str
    sha256: str
    size_bytes: int
    media_type: str
    source: str
    how: str
    """How it was obtained."""
    kind: Class
    about: frozenset[str]
    """People of the case, by id."""
    level: Level | None
    """The attribution level that it supports, if any."""
    marking: Marking
    attachment: str = ""
    """Where the sealed bytes lie in the store; empty when they are kept elsewhere."""
    original: str | None = None
    """For a copy: the evidence that it was made from."""
    custody: tuple[Custody, ...] = ()
    told_as: EvidenceClass | None = None
    """What a notice calls it, where that is another word than its class has."""
    checked: bool = False
    """Somebody compared it with where it comes from, and it held."""
    set_aside: str = ""
    """Why it no longer counts; it stays in the file."""

    @property
    def shown_as(self) -> EvidenceClass:
        """The word that a notice has for it (3.8)."""
        return self.told_as or SHOWN_AS[self.kind]

    @property
    def counts(self) -> bool:
        """Whether it can carry a conclusion: an original, checked, not set aside, and no association or say-so."""
        weighty = self.kind not in {Class.ASSOCIATION, Class.TESTIMONY}
        return weighty and self.checked and not self.set_aside and self.original is None


def check_bytes(evidence: Evidence, data: bytes) -> None:
    """Return when these bytes are the evidence's. Raises CheckFailedError `case.evidence.changed`."""
    got = sha256_hex(data)
    if got != evidence.sha256 or len(data) != evidence.size_bytes:
        raise CheckFailedError(
            "case.evidence.changed",
            "these are not the bytes that were taken as evidence",
            expected=f"SHA-256 {evidence.sha256}, {evidence.size_bytes} bytes",
            got=f"SHA-256 {got}, {len(data)} bytes",
            hint="restore the original from a backup; the custody chain names who handled it",
        )


def _link(evidence: Evidence, fact: Fact, act: Act, note: str) -> Evidence:
    before = evidence.custody[-1].hash if evidence.custody else evidence.sha256
    content = [before, evidence.id, act.value, fact.by, fact.at.isoformat(), note]
    link = Custody(act=act, by=fact.by, at=fact.at, note=note, hash=sha256_hex(canonical_bytes(content)))
    return replace(evidence, custody=(*evidence.custody, link))


def _with(case: "Case", *changed: Evidence) -> "Case":
    return replace(case, evidence={**case.evidence, **{each.id: each for each in changed}})


_BYTES = {"name": line(), "sha256": Sha256(), "size_bytes": Whole(high=2**40), "media_type": Text(most=SHORT)}


def _take(case: "Case", fact: Fact, body: Body) -> "Case":
    known(case.sources, body["source"], "source")
    for each in body.get("about", ()):
        known(case.people, each, "person")
    standing: dict[str, Any] = {"about": frozenset(), "level": None, "marking": case.marking}
    taken = Evidence(**{**standing, **body})
    if taken.kind is Class.ASSOCIATION and taken.level is not None:
        raise refuse(
            "evidence.association",
            "association supports no level of attribution",
            hint="leave the level out, or record what the account did as conduct",
        )
    added(case.evidence, taken.id, taken)
    return _with(case, _link(taken, fact, Act.TAKEN, taken.how))


def _copy(case: "Case", fact: Fact, body: Body) -> "Case":
    source = known(case.evidence, body["original"], "evidence")
    copy = replace(source, **{"attachment": "", **body}, custody=(), checked=False, set_aside="")
    added(case.evidence, copy.id, copy)
    return _with(case, _link(copy, fact, Act.TAKEN, copy.how), _link(source, fact, Act.COPIED, f"copy {copy.id}"))


def _check(case: "Case", fact: Fact, body: Body) -> "Case":
    evidence = known(case.evidence, body["id"], "evidence")
    linked = _link(evidence, fact, Act.CHECKED, body["against"])
    if body["holds"]:
        return _with(case, replace(linked, checked=True))
    return _with(case, replace(linked, checked=False, set_aside="it did not hold when it was checked"))


def _handle(case: "Case", fact: Fact, body: Body) -> "Case":
    if body["act"] not in {Act.OPENED, Act.EXPORTED, Act.HANDED_OVER}:
        raise refuse("evidence.custody", "this act has a fact of its own", expected="opened, exported, handed_over")
    return _with(case, _link(known(case.evidence, body["id"], "evidence"), fact, body["act"], body["note"]))


def _set_aside(case: "Case", fact: Fact, body: Body) -> "Case":
    return _with(case, replace(known(case.evidence, body["id"], "evidence"), set_aside=body["why"]))


_UPLOAD = "/cases/<number>/upload/"
FACTS = declared(
    kind(
        "evidence taken", _take, prefix="e", marks=GATHERS, door=_UPLOAD,
        fields={
            "id": Ident(), **_BYTES, "source": Ident(), "how": line(), "kind": OneOf(kind=Class),
            "about": Many(of=Ident(), as_set=True, optional=True), "level": OneOf(kind=Level, optional=True),
            "marking": OneOf(kind=Marking, optional=True), "attachment": Text(most=SHORT, optional=True),
            "told_as": OneOf(kind=EvidenceClass, optional=True),
        },
    ),
    kind(
        "copy made", _copy, stages=LIVE, prefix="e", door=_UPLOAD,
        fields={
            "id": Ident(), "original": Ident(), **_BYTES, "how": line(), "attachment": Text(most=SHORT, optional=True)
        },
    ),
    kind(
        "evidence checked", _check, tab="evidence", title="Check evidence", marks=GATHERS,
        fields={
            "id": Thing("Evidence", of=choices.evidence), "against": line("Compared with"),
            "holds": Flag("It holds"),
        },
    ),
    kind(
        "evidence handled", _handle, INVESTIGATOR, DECIDER, LEGAL, APPEAL_READER, stages=KEPT, marks=READS,
        door="/cases/<number>/bytes/<evidence>/",
        fields={"id": Ident(), "act": OneOf(kind=Act), "note": line(blank=True)},
    ),
    kind(
        "evidence set aside", _set_aside, tab="evidence", title="Set evidence aside", marks=GATHERS,
        fields={"id": Thing("Evidence", of=choices.evidence), "why": why()},
    ),
)  # fmt: skip
