"""Cases in an office for tests: begun, filled, decided; through the workflows. All accounts are made up."""

from dataclasses import dataclass
from typing import Any

from holdfast.cases.case import Case
from store.offices import OfficeWorld, TestMember


@dataclass
class CaseWorld:
    """An office with the people who work on one case."""

    office: OfficeWorld
    investigator: TestMember
    decider: TestMember
    id: str = ""

    def begin(self, title: str = "A simulated case", marking: str = "amber+strict") -> str:
        from holdfast.workflows.cases.case import begin_case

        reader = self.investigator.reader()
        self.id = begin_case(self.office.office, reader, title=title, wikis=["alpha"], marking=marking)
        return self.id

    def write(self, type_: str, by: TestMember | None = None, **body: Any) -> Case:
        from holdfast.workflows.cases.case import write_case

        return write_case(self.office.office, (by or self.investigator).reader(), self.id, type_, body)

    def take(self, content: bytes, **body: Any) -> Case:
        from holdfast.workflows.cases.files import take_evidence

        given = {"name": "page.txt", "media_type": "text/plain", "how": "copied"} | body
        return take_evidence(self.office.office, self.investigator.reader(), self.id, content, given)

    def make_ready(self, account: str = "Simulated suspect") -> None:
        """All that a decision for a ban of p1 needs."""
        self.write("source recorded", kind="public_record", text="the history")
        self.write("source recorded", kind="non_public_data", text="look-ups")
        self.write("person added", account=account, roles=["suspect"])
        self.take(b"an edit", source="s1", kind="conduct", about=["p1"], level="behaviour")
        self.take(b"a look-up", source="s2", kind="technical", about=["p1"])
        for each in ("e1", "e2"):
            self.write("evidence checked", id=each, against="where it comes from", holds=True)
        self.write("taken up", why="checked evidence")
        floor = {"per_1000": 1, "sources": 2, "classes": 2, "reasons": "the floor"}
        self.write("standard set", severity="global_ban", **floor)
        self.write("scores opened")
        self.write("hypothesis put", text="broke the rule", innocent=False)
        self.write("hypothesis put", text="met at an event", innocent=True)
        for each in ("e1", "e2"):
            self.write("evidence rated", hypothesis="h1", item=each, rating="consistent", why="as seen")
            self.write("evidence rated", hypothesis="h2", item=each, rating="inconsistent", why="no event")
        for duty in ("heard", "counsel-offered", "hardship-asked"):
            self.write("duty done", id="p1", duty=duty, how="done", note="as agreed")
        self.write("exculpatory searched", looked_for="events, shared lines")
        self.write("exculpatory shown", self.decider)

    def decide(self) -> None:
        ground = {"person": "p1", "severity": "global_ban", "rule": "UCoC 3.1", "level": "behaviour"}
        self.write("decided", self.decider, outcome="act", reasons="as the file shows", grounds=[ground])


def case_world(office: OfficeWorld) -> CaseWorld:
    return CaseWorld(office=office, investigator=office.member("investigator"), decider=office.member("decider"))


def decided_case(
    office: OfficeWorld, by_severity: dict[str, list[str]], *, investigator: TestMember, decider: TestMember
) -> str:
    """A case that was decided against each of these accounts, written in a few steps; gives its id."""
    from holdfast.workflows.cases.case import begin_case, read_case, write_facts

    world, reader = office.office, investigator.reader()
    case_id = begin_case(world, reader, title="A simulated case", wikis=["alpha"], marking="amber+strict")
    accounts = [(account, severity) for severity, listed in by_severity.items() for account in listed]
    people = {account: f"p{place}" for place, (account, _severity) in enumerate(accounts, 1)}
    item = {"name": "x", "sha256": "ab" * 32, "size_bytes": 1, "media_type": "text/plain", "how": "copied"}
    given: list[tuple[str, dict[str, Any]]] = [
        ("source recorded", {"kind": "public_record", "text": "the history"}),
        ("source recorded", {"kind": "non_public_data", "text": "look-ups"}),
        *(("person added", {"account": account, "roles": ["suspect"]}) for account in people),
        (
            "evidence taken",
            {**item, "source": "s1", "kind": "conduct", "about": [*people.values()], "level": "behaviour"},
        ),
        ("evidence taken", {**item, "source": "s2", "kind": "technical", "about": [*people.values()]}),
        *(("evidence checked", {"id": each, "against": "its source", "holds": True}) for each in ("e1", "e2")),
        ("taken up", {"why": "checked evidence"}),
    ]
    for severity in by_severity:
        low = {"warning": (10, 1, 1), "rights_removal": (2, 2, 2)}.get(severity, (1, 2, 2))
        floor = dict(zip(("per_1000", "sources", "classes"), low, strict=True))
        given.append(("standard set", {"severity": severity, "reasons": "the floor", **floor}))
    given += [
        ("scores opened", {}),
        ("hypothesis put", {"text": "broke the rule", "innocent": False}),
        ("hypothesis put", {"text": "met at an event", "innocent": True}),
    ]
    for each in ("e1", "e2"):
        for hypothesis, rating in (("h1", "consistent"), ("h2", "inconsistent")):
            given.append(
                ("evidence rated", {"hypothesis": hypothesis, "item": each, "rating": rating, "why": "as seen"})
            )
    for person in people.values():
        for duty in ("heard", "counsel-offered", "hardship-asked"):
            given.append(("duty done", {"id": person, "duty": duty, "how": "done", "note": "as agreed"}))
    given.append(("exculpatory searched", {"looked_for": "events, shared lines"}))
    write_facts(world, reader, case_id, given)
    grounds = [
        {"person": people[account], "severity": severity, "rule": "the rules", "level": "behaviour"}
        for account, severity in accounts
    ]
    decision = {"outcome": "act", "reasons": "as the file shows", "grounds": grounds}
    write_facts(world, decider.reader(), case_id, [("exculpatory shown", {}), ("decided", decision)])
    assert read_case(world, decider.reader(), case_id).seen.stage == "decided"
    return case_id


def with_case(office: OfficeWorld, text: str, *, investigator: TestMember, decider: TestMember) -> str:
    """A plan file's text that refers to a case decided for exactly its actions against people."""
    from holdfast.actions.plans.file import parse_plan
    from holdfast.cases.standards import Severity

    by_severity: dict[str, list[str]] = {}
    for each in parse_plan(text.encode(), "plan.toml")[0].actions:
        if each.action.kind in set(Severity) - {Severity.PROTECTION}:
            by_severity.setdefault(each.action.kind, []).append(str(each.action.target))
    case_id = decided_case(office, by_severity, investigator=investigator, decider=decider)
    return f'reference = "case/{case_id}"\n{text}'
