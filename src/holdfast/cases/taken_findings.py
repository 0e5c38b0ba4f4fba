"""Findings taken from an assessment: their error rates, and what became of each innocent explanation (2.9, 2.10).

A finding weighs for nobody until every innocent explanation of it has been ruled out with a reason. The five that the
community meets most often are asked for each finding that is about accounts, whether the detector named them or not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from holdfast.canonical import parse_json, sha256_hex
from holdfast.cases._fields import LINE, PAGE, choice, fields, ident, many, number, record, sha256, text, whole
from holdfast.cases._kind import added, kind, known, refuse
from holdfast.errors import InputRefusedError
from holdfast.facts import Fact, MemberId

if TYPE_CHECKING:
    from holdfast.cases.case import Case

FORMAT = "holdfast-findings-1"
MANDATORY = {
    "meetup": "A meet-up: people sat in one room.",
    "class": "A class: newcomers who follow one course.",
    "same-town": "The same town: people who read the same local news and know each other.",
    "edit-a-thon": "An edit-a-thon or project drive down one list.",
    "shared-proxy": "A shared proxy, school, library or office line.",
}
"""Asked of every finding about accounts."""


class Outcome(StrEnum):
    """What became of an innocent explanation."""

    UNTESTED = "untested"
    RULED_OUT = "ruled_out"
    EXPLAINS = "explains"
    """It explains the finding: the finding is association and weighs nothing."""
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, kw_only=True)
class Innocent:
    """One innocent explanation of a finding."""

    text: str
    tested: str
    """What the detector tested itself, in its words."""
    outcome: Outcome = Outcome.UNTESTED
    why: str = ""
    by: MemberId | None = None


@dataclass(frozen=True, kw_only=True)
class TakenFinding:
    """One finding of an assessment in a case. `claim`, `effect`, `p`, `q` and `evidence` are its scores."""

    id: str
    named: str
    """Its id in the assessment."""
    file_sha256: str
    wiki: str
    area: str
    measure: str
    period: tuple[str | None, str | None]
    null: str
    source: str
    claim: str
    effect: str
    p: float | None
    q: float | None
    evidence: tuple[Mapping[str, Any], ...]
    tell_apart: str
    looked_at: int
    """Hypotheses of the assessment's family, found or not."""
    per_1000: float | None
    """At most so many of 1,000 innocent accounts looked at would be named (95 % bound); None: it is not known."""
    innocent: Mapping[str, Innocent] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)
    """Person of the case to the label under which the finding names the account."""

    def sealed(self) -> "TakenFinding":
        """The finding without its scores, for readers before the standards are fixed."""
        innocent = {name: replace(each, tested="") for name, each in self.innocent.items()}
        return replace(self, claim="", effect="", p=None, q=None, evidence=(), per_1000=None, innocent=innocent)

    @property
    def is_explained(self) -> bool:
        """Whether an innocent explanation holds."""
        return any(each.outcome is Outcome.EXPLAINS for each in self.innocent.values())

    @property
    def counts(self) -> bool:
        """Whether it may weigh: about somebody, its error rate known, every innocent explanation ruled out."""
        ruled_out = all(each.outcome is Outcome.RULED_OUT for each in self.innocent.values())
        return bool(self.about) and self.per_1000 is not None and ruled_out


def read_findings(data: bytes) -> tuple[dict[str, Any], ...]:
    """The bodies of `finding taken` facts (without `id` and `source`) from the findings.json of an assessment.

    Raises InputRefusedError `case.findings.file` for another file, `case.findings.no_innocent` when a finding that
    was tested states no innocent explanation.
    """
    content = parse_json(data, place="the assessment")
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise InputRefusedError(
            "case.findings.file",
            "this is not the findings.json of an assessment",
            expected=f"format {FORMAT}",
            hint="take findings.json from the folder that holdfast assess wrote",
        )
    try:
        return tuple(_body(each, content, sha256_hex(data)) for each in content["findings"])
    except (KeyError, TypeError, AttributeError) as reason:
        raise InputRefusedError(
            "case.findings.file", "a finding in this file lacks what it needs", got=type(reason).__name__
        ) from None


def _body(finding: Mapping[str, Any], content: Mapping[str, Any], digest: str) -> dict[str, Any]:
    if finding["p"] is not None and not finding["innocent"]:
        raise InputRefusedError(
            "case.findings.no_innocent",
            "a finding without innocent explanations is not taken into a case",
            place=str(finding["id"])[:80],
            hint="have the detector state what else would look the same",
        )
    rates = finding["details"].get("false_accusation", {})
    return {
        "named": finding["id"],
        "file_sha256": digest,
        "wiki": finding["wiki"],
        "area": finding["area"],
        "measure": finding["measure"],
        "period": [finding["period_start"], finding["period_end"]],
        "null": finding["null"],
        "claim": finding["claim"],
        "effect": finding["effect"],
        "p": finding["p"],
        "q": finding["q"],
        "evidence": finding["evidence"],
        "tell_apart": finding["tell_apart"],
        "looked_at": content["family"]["looked_at"],
        "per_1000": rates.get("per_1000_accounts_upper_bound"),
        "innocent": [{"text": each["text"], "tested": each["tested"]} for each in finding["innocent"]],
    }


def _maybe(read: Any) -> Any:
    return lambda value: None if value is None else read(value)


def _table(value: Any) -> Mapping[str, Any]:
    read = record({"caption": text(PAGE), "columns": many(text(LINE)), "rows": many(many(_cell), most=5000)})
    found: Mapping[str, Any] = read(value)
    return found


def _cell(value: Any) -> Any:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    return text(PAGE, empty=True)(value)


_SHARE = _maybe(number(0, 1))
_FIELDS = {
    "id": ident,
    "source": ident,
    "named": text(LINE),
    "file_sha256": sha256,
    "wiki": text(64),
    "area": text(64),
    "measure": text(LINE),
    "period": many(_maybe(text(10)), least=2, most=2),
    "null": text(PAGE, empty=True),
    "claim": text(PAGE),
    "effect": text(PAGE, empty=True),
    "p": _SHARE,
    "q": _SHARE,
    "evidence": many(_table),
    "tell_apart": text(PAGE, empty=True),
    "looked_at": whole(0, 2**40),
    "per_1000": _maybe(number(0, 1000)),
    "innocent": many(record({"text": text(PAGE), "tested": text(PAGE, empty=True)})),
}


def _take(case: "Case", fact: Fact) -> "Case":
    body = fields(fact, _FIELDS)
    known(case.sources, body["source"], "source")
    own = {f"own-{place}": Innocent(**each) for place, each in enumerate(body.pop("innocent"), 1)}
    asked = {name: Innocent(text=asks, tested="") for name, asks in MANDATORY.items()}
    taken = TakenFinding(**body, innocent={**own, **asked})
    return replace(case, findings=added(case.findings, taken.id, taken))


def _check_opened(case: "Case") -> None:
    if case.standards.opened_at is None:
        raise refuse(
            "finding.sealed",
            "the scores of this case are not open yet",
            hint="set the standards of proof, then open the scores",
        )


def _tie(case: "Case", fact: Fact) -> "Case":
    _check_opened(case)
    body = fields(fact, {"finding": ident, "person": ident, "label": text(LINE)})
    finding = known(case.findings, body["finding"], "finding")
    known(case.people, body["person"], "person")
    if not any(body["label"] in row for table in finding.evidence for row in table["rows"]):
        raise refuse(
            "finding.label",
            "the finding names no account by this label",
            hint="take the label from the finding's own evidence; a finding says nothing about others",
        )
    tied = replace(finding, about={**finding.about, body["person"]: body["label"]})
    return replace(case, findings={**case.findings, finding.id: tied})


def _judge(case: "Case", fact: Fact) -> "Case":
    _check_opened(case)
    body = fields(fact, {"finding": ident, "explanation": ident, "outcome": choice(Outcome), "why": text(LINE)})
    finding = known(case.findings, body["finding"], "finding")
    asked = known(finding.innocent, body["explanation"], "innocent explanation")
    judged = replace(asked, outcome=body["outcome"], why=body["why"], by=fact.by)
    changed = replace(finding, innocent={**finding.innocent, body["explanation"]: judged})
    return replace(case, findings={**case.findings, finding.id: changed})


FACTS = {"finding taken": kind(_take), "finding tied": kind(_tie), "explanation judged": kind(_judge)}
