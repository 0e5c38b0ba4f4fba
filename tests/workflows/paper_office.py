"""Plans of an office carried out on paper wikis: everything but the wikis is real."""

from collections.abc import Callable
from typing import Any

from actions.paper_wiki import PaperHand, PaperWiki
from actions.sweeping import HASTE, HEAD, group
from holdfast.actions.plans.planning import prepare, with_reports
from holdfast.ids import WikiName
from store.offices import OfficeWorld, TestMember
from workflows.case_steps import with_case

TARGETS = ("Simulated One", "Simulated Two", "Simulated Three")


class PaperOperators:
    """What a sweep asks of the operators' file."""

    def __init__(self, *names: str) -> None:
        self.wikis = {name: PaperWiki(name) for name in ("eastwiki", "westwiki")}
        for wiki in self.wikis.values():
            for name in names or TARGETS:
                wiki.add(name, "sysop")

    def openers_for(self, wiki: str) -> tuple[Callable[[], PaperHand], ...]:
        return tuple(lambda who=who: self.wikis[wiki].hand(who) for who in ("Warden", "Warden2"))


def text_of(identity: str, *names: str, **more: str) -> str:
    """A plan that bans the first, desysops the second, warns the third."""
    first, second, third = names or TARGETS
    return HEAD.replace('"p-1"', f'"{identity}"') + "".join(
        (
            group("global_ban", [first], '{ reason = "see your talk page" }'),
            group("rights_removal", [second], '{ groups = "all", reason = "see your talk page" }'),
            group("warning", [third], conduct=more.get("conduct", '"calling people to a vote"')),
        )
    )


def prepared(world: OfficeWorld, people: dict[str, TestMember], text: str, operators: PaperOperators) -> str:
    """A draft on a decided case, prepared on the paper wikis as the dry run prepares it on real ones."""
    from holdfast.workflows.acting import plan as plans

    investigator, decider = people["investigator"], people["decider"]
    text = with_case(world, text, investigator=investigator, decider=decider)
    identity = plans.draft_plan(world.office, investigator.reader(), text)
    tried(world, investigator, identity, operators)
    return identity


def tried(world: OfficeWorld, investigator: TestMember, identity: str, operators: PaperOperators) -> None:
    """The dry run of a draft, on the paper wikis."""
    from holdfast.actions.sweeps.course import Standing
    from holdfast.workflows.acting import plan as plans

    office, reader = world.office, investigator.reader()
    opened = plans.read_plan(office, reader, identity)
    hands: Any = {WikiName(name): wiki.hand("Warden") for name, wiki in operators.wikis.items()}
    link = plans.appeal_links(office, opened.draft)
    plan = prepare(opened.draft, hands, appeal_link=link, now=office.clock(), places=opened.course.places)
    plan = with_reports(plan, collateral={"wikis": []}, preflight={"problems": []})
    body = {"plan": plan.to_json(), "collateral": {"wikis": []}, "preflight": {"problems": []}}
    plans.write_plan(office, reader, opened, "prepared", body, Standing.PREPARED, plan)


def approved(world: OfficeWorld, people: dict[str, TestMember], text: str, operators: PaperOperators) -> str:
    """Prepared, signed off by the lawyer, approved by two deciders."""
    from holdfast.workflows.acting import plan as plans

    investigator, second = people["investigator"], world.member("decider")
    identity = prepared(world, people, text, operators)
    people["legal"].sign(plans.ask_sign_off(world.office, investigator.reader(), identity, "J1"))
    proposal = plans.propose_plan(world.office, investigator.reader(), identity)
    world.approve(proposal, people["decider"], second)
    world.carry_out(proposal, second)
    return identity


def swept(world: OfficeWorld, identity: str, operators: PaperOperators) -> Any:
    """The outcome of a run."""
    from holdfast.workflows.acting.sweep import run_sweep

    return run_sweep(world.office, identity, known=operators, patience=HASTE, sleep=lambda _: None)  # type: ignore[arg-type]
