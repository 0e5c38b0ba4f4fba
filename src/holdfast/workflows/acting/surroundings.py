"""What plans, sweeps and reconciliation share: the office's wikis, and what a plan is held against."""

import os
import secrets
import socket
from collections.abc import Callable, Mapping
from typing import Any

from holdfast.access.rules.console_rules import Because
from holdfast.actions.plans.check import Surroundings
from holdfast.actions.plans.plan import Plan, PlanId
from holdfast.actions.sweeps.crew import Crew
from holdfast.actions.sweeps.means import Means, Patience
from holdfast.audit import Alarm, AlarmKind
from holdfast.facts import StreamId
from holdfast.progress import Progress
from holdfast.store.office.journal import SealedJournal
from holdfast.store.office.outbox import promise
from holdfast.store.office.vault import Reader
from holdfast.wiki.operators import Operators
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.operators import member_accounts, operator_names, operators_of

PLAN, SWEEP = "plan", "sweep"
OPEN_STATES = ("draft", "prepared", "approved")
FROM_A_CLOCK = "drafted by a clock"
"""The tag of plans that follow from another plan or from a person of the register, as clocks draft them."""

OF_A = "of a "
"""Begins the tag of a plan that was signed with something else and is read by its rules: `of a freeze`."""
FOLLOWS = "plan follows"
"""The purpose of the tokens by which plans are found from what they follow from, as KIND/ID."""


def ruled_as(office: Office, identity: str) -> str:
    """The kind by whose rules a plan is read and written: `plan`, or what it was signed with (`freeze`, `review`)."""
    line = office.vault.plain_line(plan_stream(identity))
    tags = line.tags if line is not None else ()
    return next((each.removeprefix(OF_A) for each in tags if each.startswith(OF_A)), PLAN)


def plan_stream(identity: str) -> StreamId:
    """The stream of a plan, named by the plan's own id. Raises UsageError `facts.stream`."""
    return StreamId(kind=PLAN, id=identity)


def sweep_stream(identity: str) -> StreamId:
    """The stream of a plan's sweep."""
    return StreamId(kind=SWEEP, id=identity)


def run_soon(office: Office, identity: str) -> None:
    """Promise a run of a plan's sweep: the next tick carries it on. Inside the transaction that makes it needful."""
    promise("sweep", sweep_stream(identity), office.clock(), part=secrets.token_hex(4))


def surroundings(office: Office, known: Operators) -> Surroundings:
    """What a plan of this office is held against: other open plans, members, operators, the hour."""
    taken: dict[str, PlanId] = {}
    for stream, sealed in office.vault.compute_over(
        Reader.of_the_office(Because.RULE), PLAN, purpose="plans held against each other", states=OPEN_STATES
    ):
        taken |= {key: PlanId(stream.id) for key in sealed.get("targets", ())}
    return Surroundings(
        now=office.clock(),
        taken=taken,
        deciders=member_accounts(office),
        operators=operator_names(known),
        links_to="" if office.config.links_on_this_machine else office.config.origin,
    )


def means_for(
    office: Office,
    plan: Plan,
    journal: SealedJournal,
    *,
    known: Operators | None,
    patience: Patience | None,
    sleep: Callable[[float], None],
    progress: Progress,
) -> Means:
    """What a run of a plan works with. Each of its alarms is one of the office, about the plan's sweep."""
    operators, stream = known or operators_of(office), sweep_stream(plan.id)

    def alarm(code: str, what: str, detail: Mapping[str, Any]) -> None:
        raised = Alarm(kind=AlarmKind.WIKI_DIFFERS, at=office.clock(), object=stream)
        journal.tell(lambda: office.vault.audit.alarm(raised))

    wikis = {wiki for each in plan.actions for wiki in each.action.wikis}
    return Means(
        crew=Crew({wiki: operators.openers_for(wiki) for wiki in wikis}),
        journal=journal,
        clock=office.clock,
        sleep=sleep,
        alarm=alarm,
        patience=patience or Patience(),
        progress=progress,
        runner=f"{socket.gethostname()[:32]} {os.getpid()}",
    )
