"""The story: a community with a planted group, from the assessment to an appeal that is upheld, on real software.

Every person in it is simulated and every account invented. The members of the office sign with passkeys in software;
everything else (the rules, the seals, the executor, the wikis, the log) is what an office in earnest would use.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests

from holdfast.clock import system_clock
from holdfast.errors import CheckFailedError
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
        init_office(
            home,
            keys,
            name="Simulated office",
            port=port,
            wikis=addresses,
            links_on_this_machine=True,
            clock=clock,
            django=django,
        )
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


def sweep(stage: Stage) -> None:
    """Chapter 5: one plan, signed off and approved, carried out on both wikis exactly once."""
    from holdfast.workflows import plan as plans
    from holdfast.workflows.demo.cast import two_sign
    from holdfast.workflows.reconcile import reconcile_plan
    from holdfast.workflows.sweep import run_sweep, sweep_status
    from holdfast.workflows.tick import tick

    office, who = stage.office, stage.one("investigator")
    stage.plan = plans.draft_plan(office, who.reader, plan_file(stage))
    opened = plans.dry_run(office, who.reader, stage.plan)
    stage.tell(f"a plan of {len(opened.plan.actions)} actions is tried on the wikis without writing anything")
    stage.one("legal").sign(plans.ask_sign_off(office, who.reader, stage.plan, "J1"))
    proposal = plans.propose_plan(office, who.reader, stage.plan)
    two_sign(office, proposal, stage.one("decider"), stage.one("decider", 1))
    run_sweep(office, stage.plan)
    tick(office)
    _, status = sweep_status(office, stage.one("decider").reader, stage.plan)
    counts = ", ".join(f"{count} {name}" for name, count in sorted(status.counts().items()) if count)
    stage.tell(f"one sweep, signed by two deciders: {status.ending}; actions: {counts}")
    found = reconcile_plan(office, stage.one("decider").reader, stage.plan)
    stage.tell(f"reconciliation of plan, journal, log and both wikis: {len(found)} differences")
    for each in found:
        stage.tell(f"  {each.code.value} on {each.wiki}")


def plan_file(stage: Stage) -> str:
    """The plan, as an investigator writes it."""
    names = stage.community.planted
    parts = {"global_ban": names[:7], "rights_removal": names[7:11], "warning": names[11:]}
    today = stage.clock().date()
    until = (today + timedelta(days=365)).isoformat()
    lines = [
        'plan = "p-simulated-1"',
        f'reference = "case/{stage.case}"',
        'jurisdictions_touched = ["J1"]',
        'jurisdictions_affected = ["J1", "J2"]',
        'accepts_unchecked_texts = ["en", "fa", "hr", "zh-Hans", "zh-Hant"]',
        *(f'[[wiki]]\nname = "{name}"\nlanguage = "{language}"' for name, language in WIKIS.items()),
        "[every_action]",
        'decider_role = "the response team"',
        'evidence_class = ["public_edits"]',
        'milder_step = "A talk with the person, and a warning."',
        'milder_not_enough = "The conduct went on after both."',
        '[every_action.rule]\ntext = "Universal Code of Conduct, section 3.1"',
        f"[every_action.period]\nstart = {(today - timedelta(days=300)).isoformat()}\nend = {today.isoformat()}",
        '[every_action.appeal]\nappealable = true\nbody = "the review committee"',
        f"can_be_worse = false\nuntil = {until}",
        f'[every_action.road_back]\nconditions = "A year without the conduct."\nearliest = {until}\n'
        'decider = "the review committee"',
        '[every_action.test]\nlegal = "The terms of use give this power."\n'
        'necessary = "Nothing milder ended the conduct."\nproportional = "It ends when the danger ends."',
    ]
    languages = {"global_ban": "zh-Hans", "rights_removal": "fa", "warning": "hr"}
    for kind, targets in parts.items():
        quoted = ", ".join(f'"{name}"' for name in targets)
        params = {"global_ban": "", "rights_removal": 'groups = "all", ', "warning": None}[kind]
        lines.append(f'[[group]]\nkind = "{kind}"\nlanguage = "{languages[kind]}"\ntargets = [{quoted}]')
        if params is None:
            lines.append('conduct = "Calling selected people to a vote."')
        else:
            lines.append(f'params = {{ {params}reason = "see your talk page" }}')
    return "\n".join(lines) + "\n"


def appeal(stage: Stage) -> None:
    """Chapter 6: somebody appeals from the link in the notice; another person overturns; the block comes off."""
    from holdfast.actions.appeals import Outcome
    from holdfast.actions.orders import UndoOrder
    from holdfast.actions.plan import plan_sha256
    from holdfast.workflows import appeal as appeals
    from holdfast.workflows import appeal_filing, appeal_restoration
    from holdfast.workflows.demo.cast import two_sign
    from holdfast.workflows.plan import read_plan
    from holdfast.workflows.propose import propose
    from holdfast.workflows.sweep import run_sweep

    office, account = stage.office, stage.community.planted[0]
    token = link_in_notice(stage, account)
    stage.tell(
        "a person finds the notice on the talk page, with the rule, the class of evidence, and a link to appeal"
    )
    receipt = appeal_filing.file(office, token, "Simulated: I was at none of these pages.", "zh-Hans")
    reader = stage.one("appeal_reader")
    (waiting,) = appeals.list_appeals(office, reader.reader, state="received").lines
    appeals.find_eligible(office, reader.reader, waiting.stream)
    appeals.assign(office, reader.reader, waiting.stream)
    kept = appeals.read_appeal(office, reader.reader, waiting.stream)
    message = {"en": "Simulated: the evidence was about another account.", "zh-Hans": "模拟：证据与另一账号有关。"}
    appeals.decide(
        office,
        reader.reader,
        waiting.stream,
        Outcome.OVERTURN,
        message,
        public_note="One action of this plan was overturned on appeal.",
    )
    decider = stage.one("decider")
    opened = read_plan(office, decider.reader, stage.plan)
    wish = UndoOrder(
        plan=stage.plan,
        plan_sha256=plan_sha256(opened.plan),
        reason="overturned on appeal",
        actions=(kept.state.route.action,),
    )
    two_sign(office, propose(office, decider.reader, "sweep-undo", wish.to_json()), decider, stage.one("decider", 1))
    run_sweep(office, stage.plan)
    appeal_restoration.note_restored(office)
    answer = appeal_filing.by_receipt(office, receipt)
    stage.tell(
        f"another person reads the whole file; outcome: {answer.outcome}; "
        "the same executor takes the block back on both wikis"
    )


def link_in_notice(stage: Stage, account: str) -> str:
    """The secret part of the appeal's link, read from the person's talk page on the first wiki, as they would."""
    wiki = next(iter(stage.wikis.values()))
    asked = {"title": f"User_talk:{account}", "action": "raw"}
    text = requests.get(f"{wiki.address}/index.php", params=asked, timeout=30).text
    found = re.search(r"/appeal/([A-Za-z0-9_-]+)/", text)
    if found is None:
        raise CheckFailedError("demo.notice", "the notice on the talk page holds no link to appeal")
    return found.group(1)


def the_log_verifies(stage: Stage) -> None:
    """Chapter 7: everything that was promised to the public log is there, and a stranger's check passes."""
    from holdfast.record.verify import verify
    from holdfast.workflows.record import public_files
    from holdfast.workflows.tick import tick

    tick(stage.office)
    with stage.office.log() as log:
        size, key = log.size, log.verifier_key
    with public_files(str(stage.office.config.log_folder)) as fetch:
        verify(fetch, key=key)
    stage.tell(f"the public log verifies, all {size} entries of it: counts, sealed commitments, the audit's head")


def invite_visitors(stage: Stage) -> dict[str, str]:
    """A link for each role, by which whoever watches the demo can enter the console in that role."""
    from holdfast.store.office import members as store
    from holdfast.store.office.vault import Reader
    from holdfast.workflows.members import write_profile

    links = {}
    for role in stage.people:
        member = store.fresh_member_id()
        secret = store.add_member(member, [role], system_clock())
        write_profile(stage.office, Reader.system(), member, ())
        links[role] = f"{stage.office.config.origin}/join/{secret}/"
    return links


CHAPTERS = (fill_register, investigate, freeze, thirteen_days, sweep, appeal, the_log_verifies)
