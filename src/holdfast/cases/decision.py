"""From a decided case to what one action of a plan needs: rule, class of evidence, standard met, ceiling."""

from dataclasses import dataclass
from typing import Any

from holdfast.accounts.names import same_account
from holdfast.cases._kind import Stage, refuse
from holdfast.cases.attribution import Level
from holdfast.cases.case import Case
from holdfast.cases.course import Ground, Outcome, check_ground, is_own_request
from holdfast.cases.standards import Severity
from holdfast.cases.weight import weigh
from holdfast.notices.kinds import EvidenceClass


@dataclass(frozen=True, kw_only=True)
class Grounds:
    """What a plan may say and do about one account on the strength of one case."""

    account: str
    severity: Severity
    rule: str
    evidence_classes: tuple[EvidenceClass, ...]
    """The classes of what weighed, in the words of notices."""
    level: Level | None
    """What is claimed, never above the file's ceiling; None for an own request, which claims nothing."""
    standard_per_1000: float | None
    """At the standard set, at most so many of 1,000 innocent accounts are named by a detector that is weighed."""
    reached_per_1000: float | None
    """None when no detector was weighed."""
    sources: int
    independent_sources: int
    own_request: bool
    """Shown outside as the person's own request."""

    def to_json(self) -> dict[str, Any]:
        """A JSON object for a plan; it holds the account and stays confidential."""
        return {
            "account": self.account,
            "severity": self.severity.value,
            "rule": self.rule,
            "evidence_classes": [each.value for each in self.evidence_classes],
            "level": self.level.value if self.level else None,
            "standard_per_1000": self.standard_per_1000,
            "reached_per_1000": self.reached_per_1000,
            "sources": self.sources,
            "independent_sources": self.independent_sources,
            "own_request": self.own_request,
        }


def grounds_for(case: Case, account: str, severity: Severity) -> Grounds:
    """What carries an action of this severity against this account, computed again from the facts of the case.

    A decision for a severity carries every milder one for which a standard was set. Raises CheckFailedError
    `case.grounds.undecided`, `case.grounds.none`, or what is no longer met (`case.standard.not_met`, …).
    """
    decision = case.course.decision
    if case.stage is not Stage.DECIDED or decision is None or decision.outcome is not Outcome.ACT:
        raise refuse("grounds.undecided", "this case has not been decided in favour of an action")
    order = list(Severity)
    for ground in decision.grounds:
        person = case.people[ground.person]
        if same_account(person.account, account) and order.index(severity) <= order.index(ground.severity):
            return _grounds(case, ground, severity)
    raise refuse(
        "grounds.none",
        "the decision names no ground for so severe an action against this account",
        hint="a milder action, or a new decision",
    )


def _grounds(case: Case, ground: Ground, severity: Severity) -> Grounds:
    check_ground(case, Ground(person=ground.person, severity=severity, rule=ground.rule, level=ground.level))
    person = case.people[ground.person]
    if is_own_request(person, severity):
        return _asked_for(person.account, ground.rule)
    weight = weigh(case, ground.person, severity)
    score = weight.without_association
    return Grounds(
        account=person.account,
        severity=severity,
        rule=ground.rule,
        evidence_classes=_told(case, score.items),
        level=ground.level,
        standard_per_1000=weight.standard.per_1000,
        reached_per_1000=weight.per_1000,
        sources=score.sources,
        independent_sources=score.independent,
        own_request=False,
    )


def _told(case: Case, items: frozenset[str]) -> tuple[EvidenceClass, ...]:
    words = {case.evidence[each].shown_as for each in items if each in case.evidence}
    return tuple(sorted(words | ({EvidenceClass.STATISTICS} if items & set(case.findings) else set())))


def _asked_for(account: str, rule: str) -> Grounds:
    return Grounds(
        account=account,
        severity=Severity.RIGHTS_REMOVAL,
        rule=rule,
        evidence_classes=(),
        level=None,
        standard_per_1000=None,
        reached_per_1000=None,
        sources=0,
        independent_sources=0,
        own_request=True,
    )
