"""The case of the story: from the assessment's findings to a decision that goes as far as the evidence carries.

Who is a person of the case, and why, comes from the findings and from the lake (`shown`), never from what the program
that made the community knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from holdfast.canonical import sha256_hex
from holdfast.cases.case import Case
from holdfast.cases.taken_findings import Outcome, TakenFinding
from holdfast.errors import CheckFailedError
from holdfast.workflows.analysis.coordination import MEASURE
from holdfast.workflows.cases.case import begin_case, read_case, write_case
from holdfast.workflows.cases.files import evidence_bytes, import_findings, take_evidence
from holdfast.workflows.demo.community import RULE
from holdfast.workflows.demo.shown import RULES, Shown, edits_file, judged, shown
from holdfast.workflows.demo.wikis import WIKIS

if TYPE_CHECKING:
    from holdfast.workflows.demo.cast import Actor
    from holdfast.workflows.demo.stage import Stage

ASKED = {"warning": (1, 1), "rights_removal": (2, 2), "global_ban": (2, 2)}
"""Independent sources and classes of evidence, for each severity; the rate is `PER_1000` for all."""
PER_1000 = 1  # innocent accounts in 1,000 that the story's standards tolerate; invented
_ALONE, _ARRANGED = "h1", "h2"


@dataclass(frozen=True, kw_only=True)
class Investigation:
    """One case, as its investigator and its decider work on it."""

    stage: "Stage"
    case: str

    @property
    def who(self) -> "Actor":
        """The investigator."""
        return self.stage.one("investigator")

    def write(self, of_type: str, by: "Actor | None" = None, **body: Any) -> Case:
        """One fact, as a page of the case writes it."""
        return write_case(self.stage.office, (by or self.who).reader, self.case, of_type, body)

    def read(self) -> Case:
        """The case as the investigator sees it."""
        return read_case(self.stage.office, self.who.reader, self.case).seen


def investigate(stage: "Stage") -> None:
    """Findings are taken into a case, their innocent explanations are judged, and it is decided."""
    stage.case = begin_case(
        stage.office,
        stage.one("investigator").reader,
        title="Simulated: accounts that edit together",
        wikis=list(WIKIS),
        marking="amber+strict",
    )
    work = Investigation(stage=stage, case=stage.case)
    taken = import_findings(stage.office, work.who.reader, stage.case, stage.community.findings)
    work.write("taken up", why="the findings of an assessment")
    for severity, (sources, classes) in ASKED.items():
        work.write(
            "standard set", severity=severity, per_1000=PER_1000, sources=sources, classes=classes, reasons=RULES
        )
    work.write("scores opened")
    stage.tell(
        f"{taken} findings are taken into a case; its standard of proof was set before their scores were opened"
    )
    standing = _judge(work)
    people = _people(work, standing)
    items = _evidence(work, standing, people)
    _compare(work, standing, items)
    _decide(work, people)
    stage.warned = tuple(sorted(people.values()))
    periods = [finding.period for name, finding in work.read().findings.items() if name in standing]
    stage.period = (min(str(begun) for begun, _ in periods), max(str(ended) for _, ended in periods))


def _judge(work: Investigation) -> dict[str, Shown]:
    """Test each innocent explanation of each finding on the lake; the findings that still stand, by id."""
    stage, standing = work.stage, {}
    for finding in work.read().findings.values():
        if finding.measure != MEASURE:
            continue
        seen = shown(stage.community.lake, stage.community.wiki, stage.community.named[finding.named])
        outcomes = judged(finding, seen)
        for name, (outcome, why) in outcomes.items():
            work.write("explanation judged", finding=finding.id, explanation=name, outcome=outcome.value, why=why)
        stage.tell(f"  {_said(finding, seen, {outcome for outcome, _ in outcomes.values()})}")
        if all(outcome is Outcome.RULED_OUT for outcome, _ in outcomes.values()):
            standing[finding.id] = seen
    if not standing:
        raise CheckFailedError(
            "demo.nothing_stands",
            "no finding of this community stands against every innocent explanation: nobody is acted against",
            hint="play the story with the community that the demo makes by itself",
        )
    return standing


def _said(finding: TakenFinding, seen: Shown, outcomes: set[Outcome]) -> str:
    named = f"{len(seen.members)} accounts, {seen.occasions} joint edits on {seen.days} days"
    if Outcome.EXPLAINS in outcomes:
        return f"{named}: an event explains it; nobody becomes a person of the case"
    if Outcome.CANNOT_TELL in outcomes:
        return f"{named}: the lake cannot tell it from people who look after the same pages; nobody is acted against"
    return f"{named}: every innocent explanation is ruled out (at most {finding.per_1000:.2f} of 1,000 named wrongly)"


def _last(items: Mapping[str, Any]) -> str:
    """What was added last."""
    return list(items)[-1]


def _people(work: Investigation, standing: Mapping[str, Shown]) -> dict[str, str]:
    """The members of the findings that stand become people of the case; person to account."""
    people: dict[str, str] = {}
    for finding, seen in standing.items():
        for account in seen.members:
            if account not in people.values():
                case = work.write("person added", account=account, roles=["suspect"])
                people[_last(case.people)] = account
            person = next(name for name, held in people.items() if held == account)
            work.write("finding tied", finding=finding, person=person, label=account)
    work.stage.tell(f"{len(people)} accounts of the findings that stand become people of the case")
    return people


def _evidence(work: Investigation, standing: Mapping[str, Shown], people: Mapping[str, str]) -> list[str]:
    """What the lake shows of each person's own edits, kept as a file and compared with the lake once more."""
    office, community, reader = work.stage.office, work.stage.community, work.who.reader
    case = work.read()
    tool = case.findings[next(iter(standing))].source
    case = work.write(
        "source recorded", kind="public_record", text="the history of the community's wiki, in the lake"
    )
    record = _last(case.sources)
    # the assessment is a computation over that history: together they are one source
    work.write("sources tied", one=record, other=tool, why="the assessment was computed from this history")
    items = list(standing)
    for seen in standing.values():
        for account in seen.members:
            person = next(name for name, held in people.items() if held == account)
            content = edits_file(community.lake, community.wiki, seen.members, account)
            body = {
                "name": f"joint-edits-{person}.json",
                "media_type": "application/json",
                "how": "a query on the lake; the file holds the query, what it read and its rows",
                "source": record,
                "kind": "conduct",
                "level": "behaviour",
                "about": [person],
            }
            case = take_evidence(office, reader, work.case, content, body)
            item = _last(case.evidence)
            again = edits_file(community.lake, community.wiki, seen.members, account)
            holds = evidence_bytes(office, reader, work.case, item) == again
            work.write(
                "evidence checked",
                id=item,
                against=f"the same query on the lake, asked again: SHA-256 {sha256_hex(again)}",
                holds=holds,
            )
            items.append(item)
    work.stage.tell(
        f"{len(items) - len(standing)} files of evidence: each person's own edits, by queries on the lake"
    )
    return items


def _compare(work: Investigation, standing: Mapping[str, Shown], items: list[str]) -> None:
    """Two hypotheses, each item held against both; what speaks for the people is looked for and kept."""
    work.write(
        "hypothesis put", text="Each edits for reasons of their own: an interest, an event, a notice", innocent=True
    )
    work.write("hypothesis put", text="They edit by an arrangement that no page of the wiki tells of", innocent=False)
    seen = next(iter(standing.values()))
    joint, edits = (sum(each[place] for each in seen.edits.values()) for place in (1, 0))
    why = f"{joint} of {edits} edits are joint, on {seen.days} days; no page of an event or list was found"
    for item in items:
        work.write("evidence rated", hypothesis=_ALONE, item=item, rating="inconsistent", why=why)
        work.write("evidence rated", hypothesis=_ARRANGED, item=item, rating="consistent", why=why)
    for each in standing.values():
        others = each.occasions - each.alone
        work.write(
            "exculpatory recorded",
            text=f"On {others} of {each.occasions} occasions accounts outside the finding edited the page too."
            f" The lake holds {each.blocks} blocks of these accounts. It does not show what was agreed elsewhere.",
        )
    work.write("exculpatory searched", looked_for="pages of events, courses and lists; blocks; edits of their own")


def _decide(work: Investigation, people: Mapping[str, str]) -> None:
    """The decider asks for more than the evidence carries, is refused, and decides what it carries: a warning."""
    stage, decider = work.stage, work.stage.one("decider")
    for person in people:
        for duty in ("heard", "counsel-offered", "hardship-asked"):
            work.write("duty done", id=person, duty=duty, how="done", note="simulated: asked, and no answer came")
    work.write("exculpatory shown", decider)

    def decide(severity: str) -> None:
        grounds = [
            {"person": person, "severity": severity, "rule": RULE, "level": "behaviour"} for person in sorted(people)
        ]
        reasons = (
            "Every innocent explanation that the lake can test is ruled out; one source carries no more than this."
        )
        work.write("decided", decider, outcome="act", reasons=reasons, grounds=grounds)

    for severity in ("global_ban", "rights_removal"):
        try:
            decide(severity)
        except CheckFailedError as refused:
            if refused.code != "case.standard.not_met":
                raise
            stage.tell(f"a {severity.replace('_', ' ')} is refused by the standard: it asks for {refused.expected}")
        else:
            raise CheckFailedError("demo.standard", f"a {severity} was decided on one source")
    decide("warning")
    stage.tell(f"decided: {len(people)} warnings, the least of all actions against a person, and no more")
