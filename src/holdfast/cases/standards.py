"""The standard of proof, fixed for each severity before any score is opened (D9).

Opening the scores is itself a fact. Afterwards no standard is set or changed; before, a standard is only ever raised,
and never below the floor of the house.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from holdfast.cases._kind import DECIDER, INVESTIGATOR, Body, declared, kind, refuse
from holdfast.facts import Fact
from holdfast.facts.fields import Number, OneOf, Whole, why

if TYPE_CHECKING:
    from holdfast.cases.case import Case


class Severity(StrEnum):
    """How hard an action hits a person, mildest first."""

    PROTECTION = "protection"
    """Pages are protected; nobody's rights change."""
    WARNING = "warning"
    RIGHTS_REMOVAL = "rights_removal"
    GLOBAL_BAN = "global_ban"
    GLOBAL_LOCK = "global_lock"


@dataclass(frozen=True, kw_only=True)
class Standard:
    """What must be shown before an action of one severity may be decided."""

    per_1000: float
    """At most so many of 1,000 innocent accounts may be named by a detector that is weighed."""
    sources: int
    """Independent sources, at least."""
    classes: int
    """Different classes of evidence, at least."""

    def is_at_least(self, other: "Standard") -> bool:
        """Whether this standard asks for no less than another, in every part."""
        return self.per_1000 <= other.per_1000 and self.sources >= other.sources and self.classes >= other.classes


FLOOR: Mapping[Severity, Standard] = {
    Severity.PROTECTION: Standard(per_1000=20, sources=1, classes=1),
    Severity.WARNING: Standard(per_1000=10, sources=1, classes=1),
    Severity.RIGHTS_REMOVAL: Standard(per_1000=2, sources=2, classes=2),
    Severity.GLOBAL_BAN: Standard(per_1000=1, sources=2, classes=2),
    Severity.GLOBAL_LOCK: Standard(per_1000=1, sources=2, classes=2),
}
"""The least that any case asks: a judgement, see decision 0100."""


@dataclass(frozen=True, kw_only=True)
class Standards:
    """The standards that this case has set, and when its scores were opened."""

    by_severity: Mapping[Severity, Standard] = field(default_factory=dict)
    reasons: Mapping[Severity, str] = field(default_factory=dict)
    opened_at: datetime | None = None

    def of(self, severity: Severity) -> Standard:
        """The standard for a severity. Raises CheckFailedError `case.standard.not_set`."""
        if severity not in self.by_severity:
            raise refuse(
                "standard.not_set",
                f"no standard of proof was set for {severity.value} before the scores were opened",
                hint="this case cannot lead to such an action",
            )
        return self.by_severity[severity]


def _set(case: "Case", fact: Fact, body: Body) -> "Case":
    severity, reasons = body["severity"], body["reasons"]
    standard = Standard(per_1000=body["per_1000"], sources=body["sources"], classes=body["classes"])
    if case.standards.opened_at is not None:
        raise refuse(
            "standard.too_late",
            "the scores of this case were opened; no standard is set afterwards",
            hint="what was not set before cannot be reached by this case",
        )
    before = case.standards.by_severity.get(severity, FLOOR[severity])
    if not standard.is_at_least(before):
        raise refuse(
            "standard.lowered",
            "a standard of proof is never lowered",
            expected=f"at most {before.per_1000:g} per 1,000, at least {before.sources} independent sources and"
            f" {before.classes} classes of evidence",
            hint="keep it, or raise it",
        )
    return replace(
        case,
        standards=replace(
            case.standards,
            by_severity={**case.standards.by_severity, severity: standard},
            reasons={**case.standards.reasons, severity: reasons},
        ),
    )


def _open(case: "Case", fact: Fact, body: Body) -> "Case":
    if not case.standards.by_severity:
        raise refuse(
            "standard.first",
            "the standard of proof is set before a score is seen",
            hint="set it for each severity that this case may come to",
        )
    opened = case.standards.opened_at or fact.at
    return replace(case, standards=replace(case.standards, opened_at=opened))


FACTS = declared(
    kind(
        "standard set", _set, INVESTIGATOR, DECIDER, tab="standard", title="Set a standard of proof",
        fields={
            "severity": OneOf("Severity", kind=Severity),
            "per_1000": Number("Innocent accounts named, of 1,000, at most", low=0, high=1000),
            "sources": Whole("Independent sources, at least", low=1, high=100),
            "classes": Whole("Classes of evidence, at least", low=1, high=6),
            "reasons": why(),
        },
    ),
    kind("scores opened", _open, INVESTIGATOR, DECIDER, tab="standard", title="Open the scores"),
)  # fmt: skip
