"""What weighs for an action against one person, with and without association, against the standard (D7, D8, D9)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from holdfast.cases._kind import refuse
from holdfast.cases.evidence import Class, Evidence
from holdfast.cases.sources import independent_of
from holdfast.cases.standards import Severity, Standard
from holdfast.cases.taken_findings import TakenFinding

if TYPE_CHECKING:
    from holdfast.cases.case import Case


@dataclass(frozen=True, kw_only=True)
class Score:
    """How much there is: items, sources (N), independent ones (M), classes of evidence."""

    items: frozenset[str]
    sources: int
    independent: int
    classes: frozenset[Class]

    def to_json(self) -> dict[str, object]:
        """Counts only: what an output may show."""
        return {
            "items": len(self.items),
            "sources": self.sources,
            "independent_sources": self.independent,
            "classes": sorted(self.classes),
        }


@dataclass(frozen=True, kw_only=True)
class Weight:
    """What weighs for one severity against one person. Only the score without association is ever decisive."""

    person: str
    severity: Severity
    standard: Standard
    score: Score
    """As it would look if association counted."""
    without_association: Score
    per_1000: float | None
    """The false-accusation rate reached: the lowest bound among the findings that weigh; None when none does."""
    unmet: tuple[str, ...]
    """What the standard still asks, in words; empty when it is met."""

    @property
    def is_met(self) -> bool:
        """Whether the standard of proof is met."""
        return not self.unmet


def weigh(case: "Case", person: str, severity: Severity) -> Weight:
    """What the case holds against one person, for one severity.

    A finding weighs when its false-accusation rate is known and within the standard and all its innocent
    explanations are ruled out; else it is association. Raises CheckFailedError `case.standard.not_set`.
    """
    standard = case.standards.of(severity)
    evidence = [each for each in case.evidence.values() if person in each.about and not each.set_aside]
    findings = [each for each in case.findings.values() if person in each.about]
    weighing = [each for each in evidence if each.counts]
    strong = [each for each in findings if each.counts and (each.per_1000 or 0) <= standard.per_1000]
    without = _score(case, weighing, strong)
    bounds = [each.per_1000 for each in strong if each.per_1000 is not None]
    return Weight(
        person=person,
        severity=severity,
        standard=standard,
        score=_score(case, evidence, findings),
        without_association=without,
        per_1000=min(bounds, default=None),
        unmet=_unmet(without, standard),
    )


def _score(case: "Case", evidence: list[Evidence], findings: list[TakenFinding]) -> Score:
    sources = {each.source for each in evidence} | {each.source for each in findings}
    classes = {each.kind for each in evidence} | ({Class.COORDINATION} if findings else set())
    return Score(
        items=frozenset({each.id for each in evidence} | {each.id for each in findings}),
        sources=len(sources),
        independent=independent_of(case, sources),
        classes=frozenset(classes),
    )


def _unmet(score: Score, standard: Standard) -> tuple[str, ...]:
    unmet = []
    if Class.CONDUCT not in score.classes:
        unmet.append("checked evidence of the person's own conduct")
    if score.independent < standard.sources:
        unmet.append(f"{standard.sources} independent sources (now {score.independent} of {score.sources})")
    if len(score.classes) < standard.classes:
        unmet.append(f"{standard.classes} classes of evidence (now {len(score.classes)})")
    return tuple(unmet)


def check_standard(case: "Case", person: str, severity: Severity) -> Weight:
    """The weight, when it meets the standard. Raises CheckFailedError `case.standard.not_met`, saying what lacks."""
    weight = weigh(case, person, severity)
    if not weight.is_met:
        raise refuse(
            "standard.not_met",
            f"the standard of proof for {severity.value} is not met",
            expected="; ".join(weight.unmet),
            hint="association never counts; a milder action or none is open",
        )
    return weight
