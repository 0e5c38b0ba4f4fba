"""Who may read a case and what of it: denials, names for red things, counsel, investigators' role labels.

A denial is stronger than any role (2.2). Outside, and for subjects, the people who work on a case are role labels;
an auditor opens them on a logged ground (2.15, D20).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from holdfast.cases import choices
from holdfast.cases._kind import (
    AUDITOR,
    CLOCK,
    DECIDER,
    INVESTIGATOR,
    KEPT,
    LEGAL,
    LIVE,
    READS,
    WHEN_IDLE,
    Body,
    Stage,
    added,
    declared,
    kind,
    known,
    member,
    refuse,
)  # fmt: skip
from holdfast.cases.markings import Reader, is_open_to
from holdfast.facts import SYSTEM, Fact, MemberId
from holdfast.facts.fields import SHORT, Ident, Picked, Text, Thing, line, why

if TYPE_CHECKING:
    from holdfast.cases.case import Case


@dataclass(frozen=True, kw_only=True)
class Counsel:
    """Counsel for a person of the case, reached by a reference that says nothing to others (2.14)."""

    id: str
    person: str
    reference: str
    ended: str = ""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """That the names behind the labels were opened, by whom, on which ground."""

    by: MemberId
    at: datetime
    ground: str


@dataclass(frozen=True, kw_only=True)
class Readers:
    """What a case says about its readers."""

    denied: Mapping[MemberId, str] = field(default_factory=dict)
    recused: Mapping[MemberId, str] = field(default_factory=dict)
    """Computed from the graph of closeness, with the reasons; only the clock writes it."""
    named: frozenset[MemberId] = frozenset()
    """Who may see what is marked red."""
    counsel: Mapping[str, Counsel] = field(default_factory=dict)
    names_opened: tuple[Opened, ...] = ()

    @property
    def barred(self) -> dict[MemberId, str]:
        """Who may neither read nor approve, in fixed words: why somebody was denied stays in the case."""
        return {**self.recused, **dict.fromkeys(self.denied, "denied a case that this touches")}


def check_may_read(case: "Case", reader: Reader) -> None:
    """Return when this reader may open the case at all.

    Raises CheckFailedError `case.reader.denied`, `case.reader.recused` or `case.reader.marking`; the text does not
    say what the case is about.
    """
    if reader.member in case.readers.denied:
        raise refuse(
            "reader.denied", "you were denied this case", hint="the reason stands in the case; a decider can lift it"
        )
    if reader.member in case.readers.recused:
        raise refuse("reader.recused", "you are too close to this case to read it", hint="leave it to a colleague")
    if not is_open_to(case.marking, reader, case.readers.named):
        raise refuse("reader.marking", "this case is marked above what your roles open")


def seen_by(case: "Case", reader: Reader) -> "Case":
    """The case as this reader may see it: without what is marked above them, and without scores that are sealed.

    Every query and every page goes through here (2.5). Raises what `check_may_read` raises.
    """
    check_may_read(case, reader)
    named = case.readers.named
    evidence = {name: each for name, each in case.evidence.items() if is_open_to(each.marking, reader, named)}
    notes = {name: each for name, each in case.work.notes.items() if is_open_to(each.marking, reader, named)}
    findings = case.findings
    if case.standards.opened_at is None:
        findings = {name: each.sealed() for name, each in findings.items()}
    return replace(case, evidence=evidence, findings=findings, work=replace(case.work, notes=notes))


def labels(case: "Case") -> dict[MemberId, str]:
    """A label such as `worker 2` for each person who wrote in the case: what subjects and outsiders see.

    The numbers follow the first fact that each wrote, so the file is readable and says nothing of who they are.
    """
    people = sorted(case.writers, key=lambda each: (case.writers[each], each))
    return {**{each: f"worker {place}" for place, each in enumerate(people, 1)}, SYSTEM: "the clock"}


def _deny(case: "Case", fact: Fact, body: Body) -> "Case":
    denied = {**case.readers.denied, MemberId(body["member"]): body["why"]}
    return replace(case, readers=replace(case.readers, denied=denied))


def _lift(case: "Case", fact: Fact, body: Body) -> "Case":
    known(case.readers.denied, MemberId(body["member"]), "denial")
    if fact.by == body["member"]:
        raise refuse("reader.own_denial", "nobody lifts the denial of themselves")
    denied = {name: why for name, why in case.readers.denied.items() if name != body["member"]}
    return replace(case, readers=replace(case.readers, denied=denied))


def _recuse(case: "Case", fact: Fact, body: Body) -> "Case":
    recused = {**case.readers.recused, MemberId(body["member"]): body["why"]}
    return replace(case, readers=replace(case.readers, recused=recused))


def _name(case: "Case", fact: Fact, body: Body) -> "Case":
    return replace(case, readers=replace(case.readers, named=case.readers.named | {MemberId(body["member"])}))


def _attach_counsel(case: "Case", fact: Fact, body: Body) -> "Case":
    known(case.people, body["person"], "person")
    counsel = added(case.readers.counsel, body["id"], Counsel(**body))
    return replace(case, readers=replace(case.readers, counsel=counsel))


def _end_counsel(case: "Case", fact: Fact, body: Body) -> "Case":
    ended = replace(known(case.readers.counsel, body["id"], "counsel"), ended=body["why"])
    return replace(case, readers=replace(case.readers, counsel={**case.readers.counsel, ended.id: ended}))


def _open_names(case: "Case", fact: Fact, body: Body) -> "Case":
    opened = Opened(by=fact.by, at=fact.at, ground=body["ground"])
    return replace(case, readers=replace(case.readers, names_opened=(*case.readers.names_opened, opened)))


_WITH_COUNSEL = LIVE | {Stage.CLOSED}
FACTS = declared(
    kind(
        "reader denied", _deny, INVESTIGATOR, DECIDER, LEGAL, stages=KEPT, tab="readers", marks=WHEN_IDLE,
        title="Deny a member this case", fields={"member": member(), "why": why()},
    ),
    kind(
        "denial lifted", _lift, DECIDER, stages=KEPT, tab="readers", title="Lift a denial", marks=WHEN_IDLE,
        fields={"member": Picked("Member", most=SHORT, of=choices.denied), "why": why()},
    ),
    kind(
        "recusal found", _recuse, CLOCK, INVESTIGATOR, DECIDER, LEGAL, stages=KEPT, marks=WHEN_IDLE,
        door="/cases/<number>/closeness/", fields={"member": Text(most=SHORT), "why": line()},
    ),
    kind(
        "reader named", _name, INVESTIGATOR, LEGAL, stages=KEPT, tab="readers",
        title="Name a reader for what is marked red", fields={"member": member(), "why": why()},
    ),
    kind(
        "counsel attached", _attach_counsel, INVESTIGATOR, LEGAL, stages=_WITH_COUNSEL, tab="people", prefix="k",
        title="Attach counsel",
        fields={"id": Ident(), "person": Thing("Person", of=choices.people), "reference": line("Reference")},
    ),
    kind(
        "counsel ended", _end_counsel, INVESTIGATOR, LEGAL, stages=_WITH_COUNSEL, tab="people", title="End counsel",
        fields={"id": Thing("Counsel", of=choices.counsel), "why": why()},
    ),
    kind(
        "names opened", _open_names, AUDITOR, stages=KEPT, marks=READS, door="/cases/<number>/names/",
        fields={"ground": line()},
    ),
)  # fmt: skip
