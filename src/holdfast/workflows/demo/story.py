"""The story: a simulated community, from its assessment over a case and a sweep to an appeal, on real software.

Every person in it is simulated and every account invented. The members of the office sign with passkeys in software;
everything else (the rules, the seals, the executor, the wikis, the log) is what an office in earnest would use. Who
is acted upon follows from the assessment and the lake. What the program that made the community knows is read once,
by `how_right_it_was`, when everything is done.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from holdfast.clock import system_clock
from holdfast.errors import CheckFailedError
from holdfast.workflows.demo.appealing import appeal
from holdfast.workflows.demo.community import (
    CONDUCT,
    HOLDERS,
    JURISDICTIONS,
    OVERSIGHTERS,
    RULE,
    Community,
    answer_key,
    people_of,
)
from holdfast.workflows.demo.stage import Stage, StoryClock, Tell
from holdfast.workflows.demo.wikis import WIKIS, demo_wikis
from holdfast.workflows.office.opening import OfficePlace, init_office, open_office, place_of

if TYPE_CHECKING:
    pass  # its tables are there once an office is open

DAYS = 13
"""From the freeze to the sweep, as in September 2021 (R3)."""


@contextmanager
def staged(
    folder: Path,
    community: Community,
    *,
    port: int,
    tell: Tell,
    django: Callable[[OfficePlace], Mapping[str, Any]] | None = None,
) -> Iterator[Stage]:
    """The two wikis and a new office while the block runs.

    Raises ServiceUnavailableError `demo.mediawiki`; CheckFailedError `demo.no_finding` for a community in which the
    assessment named nobody, since then there is nothing to tell.
    """
    from holdfast.workflows.demo.throwaway_wiki import require_mediawiki

    require_mediawiki()
    if not community.named:
        raise CheckFailedError(
            "demo.no_finding",
            "the assessment named no accounts that edit together, so there is no case",
            hint="its gate publishes nothing with too few replicates: leave --replicates as it is",
        )
    home, keys = folder / "office", folder / "office-keys"
    clock = StoryClock(system_clock() - timedelta(days=DAYS, minutes=30))
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    tell("two real wikis are being installed and filled with accounts of the community …")
    with demo_wikis(folder, keys, people_of(community)) as wikis:
        tell("both wikis answer; an office is made …")
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
    from holdfast.workflows.access.register import import_file

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
    """Chapter 2: the findings, taken into a case, and judged as far as the lake goes."""
    from holdfast.workflows.demo import investigation  # its tables are there once an office is open

    investigation.investigate(stage)


def freeze(stage: Stage) -> None:
    """Chapter 3: access in J1 and J2 is frozen at once, no fault implied; a review of each person opens."""
    from holdfast.access.freezes.freeze import Removal
    from holdfast.access.freezes.order import Scope
    from holdfast.workflows.demo.cast import two_sign
    from holdfast.workflows.freezes.freeze import propose_freeze
    from holdfast.workflows.freezes.holding import read_freeze
    from holdfast.workflows.tick import tick

    office, steward = stage.office, stage.one("access_steward")
    scope = Scope(rights=frozenset({"checkuser"}), jurisdictions=frozenset({"J1", "J2"}))
    proposal = propose_freeze(office, steward.reader, scope, reason="insiders could be recruited or extorted")
    made = two_sign(office, proposal, steward, stage.one("decider"))
    tick(office)
    frozen = read_freeze(office, steward.reader, made.id)
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
    stage.tell(f"{DAYS} days pass, and every clock of the office runs on each")


def sweep(stage: Stage) -> None:
    """Chapter 5: one plan, signed off and approved, carried out on both wikis exactly once."""
    from holdfast.workflows.acting import plan as plans
    from holdfast.workflows.acting.reconcile import reconcile_plan
    from holdfast.workflows.acting.sweep import run_sweep
    from holdfast.workflows.acting.sweep_facts import sweep_status
    from holdfast.workflows.demo.cast import two_sign
    from holdfast.workflows.tick import tick

    office, who = stage.office, stage.one("investigator")
    stage.plan = plans.draft_plan(office, who.reader, plan_file(stage))
    stage.tell("a plan is tried on both wikis without writing …")
    opened = plans.dry_run(office, who.reader, stage.plan)
    stage.tell(f"the plan of {len(opened.plan.actions)} actions would do what it says; nothing was written")
    stage.one("legal").sign(plans.ask_sign_off(office, who.reader, stage.plan, "J1"))
    proposal = plans.propose_plan(office, who.reader, stage.plan)
    two_sign(office, proposal, stage.one("decider"), stage.one("decider", 1))
    run_sweep(office, stage.plan)
    tick(office)
    _, status = sweep_status(office, stage.one("decider").reader, stage.plan)
    counts = ", ".join(f"{count} {name}" for name, count in sorted(status.counts().items()) if count)
    stage.tell(f"one sweep, signed by two deciders: {status.ending}; steps: {counts}")
    found = reconcile_plan(office, stage.one("decider").reader, stage.plan)
    stage.tell(f"reconciliation of plan, journal, log and both wikis: {len(found)} differences")
    for each in found:
        stage.tell(f"  {each.code.value} on {each.wiki}")


def plan_file(stage: Stage) -> str:
    """The plan, as an investigator writes it: what was decided, and nothing else."""
    today = stage.clock().date()
    until = (today + timedelta(days=365)).isoformat()
    begun, ended = stage.period
    targets = ", ".join(json.dumps(name) for name in stage.warned)
    lines = [
        'plan = "p-simulated-1"',
        f'reference = "case/{stage.case}"',
        'jurisdictions_touched = ["J1"]',
        'jurisdictions_affected = ["J1"]',
        'accepts_unchecked_texts = ["en", "zh-Hans"]',
        *(f'[[wiki]]\nname = "{name}"\nlanguage = "{language}"' for name, language in WIKIS.items()),
        "[every_action]",
        'decider_role = "the response team"',
        'evidence_class = ["public_edits", "statistics"]',
        'milder_step = "None is milder than a warning."',
        'milder_not_enough = "A warning is the first step: it asks to say openly what was arranged."',
        f"[every_action.rule]\ntext = {json.dumps(RULE)}",
        f"[every_action.period]\nstart = {begun}\nend = {ended}",
        '[every_action.appeal]\nappealable = true\nbody = "the review committee"',
        f"can_be_worse = false\nuntil = {until}",
        '[every_action.road_back]\nconditions = "Nothing was taken; a page that tells of it settles it"',
        f'earliest = {today.isoformat()}\ndecider = "the response team"',
        f'[[group]]\nkind = "warning"\nlanguage = "zh-Hans"\ntargets = [{targets}]',
        f"conduct = {json.dumps(CONDUCT)}",
    ]
    return "\n".join(lines) + "\n"


def the_log_verifies(stage: Stage) -> None:
    """Chapter 7: everything that was promised to the public log is there, and a stranger's check passes."""
    from holdfast.record.verify import verify
    from holdfast.workflows.log.client import public_files
    from holdfast.workflows.tick import tick

    tick(stage.office)
    with stage.office.log() as log:
        size, key = log.size, log.verifier_key
    with public_files(str(stage.office.config.log_folder)) as fetch:
        verify(fetch, key=key)
    stage.tell(f"the public log verifies, all {size} entries of it: counts, sealed commitments, the audit's head")


def how_right_it_was(stage: Stage) -> None:
    """After the end: what the program that made the community knows is opened, and compared with what was done."""
    planted, warned = answer_key(stage.community), set(stage.warned)
    named = {account for accounts in stage.community.named.values() for account in accounts}
    stage.tell("the answer key, opened now for the first time: who was planted to edit by arrangement")
    stage.tell(
        f"  {len(planted)} accounts were planted; findings named {len(named & planted)} of them,"
        f" and {len(named - planted)} others"
    )
    stage.tell(
        f"  {len(warned)} were warned: {len(warned & planted)} planted, {len(warned - planted)} wrongly;"
        f" {len(planted - warned)} planted accounts were not acted against"
    )
    again = set(stage.overturned)
    stage.tell(
        f"  {len(again)} warning was overturned on appeal, {len(again & planted)} of them of a planted account"
    )


def invite_visitors(stage: Stage) -> dict[str, str]:
    """A link for each role, by which whoever watches the demo can enter the console in that role."""
    from holdfast.access.rules.console_rules import Because
    from holdfast.store.office import members as store
    from holdfast.store.office.vault import Reader
    from holdfast.workflows.office.members import write_profile

    links = {}
    for role in stage.people:
        member = store.fresh_member_id()
        secret = store.add_member(member, [role], system_clock())
        write_profile(stage.office, Reader.of_the_office(Because.BOOKS), member, ())
        links[role] = f"{stage.office.config.origin}/join/{secret}/"
    return links


CHAPTERS = (fill_register, investigate, freeze, thirteen_days, sweep, appeal, the_log_verifies, how_right_it_was)
