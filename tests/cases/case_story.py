"""A case told fact by fact, as the console would write it. All accounts are simulated."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from holdfast.cases.case import Case, append, fold, wish
from holdfast.facts import Fact, MemberId

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
INVESTIGATOR = MemberId("m-0000000000a1")
SECOND = MemberId("m-0000000000a2")
DECIDER = MemberId("m-0000000000d1")
LEGAL = MemberId("m-0000000000e1")
CUSTODIAN = MemberId("m-0000000000c1")
ROLES = {INVESTIGATOR: "investigator", SECOND: "investigator", DECIDER: "decider", LEGAL: "legal"} | {
    CUSTODIAN: "custodian"
}
HASH = "ab" * 32


class Told:
    """A case in the making."""

    def __init__(self, **beginning: Any) -> None:
        self.facts: list[Fact] = []
        self.case: Case | None = None
        body = {"title": "A simulated case", "wikis": ["alpha"], "marking": "amber+strict"} | beginning
        self.tell("begun", **body)

    @property
    def state(self) -> Case:
        assert self.case is not None
        return self.case

    def tell(self, type_: str, by: MemberId = INVESTIGATOR, at: datetime | None = None, **body: Any) -> Fact:
        at = at or START + timedelta(minutes=len(self.facts))
        roles = frozenset({ROLES.get(by, "clock")})
        fact = wish(self.case, type_, body, by=by, at=at, roles=roles)
        self.case = append(self.case, fact)
        self.facts.append(fact)
        assert fold(self.facts) == self.case
        return fact

    def source(self, name: str, kind: str = "public_record", **more: Any) -> None:
        self.tell("source recorded", id=name, kind=kind, text="a simulated source", **more)

    def person(self, name: str, *roles: str) -> None:
        self.tell("person added", id=name, account=f"Simulated {name}", roles=list(roles or ("suspect",)))

    def evidence(self, item: str, source: str, kind: str = "conduct", *, checked: bool = True, **more: Any) -> None:
        body: Mapping[str, Any] = {
            "id": item,
            "name": f"{item}.txt",
            "sha256": HASH,
            "size_bytes": 3,
            "media_type": "text/plain",
            "source": source,
            "how": "copied from the public history",
            "kind": kind,
        }
        self.tell("evidence taken", **{**body, **more})
        if checked:
            self.tell("evidence checked", id=item, against="the wiki's history", holds=True)

    def duties(self, name: str, by: MemberId = INVESTIGATOR) -> None:
        for duty in self.state.people[name].duties():
            self.tell("duty done", by=by, id=name, duty=duty, how="done", note="as agreed")

    def standard(self, severity: str = "global_ban") -> None:
        floor = {"warning": (10, 1, 1), "rights_removal": (2, 2, 2), "global_ban": (1, 2, 2)}[severity]
        per_1000, sources, classes = floor
        self.tell(
            "standard set",
            severity=severity,
            per_1000=per_1000,
            sources=sources,
            classes=classes,
            reasons="the floor",
        )

    def hypotheses(self, *items: str) -> None:
        self.tell("hypothesis put", id="guilty", text="the rule was broken knowingly", innocent=False)
        self.tell("hypothesis put", id="meetup", text="they met at a public event", innocent=True)
        for item in items:
            self.tell("evidence rated", hypothesis="guilty", item=item, rating="consistent", why="as seen")
            self.tell("evidence rated", hypothesis="meetup", item=item, rating="inconsistent", why="no event then")

    def look_for_what_exonerates(self) -> None:
        self.tell("exculpatory searched", looked_for="public pages of events, earlier disputes, shared lines")
        self.tell("exculpatory shown", by=DECIDER)

    def decide(self, *grounds: tuple[str, str, str], outcome: str = "act", by: MemberId = DECIDER) -> None:
        listed = [
            {"person": person, "severity": severity, "rule": "UCoC 3.1", "level": level}
            for person, severity, level in grounds
        ]
        self.tell("decided", by=by, outcome=outcome, reasons="as the file shows", grounds=listed)


FINDING: dict[str, Any] = {
    "named": "coordination-co_action-001",
    "file_sha256": HASH,
    "wiki": "alpha",
    "area": "coordination",
    "measure": "co_action",
    "period": ["2025-01-01", "2025-07-01"],
    "null": "exchanges inside kinds and weeks",
    "claim": "4 accounts act on the same pages close in time",
    "effect": "31 joint actions",
    "p": 0.001,
    "q": 0.01,
    "evidence": [{"caption": "The accounts", "columns": ["account", "joint"], "rows": [["P-AAAABBBBCCCC", 9]]}],
    "tell_apart": "look for a public page of an event",
    "looked_at": 40,
    "per_1000": 0.4,
    "innocent": [{"text": "the same newsletter", "tested": "not tested with these data"}],
}


def ready(*, severity: str = "global_ban") -> Told:
    """A case with all that a decision against p1 needs, short of the decision."""
    told = Told()
    told.source("history")
    told.source("checks", "non_public_data")
    told.person("p1")
    told.evidence("e1", "history", about=["p1"], level="behaviour")
    told.evidence("e2", "checks", "technical", about=["p1"])
    told.tell("taken up", why="checked evidence")
    told.standard(severity)
    told.tell("scores opened")
    told.hypotheses("e1", "e2")
    told.duties("p1")
    told.look_for_what_exonerates()
    return told


def decided() -> Told:
    """A case decided for a global ban of p1."""
    told = ready()
    told.decide(("p1", "global_ban", "behaviour"))
    return told
