"""The plan of a freeze with the canary in every name, swept with one target held."""

from web.everywhere import CANARY, PlantedOffice
from workflows.paper_rights import PaperKeys, planning_on, refusing, registered


def PLANT(made: PlantedOffice) -> list[str]:
    """Two people on paper wikis; one wiki refuses to take from the first."""
    from holdfast.access.freezes.order import Scope
    from holdfast.facts import StreamId
    from holdfast.workflows.acting.follows import lines_of
    from holdfast.workflows.freezes.freeze import propose_freeze, propose_lift
    from workflows.paper_office import swept

    world, steward, decider = made.world, made.members["access_steward"], made.members["decider"]
    names = [f"{CANARY} paper {number}" for number in range(2)]
    operators = PaperKeys(*names)
    registered(world.office, steward, operators, *names, place="J7")
    scope = Scope(rights=frozenset({"checkuser"}), jurisdictions=frozenset({"J7"}))
    with planning_on(operators):
        proposal = propose_freeze(world.office, steward.reader(), scope, reason=f"{CANARY} reason")
    world.approve(proposal, steward, decider)
    number = world.carry_out(proposal, decider).id
    ((taking, _),) = lines_of(world.office, StreamId(kind="freeze", id=number))
    refusing(operators.wikis["eastwiki"], names[0])
    swept(world, taking.stream.id, operators)
    with planning_on(operators):
        propose_lift(world.office, steward.reader(), number, reason=f"{CANARY} end")
    pages = ("", "notices/", "progress/", "progress/part/", "reconciliation/")
    return [f"/freezes/{number}/", *(f"/plans/{taking.stream.id}/{page}" for page in pages)]
