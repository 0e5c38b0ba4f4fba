"""A hypothesis that was tested, with all that a finding needs should the family keep it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from holdfast.findings.finding import Area, Evidence, Finding, Innocent
from holdfast.ids import WikiName
from holdfast.measures._measure import Measure


@dataclass(frozen=True, kw_only=True)
class Hypothesis:
    """One test of one measure against one null. Its p counts in the family whether it is found or not."""

    measure: Measure
    null: str
    period_start: date | None
    period_end: date | None
    p: float
    claim: str
    effect: str
    evidence: tuple[Evidence, ...]
    tested: tuple[Innocent, ...] = ()
    """Innocent explanations that a test was run for, with its result."""
    tell_apart: str = ""
    change: tuple[date, float, float] | None = None
    """For a change of level: first day of the new level, level before, level after."""
    details: Mapping[str, Any] = field(default_factory=dict)

    def finding(self, wiki: WikiName, q: float) -> Finding:
        """The finding, when the family keeps the hypothesis at the adjusted p `q`."""
        name = [self.measure.name, self.null.split(",")[0], self.period_end or "all"]
        declared = tuple(Innocent(text=text) for text in self.measure.innocent)
        return Finding(
            id=".".join(str(part).replace(" ", "_") for part in [self.measure.area, *name]),
            wiki=wiki,
            area=Area(self.measure.area),
            measure=self.measure.name,
            period_start=self.period_start,
            period_end=self.period_end,
            claim=self.claim,
            null=self.null,
            p=self.p,
            q=q,
            effect=self.effect,
            evidence=self.evidence,
            innocent=self.tested + declared,
            tell_apart=self.tell_apart or f"What these data cannot tell: {self.measure.cannot_tell}.",
            details=self.details,
        )
