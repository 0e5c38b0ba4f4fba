"""The story: a community with a planted group, from the assessment to an appeal that is upheld, on real software.

Every person in it is simulated and every account invented. The members of the office sign with passkeys in software;
everything else (the rules, the seals, the executor, the wikis, the log) is what an office in earnest would use.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from holdfast.clock import system_clock
from holdfast.workflows.demo.community import (
    HOLDERS,
    JURISDICTIONS,
    OVERSIGHTERS,
    Community,
    people_of,
)
from holdfast.workflows.demo.wikis import WIKIS, DemoWiki, demo_wikis
from holdfast.workflows.office import Office, OfficePlace, init_office, open_office, place_of

if TYPE_CHECKING:
    from holdfast.workflows.demo.cast import Actor  # its tables are there once an office is open

Tell = Callable[[str], None]
DAYS = 13
"""From the freeze to the sweep, as in September 2021 (R3)."""


@dataclass
class StoryClock:
    """Time in the story: it stands on a day of the past and goes on when the story says so, up to the present."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, **more: float) -> datetime:
        """Later by so much, and never after the present."""
        self.now = min(self.now + timedelta(**more), system_clock())
        return self.now


@dataclass
class Stage:
    """Everything that the chapters share."""

    folder: Path
    office: Office
    clock: StoryClock
    wikis: Mapping[str, DemoWiki]
    community: Community
    tell: Tell
    people: dict[str, list["Actor"]] = field(default_factory=dict)
    case: str = ""
    plan: str = ""
    notices: dict[str, str] = field(default_factory=dict)
    """Account to the address of the appeal in its notice."""

    def one(self, role: str, place: int = 0) -> "Actor":
        """A member of the cast."""
        return self.people[role][place]


@contextmanager
def staged(
    folder: Path,
    community: Community,
    *,
    port: int,
    tell: Tell,
    django: Callable[[OfficePlace], Mapping[str, Any]] | None = None,
) -> Iterator[Stage]:
    """The two wikis and a new office while the block runs."""
    from holdfast.workflows.demo.throwaway_wiki import require_mediawiki

    require_mediawiki()
    home, keys = folder / "office", folder / "office-keys"
    clock = StoryClock(system_clock() - timedelta(days=DAYS, minutes=30))
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    tell("two real wikis are installed and filled with the accounts of the community")
    with demo_wikis(folder, keys, people_of(community)) as wikis:
        addresses = {name: (each.api, WIKIS[name]) for name, each in wikis.items()}
        init_office(home, keys, name="Simulated office", port=port, wikis=addresses, clock=clock, django=django)
        place = place_of(home, keys)
        office = open_office(place=place, clock=clock, django=django(place) if django else None)
        from holdfast.workflows.demo.cast import cast

        stage = Stage(folder=folder, office=office, clock=clock, wikis=wikis, community=community, tell=tell)
        stage.people = cast(office)
        tell(
            f"an office with {sum(map(len, stage.people.values()))} simulated members, each with a role and a passkey"
        )
        yield stage


def fill_register(stage: Stage) -> None:
    """Chapter 1: who may see non-public data, under which agreement, and in which class of jurisdiction."""
    from holdfast.workflows.register import import_file

    head = (
        "account,wiki,wiki_language,right,grant_begins,agreement_version,agreement_signed,"
        "jurisdiction,jurisdiction_source,jurisdiction_date\n"
    )
    rows = [
        f"{account},{wiki},{language},{right},2024-01-01,3,2023-12-01,{JURISDICTIONS.get(account, 'J3')},"
        "own statement,2023-12-01\n"
        for accounts, right in ((HOLDERS, "checkuser"), (OVERSIGHTERS, "suppress"))
        for account in accounts
        for wiki, language in WIKIS.items()
    ]
    path = stage.folder / "register.csv"
    path.write_text(head + "".join(rows), encoding="utf-8")
    found = import_file(stage.office, stage.one("access_steward").reader, path, "csv", wiki="", version="")
    stage.tell(f"the register holds {len(found.found.facts)} people; their jurisdictions are classes, J1 to J3")


def investigate(stage: Stage) -> None:
    """Chapter 2: a case; two findings have an innocent explanation, one is weighed against a standard set before."""
    from holdfast.workflows.case import begin_case, write_case
    from holdfast.workflows.case_files import import_findings, take_evidence

    office, who = stage.office, stage.one("investigator")
    stage.case = begin_case(
        office, who.reader, title="Simulated: acting together on two wikis", wikis=list(WIKIS), marking="amber+strict"
    )

    def write(of_type: str, by: "Actor" = who, **body: Any) -> Any:
        return write_case(office, by.reader, stage.case, of_type, body)

    write("source recorded", kind="public_record", text="the wikis' public history")
    write("source recorded", kind="non_public_data", text="look-ups under the policy")
    case = write("person added", account=stage.community.planted[0], roles=["suspect"])
    for account in stage.community.planted[1:]:
        case = write("person added", account=account, roles=["suspect"])
    people = list(case.people)
    for content, source, kind in ((b"simulated edits", "s1", "conduct"), (b"simulated look-ups", "s2", "technical")):
        given = {"name": "page.txt", "media_type": "text/plain", "how": "copied", "source": source, "kind": kind}
        level = {"level": "behaviour"} if kind == "conduct" else {}
        case = take_evidence(office, who.reader, stage.case, content, {**given, "about": people, **level})
    for each in list(case.evidence):
        write("evidence checked", id=each, against="the wiki's own log", holds=True)
    write("taken up", why="checked evidence")
    import_findings(office, who.reader, stage.case, stage.community.findings)
    for severity in ("global_ban", "rights_removal", "warning"):
        write(
            "standard set", severity=severity, per_1000=1, sources=2, classes=2, reasons="the floor for the gravest"
        )
    write("scores opened")
    _weigh_innocence(stage, write)
    write("hypothesis put", text="these accounts act as one against the rules", innocent=False)
    write("hypothesis put", text="a course, a meet-up or a shared list of work", innocent=True)
    for each in list(case.evidence):
        write("evidence rated", hypothesis="h1", item=each, rating="consistent", why="as the log shows")
        write(
            "evidence rated", hypothesis="h2", item=each, rating="inconsistent", why="no event, course or list exists"
        )
    for person in people:
        for duty in ("heard", "counsel-offered", "hardship-asked"):
            write("duty done", id=person, duty=duty, how="done", note="simulated")
    write("exculpatory searched", looked_for="events, courses, shared lines, common lists of work")
    decider = stage.one("decider")
    write("exculpatory shown", decider)
    grounds = [
        {"person": person, "severity": severity, "rule": "UCoC 3.1", "level": "behaviour"}
        for person, severity in zip(people, _severities(len(people)), strict=True)
    ]
    write("decided", decider, outcome="act", reasons="as the file shows", grounds=grounds)
    stage.tell(
        f"a case about {len(people)} accounts is decided, under a standard that was set before scores were seen"
    )


def _severities(count: int) -> list[str]:
    """Seven bans, four removals of rights, the rest warnings."""
    return (["global_ban"] * 7 + ["rights_removal"] * 4 + ["warning"] * count)[:count]


def _weigh_innocence(stage: Stage, write: Callable[..., Any]) -> None:
    """Two of the findings are a class of newcomers and a meet-up: they are association, and weigh nothing."""
    planted = set(stage.community.planted)
    explained = sum(bool(names) and not planted & set(names) for names in stage.community.names_in_findings.values())
    stage.tell(
        f"{explained} of the findings are about others (a class, a meet-up, a farm of accounts): not this case"
    )


def freeze(stage: Stage) -> None:
    """Chapter 3: access in J1 and J2 is frozen at once, no fault implied; a review of each person opens."""
    from holdfast.access.freeze import Removal
    from holdfast.access.freeze_order import Scope
    from holdfast.workflows.demo.cast import two_sign
    from holdfast.workflows.freeze import propose_freeze, read_freeze
    from holdfast.workflows.tick import tick

    office, steward = stage.office, stage.one("access_steward")
    scope = Scope(rights=frozenset({"checkuser"}), jurisdictions=frozenset({"J1", "J2"}))
    proposal = propose_freeze(office, steward.reader, scope, reason="insiders could be recruited or extorted")
    address = two_sign(office, proposal, steward, stage.one("decider"))
    tick(office)
    frozen = read_freeze(office, steward.reader, address.split("/")[2])
    gone = [state for state in frozen.removals.values() if state is Removal.REMOVED]
    count = office.vault.count("review", state="open")
    stage.tell(
        f"protective, no fault: the access of {count} people is frozen; {len(gone)} of {len(frozen.order.items)} "
        "rights on the wikis are removed and read back, and a review of each person is open"
    )


def thirteen_days(stage: Stage) -> None:
    """Chapter 4: reviews begin, clocks run."""
    from holdfast.workflows.tick import tick

    for _ in range(DAYS):
        stage.clock.go_on(days=1)
        tick(stage.office)
    stage.tell(f"{DAYS} days pass")
