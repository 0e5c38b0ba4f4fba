"""What plans, sweeps and reconciliation share: the office's wikis, and what a plan is held against."""

import secrets

from holdfast.actions.plans.check import Surroundings
from holdfast.actions.plans.plan import PlanId
from holdfast.facts import StreamId
from holdfast.store.office.outbox import promise
from holdfast.store.office.vault import Reader
from holdfast.wiki.operators import Operators
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.operators import member_accounts, operator_names

PLAN, SWEEP = "plan", "sweep"
OPEN_STATES = ("draft", "prepared", "approved")
FROM_A_CLOCK = "drafted by a clock"
"""The tag of plans that follow from another plan or from a person of the register, as clocks draft them."""


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
        Reader.system(), PLAN, purpose="plans held against each other", states=OPEN_STATES
    ):
        taken |= {key: PlanId(stream.id) for key in sealed.get("targets", ())}
    return Surroundings(
        now=office.clock(),
        taken=taken,
        deciders=member_accounts(office),
        operators=operator_names(known),
        links_to="" if office.config.links_on_this_machine else office.config.origin,
    )
