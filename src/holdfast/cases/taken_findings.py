"""Findings taken from an assessment: their error rates, and what became of each innocent explanation (2.9, 2.10).

A finding weighs for nobody until every innocent explanation of it has been ruled out with a reason. The five that the
community meets most often are asked for each finding that is about accounts, whether the detector named them or not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from holdfast.canonical import parse_json, sha256_hex
from holdfast.cases import choices
from holdfast.cases._kind import GATHERS, Body, added, declared, kind, known, refuse
from holdfast.errors import InputRefusedError
from holdfast.facts import Fact, MemberId
from holdfast.facts.fields import (
    PAGE,
    SHORT,
    Ident,
    Many,
    Maybe,
    Number,
    OneOf,
    Record,
    Sha256,
    Text,
    Thing,
    Whole,
    line,
    page,
    why,
)  # fmt: skip

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


class _Cell(Text):
    """A cell of a finding's table: a number, nothing, or a text."""

    def read(self, value: Any) -> Any:
        """The cell."""
        if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
            return value
        return super().read(value)


def _take(case: "Case", fact: Fact, body: Body) -> "Case":
    known(case.sources, body["source"], "source")
    own = {f"own-{place}": Innocent(**each) for place, each in enumerate(body["innocent"], 1)}
    asked = {name: Innocent(text=asks, tested="") for name, asks in MANDATORY.items()}
    taken = TakenFinding(**{**body, "innocent": {**own, **asked}})
    return replace(case, findings=added(case.findings, taken.id, taken))


def _check_opened(case: "Case") -> None:
    if case.standards.opened_at is None:
        raise refuse(
            "finding.sealed",
            "the scores of this case are not open yet",
            hint="set the standards of proof, then open the scores",
        )


def _tie(case: "Case", fact: Fact, body: Body) -> "Case":
    _check_opened(case)
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


def _judge(case: "Case", fact: Fact, body: Body) -> "Case":
    _check_opened(case)
    finding = known(case.findings, body["finding"], "finding")
    asked = known(finding.innocent, body["explanation"], "innocent explanation")
    judged = replace(asked, outcome=body["outcome"], why=body["why"], by=fact.by)
    changed = replace(finding, innocent={**finding.innocent, body["explanation"]: judged})
    return replace(case, findings={**case.findings, finding.id: changed})


_BLANK = page(blank=True)
_SHARE = Maybe(of=Number(low=0, high=1))
_TABLE = Record(
    fields={
        "caption": page(),
        "columns": Many(of=line()),
        "rows": Many(of=Many(of=_Cell(most=PAGE, blank=True)), most=5000),
    }
)
FACTS = declared(
    kind(
        "finding taken", _take, prefix="f", marks=GATHERS, door="/cases/<number>/import/",
        fields={
            "id": Ident(), "source": Ident(), "named": line(), "file_sha256": Sha256(), "wiki": Text(most=SHORT),
            "area": Text(most=SHORT), "measure": line(),
            "period": Many(of=Maybe(of=Text(most=10)), least=2, most=2),
            "null": _BLANK, "claim": page(), "effect": _BLANK, "p": _SHARE, "q": _SHARE, "evidence": Many(of=_TABLE),
            "tell_apart": _BLANK, "looked_at": Whole(high=2**40), "per_1000": Maybe(of=Number(low=0, high=1000)),
            "innocent": Many(of=Record(fields={"text": page(), "tested": _BLANK})),
        },
    ),
    kind(
        "finding tied", _tie, tab="findings", title="Tie a finding to a person", marks=GATHERS,
        fields={
            "finding": Thing("Finding", of=choices.findings), "person": Thing("Person", of=choices.people),
            "label": line("Label of the account in the finding"),
        },
    ),
    kind(
        "explanation judged", _judge, tab="findings", title="Judge an innocent explanation", marks=GATHERS,
        fields={
            "finding": Thing("Finding", of=choices.findings),
            "explanation": Thing("Explanation", of=choices.explanations),
            "outcome": OneOf("Outcome", kind=Outcome), "why": why(),
        },
    ),
)  # fmt: skip
