"""Competing hypotheses, innocent ones among them, each held against every piece of evidence; and what exonerates.

The table follows Heuer's analysis of competing hypotheses: what counts is how much evidence speaks against a
hypothesis, not how much can be read in its favour.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from holdfast.cases import choices
from holdfast.cases._kind import (
    DECIDER,
    GATHERS,
    INVESTIGATOR,
    LEGAL,
    LIVE,
    Body,
    added,
    declared,
    kind,
    known,
    refuse,
)
from holdfast.facts import Fact, MemberId
from holdfast.facts.fields import Flag, Ident, Many, OneOf, Thing, line, page, why

if TYPE_CHECKING:
    from holdfast.cases.case import Case


class Rating(StrEnum):
    """How a piece of evidence stands to a hypothesis."""

    CONSISTENT = "consistent"
    INCONSISTENT = "inconsistent"
    NEUTRAL = "neutral"


@dataclass(frozen=True, kw_only=True)
class Hypothesis:
    """One account of what happened."""

    id: str
    text: str
    innocent: bool
    """It needs no wrong by anybody."""
    ratings: Mapping[str, Rating] = field(default_factory=dict)
    """Evidence or finding, by id."""
    reasons: Mapping[str, str] = field(default_factory=dict)

    def against(self, items: frozenset[str]) -> int:
        """How many of these items are inconsistent with it."""
        return sum(1 for each in items if self.ratings.get(each) is Rating.INCONSISTENT)


@dataclass(frozen=True, kw_only=True)
class Exculpatory:
    """Something that speaks for a person. It is shown before anything else (2.16)."""

    id: str
    text: str
    about: frozenset[str]
    evidence: frozenset[str] = frozenset()
    at: datetime
    by: MemberId


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Who was shown which exculpatory items first."""

    items: frozenset[str]
    searches: int
    """How many searches were on record."""
    at: datetime


def has_seen_exculpatory(case: "Case", member: MemberId) -> bool:
    """Whether a member was shown all that exonerates, and all that was looked for, as the file stands now."""
    shown = case.exculpatory_shown.get(member)
    now = (frozenset(case.exculpatory), len(case.exculpatory_searches))
    return shown is not None and (shown.items, shown.searches) == now


def check_hypotheses(case: "Case", items: frozenset[str]) -> None:
    """Return when the counted items were held against every hypothesis and speak most against the innocent ones.

    Raises CheckFailedError `case.hypotheses.one_sided`, `…unrated` or `…innocent_stands`.
    """
    innocent = [each for each in case.hypotheses.values() if each.innocent]
    other = [each for each in case.hypotheses.values() if not each.innocent]
    if not innocent or not other:
        raise refuse(
            "hypotheses.one_sided",
            "a decision compares at least one innocent hypothesis with at least one other",
            hint="put the hypotheses and rate the evidence against each",
        )
    unrated = {each for each in items for hypothesis in case.hypotheses.values() if each not in hypothesis.ratings}
    if unrated:
        raise refuse(
            "hypotheses.unrated",
            "not all evidence was held against every hypothesis",
            expected="a rating of " + ", ".join(sorted(unrated)),
        )
    if min(each.against(items) for each in other) >= min(each.against(items) for each in innocent):
        raise refuse(
            "hypotheses.innocent_stands",
            "an innocent hypothesis stands at least as well as the others",
            hint="find evidence that is inconsistent with it, or decide that no action is taken",
        )


def _put(case: "Case", fact: Fact, body: Body) -> "Case":
    return replace(case, hypotheses=added(case.hypotheses, body["id"], Hypothesis(**body)))


def _rate(case: "Case", fact: Fact, body: Body) -> "Case":
    hypothesis = known(case.hypotheses, body["hypothesis"], "hypothesis")
    known({**case.evidence, **case.findings}, body["item"], "evidence or finding")
    rated = replace(
        hypothesis,
        ratings={**hypothesis.ratings, body["item"]: body["rating"]},
        reasons={**hypothesis.reasons, body["item"]: body["why"]},
    )
    return replace(case, hypotheses={**case.hypotheses, rated.id: rated})


def _record_exculpatory(case: "Case", fact: Fact, body: Body) -> "Case":
    for each in body.get("about", ()):
        known(case.people, each, "person")
    for each in body.get("evidence", ()):
        known({**case.evidence, **case.findings}, each, "evidence or finding")
    found = Exculpatory(**{"about": frozenset(), **body}, at=fact.at, by=fact.by)
    return replace(case, exculpatory=added(case.exculpatory, found.id, found))


def _search_exculpatory(case: "Case", fact: Fact, body: Body) -> "Case":
    return replace(case, exculpatory_searches=case.exculpatory_searches | {(fact.by, body["looked_for"])})


def _show_exculpatory(case: "Case", fact: Fact, body: Body) -> "Case":
    shown = Shown(items=frozenset(case.exculpatory), searches=len(case.exculpatory_searches), at=fact.at)
    return replace(case, exculpatory_shown={**case.exculpatory_shown, fact.by: shown})


FACTS = declared(
    kind(
        "hypothesis put", _put, tab="hypotheses", title="Put a hypothesis", prefix="h", marks=GATHERS,
        fields={
            "id": Ident(), "text": line("What happened, by this hypothesis"),
            "innocent": Flag("It needs no wrong by anybody"),
        },
    ),
    kind(
        "evidence rated", _rate, tab="hypotheses", title="Hold evidence against a hypothesis", marks=GATHERS,
        fields={
            "hypothesis": Thing("Hypothesis", of=choices.hypotheses),
            "item": Thing("Evidence or finding", of=choices.items),
            "rating": OneOf("Rating", kind=Rating), "why": why(),
        },
    ),
    kind(
        "exculpatory recorded", _record_exculpatory, INVESTIGATOR, DECIDER, LEGAL, stages=LIVE, tab="overview",
        title="Record what exonerates", prefix="g",
        fields={
            "id": Ident(),
            "text": page("What speaks for somebody", help="The person concerned may read this text."),
            "about": Many("Whom it is about", of=Thing(of=choices.people), as_set=True, optional=True),
            "evidence": Many("Evidence", of=Thing(of=choices.items), as_set=True, optional=True),
        },
    ),
    kind(
        "exculpatory searched", _search_exculpatory, INVESTIGATOR, DECIDER, LEGAL, tab="overview",
        title="Record a search that found nothing", fields={"looked_for": page("What was looked for")},
    ),
    kind("exculpatory shown", _show_exculpatory, DECIDER),
)  # fmt: skip
