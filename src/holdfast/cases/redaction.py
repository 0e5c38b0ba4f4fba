"""The redacted file: made by the software, for one audience, with a list of what was cut and why (D11, D18).

Nothing is written into it that is not named here, so that a new part of a case is cut until somebody decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from holdfast.canonical import canonical_bytes
from holdfast.cases._kind import known
from holdfast.cases.attribution import ceiling
from holdfast.cases.case import Case
from holdfast.cases.course import coarse_state
from holdfast.cases.evidence import Class, Evidence
from holdfast.cases.markings import Marking
from holdfast.cases.people import Person, Role
from holdfast.cases.readers import labels
from holdfast.cases.taken_findings import TakenFinding
from holdfast.cases.weight import weigh


class Audience(StrEnum):
    """For whom a file is made."""

    SUBJECT = "subject"
    """The person concerned, and their counsel."""
    BODY = "body"
    """A committee that is no appeal body, such as an ArbCom."""
    PUBLIC = "public"


class Cut(StrEnum):
    """Why something was cut."""

    PROTECTS_REPORTER = "protects_reporter"
    PROTECTS_WITNESS = "protects_witness"
    PERSON_AT_RISK = "person_at_risk"
    OTHER_PERSON = "other_person"
    NON_PUBLIC_DATA = "non_public_data"
    MARKING = "marking"
    WORKING_PAPER = "working_paper"
    METHOD = "method"
    """It would help others to get round a detector."""
    SEALED_SCORE = "sealed_score"


_OPEN_UP_TO = {Audience.SUBJECT: Marking.AMBER, Audience.BODY: Marking.AMBER, Audience.PUBLIC: Marking.CLEAR}


@dataclass(frozen=True, kw_only=True)
class Redacted:
    """The file, and what was cut: a place that says nothing of the content, and the reason."""

    document: dict[str, Any]
    cuts: tuple[tuple[str, Cut], ...]

    def to_bytes(self) -> bytes:
        """Canonical JSON with the cuts inside, for handing over and for hashing."""
        listed = [{"place": place, "why": why.value} for place, why in self.cuts]
        return canonical_bytes({**self.document, "cuts": listed})


def redact(case: Case, audience: Audience, person: str | None = None) -> Redacted:
    """The file of a case for an audience; for `subject`, of the one person.

    Raises InputRefusedError `case.id.unknown` when the subject is nobody of the case.
    """
    subject = known(case.people, person or "", "person") if audience is Audience.SUBJECT else None
    cuts: list[tuple[str, Cut]] = []
    document: dict[str, Any] = {
        "format": "holdfast-case-file-1",
        "for": audience.value,
        "state": coarse_state(case),
        "wikis": sorted(case.wikis),
        "exculpatory": _exculpatory(case, audience, subject, cuts),
        "evidence": _evidence(case, audience, subject, cuts),
        "findings": _findings(case, audience, subject, cuts),
        "attribution_ceiling": _ceiling(case),
        "decision": _decision(case, audience, subject, cuts),
    }
    if subject is not None:
        document["account"] = subject.account
    cuts += _whole_parts(case, audience, subject)
    return Redacted(document=document, cuts=tuple(sorted(cuts)))


def _ceiling(case: Case) -> str | None:
    reached = ceiling(case)
    return reached.value if reached else None


def _whole_parts(case: Case, audience: Audience, subject: Person | None) -> Iterable[tuple[str, Cut]]:
    yield "title", Cut.WORKING_PAPER
    for part in ("notes", "tasks", "events", "hypotheses"):
        items = case.hypotheses if part == "hypotheses" else getattr(case.work, part)
        if items:
            yield f"{part} ({len(items)})", Cut.WORKING_PAPER
    if case.reports:
        yield f"reports ({len(case.reports)})", Cut.PROTECTS_REPORTER
    for person in case.people.values():
        if person != subject:
            yield f"people/{person.id}", _why_person(person)
    if audience is not Audience.SUBJECT and case.readers.counsel:
        yield f"counsel ({len(case.readers.counsel)})", Cut.OTHER_PERSON


def _why_person(person: Person) -> Cut:
    if person.roles & {Role.AT_RISK, Role.COERCED}:
        return Cut.PERSON_AT_RISK
    return Cut.PROTECTS_WITNESS if Role.WITNESS in person.roles else Cut.OTHER_PERSON


def _about_others(case: Case, about: frozenset[str], audience: Audience, subject: Person | None) -> Cut | None:
    """Why a thing about these people is cut: it would show somebody who is not the audience's to see."""
    guarded = {_why_person(case.people[each]) for each in sorted(about)} - {Cut.OTHER_PERSON}
    if guarded and about != ({subject.id} if subject else set()):
        return Cut.PERSON_AT_RISK if Cut.PERSON_AT_RISK in guarded else Cut.PROTECTS_WITNESS
    if audience is Audience.PUBLIC or (subject is not None and about - {subject.id}):
        return Cut.OTHER_PERSON
    return None


def _why_cut(case: Case, each: Evidence, audience: Audience, subject: Person | None) -> Cut | None:
    if each.kind is Class.TESTIMONY:
        return Cut.PROTECTS_REPORTER
    if each.marking.height > _OPEN_UP_TO[audience].height:
        return Cut.MARKING
    if each.kind is Class.TECHNICAL:
        return Cut.NON_PUBLIC_DATA
    if subject is not None and subject.id not in each.about:
        return Cut.OTHER_PERSON
    return _about_others(case, each.about, audience, subject)


def _evidence(
    case: Case, audience: Audience, subject: Person | None, cuts: list[tuple[str, Cut]]
) -> list[dict[str, Any]]:
    shown = []
    for name, each in sorted(case.evidence.items()):
        why = _why_cut(case, each, audience, subject)
        if why is not None:
            cuts.append((f"evidence/{name}", why))
            continue
        shown.append(
            {
                "id": name,
                "class": each.kind.value,
                "checked": each.checked,
                "counts": each.counts,
                "level": each.level.value if each.level else None,
                "sha256": each.sha256,
            }
        )
        cuts.append((f"evidence/{name}/source", Cut.PROTECTS_REPORTER))
    return shown


def _findings(
    case: Case, audience: Audience, subject: Person | None, cuts: list[tuple[str, Cut]]
) -> list[dict[str, Any]]:
    shown = []
    is_open = case.standards.opened_at is not None
    for name, each in sorted(case.findings.items()):
        if subject is not None and subject.id not in each.about:
            cuts.append((f"findings/{name}", Cut.OTHER_PERSON))
            continue
        shown.append(_finding(name, each, is_open=is_open, with_reasons=audience is Audience.BODY))
        if audience is not Audience.BODY:
            cuts.append((f"findings/{name}/innocent_explanations/why", Cut.WORKING_PAPER))
        cuts.append((f"findings/{name}/evidence", Cut.OTHER_PERSON))
        if not is_open:
            cuts.append((f"findings/{name}/scores", Cut.SEALED_SCORE))
    return shown


def _finding(name: str, each: TakenFinding, *, is_open: bool, with_reasons: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": name,
        "measure": each.measure,
        "null": each.null,
        "period": list(each.period),
        "innocent_explanations": [
            {"text": one.text, "outcome": one.outcome.value} | ({"why": one.why} if with_reasons else {})
            for one in each.innocent.values()
        ],
    }
    if is_open:
        found |= {"p": each.p, "q": each.q, "false_accusations_per_1000_at_most": each.per_1000}
    return found


def _exculpatory(
    case: Case, audience: Audience, subject: Person | None, cuts: list[tuple[str, Cut]]
) -> list[dict[str, Any]]:
    shown = []
    for name, each in sorted(case.exculpatory.items()):
        why = _about_others(case, each.about, audience, subject)
        if why is not None:
            cuts.append((f"exculpatory/{name}", why))
        else:
            shown.append({"id": name, "text": each.text})
    return shown


def _decision(
    case: Case, audience: Audience, subject: Person | None, cuts: list[tuple[str, Cut]]
) -> dict[str, Any] | None:
    decision = case.course.decision
    if decision is None:
        return None
    found: dict[str, Any] = {
        "outcome": decision.outcome.value,
        "day": decision.at.date().isoformat(),
        "by": labels(case)[decision.by],
    }
    cuts.append(("decision/reasons", Cut.WORKING_PAPER))
    grounds = []
    for place, ground in enumerate(decision.grounds, 1):
        if audience is Audience.PUBLIC or (subject is not None and ground.person != subject.id):
            cuts.append((f"decision/grounds/{place}", Cut.OTHER_PERSON))
            continue
        entry: dict[str, Any] = {
            "severity": ground.severity.value,
            "rule": ground.rule,
            "level": ground.level.value,
        }
        if ground.severity in case.standards.by_severity:
            weight = weigh(case, ground.person, ground.severity)
            entry |= {
                "standard_false_accusations_per_1000": weight.standard.per_1000,
                "reached_false_accusations_per_1000": weight.per_1000,
                "score": weight.score.to_json(),
                "score_without_association": weight.without_association.to_json(),
            }
        grounds.append(entry)
    return {**found, "grounds": grounds}
