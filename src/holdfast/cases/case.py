"""A case, computed from its facts. `fold` checks every fact again, so that no row of facts can skip a step."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from holdfast.cases import course, evidence, hypotheses, people, readers, sources, standards, taken_findings, work
from holdfast.cases._kind import GATHERS, INVESTIGATOR, READS, WHEN_IDLE, Body, FactKind, Stage, kind, refuse
from holdfast.cases.course import Course
from holdfast.cases.evidence import Evidence
from holdfast.cases.hypotheses import Exculpatory, Hypothesis, Shown
from holdfast.cases.markings import Marking
from holdfast.cases.people import Person, check_is_new
from holdfast.cases.readers import Readers
from holdfast.cases.sources import Report, Source, Tie
from holdfast.cases.standards import Standards
from holdfast.cases.taken_findings import TakenFinding
from holdfast.cases.work import Work
from holdfast.facts import SYSTEM, Fact, MemberId
from holdfast.facts.fields import Many, OneOf, Whole, Wiki, line
from holdfast.facts.kinds import Book

IDLE_DAYS = 90  # days without work after which a case is said to lie still; chosen
BEGUN = "begun"


@dataclass(frozen=True, kw_only=True)
class Case:
    """The state of one case. Mappings are by id inside the case."""

    title: str
    wikis: frozenset[str]
    marking: Marking
    idle_days: int
    begun_at: datetime
    stage: Stage = Stage.TRIAGE
    work: Work = field(default_factory=Work)
    sources: Mapping[str, Source] = field(default_factory=dict)
    ties: frozenset[Tie] = frozenset()
    reports: Mapping[str, Report] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    findings: Mapping[str, TakenFinding] = field(default_factory=dict)
    standards: Standards = field(default_factory=Standards)
    hypotheses: Mapping[str, Hypothesis] = field(default_factory=dict)
    exculpatory: Mapping[str, Exculpatory] = field(default_factory=dict)
    exculpatory_searches: frozenset[tuple[MemberId, str]] = frozenset()
    exculpatory_shown: Mapping[MemberId, Shown] = field(default_factory=dict)
    readers: Readers = field(default_factory=Readers)
    course: Course = field(default_factory=Course)
    last_at: datetime
    """When somebody last worked on it; what the clock does is no work."""
    writers: Mapping[MemberId, datetime] = field(default_factory=dict)
    """Who wrote in it, and when first."""
    investigators: frozenset[MemberId] = frozenset()
    """Who recorded evidence, findings, people or reports in it."""

    def __repr__(self) -> str:
        return f"Case(stage={self.stage.value})"


def _no_second_beginning(_case: Case, _fact: Fact, _body: Body) -> Case:
    raise refuse("begun.twice", "this case has begun before")


KINDS: Mapping[str, FactKind[Case]] = {
    BEGUN: kind(
        BEGUN, _no_second_beginning, door="/cases/",
        fields={
            "title": line(), "wikis": Many(of=Wiki(), least=1, as_set=True), "marking": OneOf(kind=Marking),
            "idle_days": Whole(low=7, high=730, optional=True),
        },
    ),
    **work.FACTS,
    **sources.FACTS,
    **people.FACTS,
    **evidence.FACTS,
    **taken_findings.FACTS,
    **standards.FACTS,
    **hypotheses.FACTS,
    **readers.FACTS,
    **course.FACTS,
}  # fmt: skip
"""Every type of fact that a case knows."""
BOOK: Book[Case] = Book(
    stream="case", about="a case", kinds=KINDS, first=BEGUN, code="case.fact", unknown="case.fact.unknown"
)
_WHEN_IDLE = frozenset({READS, WHEN_IDLE})


def _begin(fact: Fact) -> Case:
    if fact.type != BEGUN:
        raise refuse("begun.first", "a case begins with its beginning", expected=BEGUN)
    body = BOOK.read(fact)
    writers = {fact.by: fact.at}
    return Case(
        **{"idle_days": IDLE_DAYS, **body},
        begun_at=fact.at,
        last_at=fact.at,
        writers=writers,
        readers=Readers(named=frozenset({fact.by})),
    )


def append(case: Case | None, fact: Fact) -> Case:
    """The case after one more fact. None: before its beginning.

    Raises InputRefusedError `case.fact.…` for a fact of another form, CheckFailedError `case.…` for one that a rule
    refuses at this point.
    """
    if case is None:
        return _begin(fact)
    declared = BOOK.kind(fact.type)
    if case.stage not in declared.when:
        raise refuse(
            "stage",
            f"this cannot happen in a case that is {case.stage.value}",
            expected="a case that is " + " or ".join(sorted(declared.when)),
            hint="reopen it with reasons, if there is something new",
        )
    if case.course.idle_since and not declared.marks & _WHEN_IDLE:
        raise refuse("idle", "this case fell idle", hint="renew it with reasons, or close it")
    after = declared.step(case, fact, BOOK.read(fact))
    if fact.by == SYSTEM or READS in declared.marks:
        return after
    writers = after.writers
    if fact.by not in writers or fact.at < writers[fact.by]:
        writers = {**writers, fact.by: fact.at}
    gathered = after.investigators | ({fact.by} if GATHERS in declared.marks else frozenset())
    return replace(after, last_at=max(after.last_at, fact.at), writers=writers, investigators=gathered)


def fold(facts: Iterable[Fact]) -> Case:
    """The case that these facts make, in their order.

    Raises what `append` raises, or CheckFailedError `case.begun.first` when there are none. Cost: linear.
    """
    case = None
    for fact in facts:
        case = append(case, fact)
    if case is None:
        raise refuse("begun.first", "there is no case without a fact")
    return case


def wish(
    case: Case | None, of_type: str, body: Mapping[str, Any], *, by: MemberId, at: datetime, roles: frozenset[str]
) -> Fact:
    """The fact by which a member does something in a case, when roles and rules allow it.

    Raises CheckFailedError `case.role` when none of the member's roles may write such a fact, `case.reader.…` when
    they may not touch this case, and what `append` raises.
    """
    allowed = KINDS[of_type].by if of_type in KINDS else frozenset({INVESTIGATOR})
    if not roles & allowed:
        raise refuse("role", "your roles do not allow this in a case", expected=" or ".join(sorted(allowed)))
    if case is not None and by in case.readers.barred:
        raise refuse("reader.denied", "you were denied, or are recused from, this case")
    if case is not None and of_type == "person added":
        check_is_new(case, str(body.get("account", "")))
    fact = BOOK.fact(of_type, at=at, by=by, body=body)
    append(case, fact)
    return fact
