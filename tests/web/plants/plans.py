"""Plans with the canary in every text: a draft, and one that was swept with a target held."""

from holdfast.accounts.names import AccountName
from web.everywhere import CANARY, PlantedOffice
from workflows.paper_office import PaperOperators, approved, swept, text_of


def PLANT(made: PlantedOffice) -> list[str]:
    """A draft and a sweep whose desysop is held, because somebody gave the target another group."""
    from holdfast.workflows.acting.plan import draft_plan

    world = made.world
    draft_plan(world.office, made.members["investigator"].reader(), text_of("p-draft", "D 1", f"D {CANARY}", "D 3"))
    names = [f"{CANARY} {number}" for number in range(3)]
    operators = PaperOperators(*names)
    plan = approved(world, made.members, text_of("p-swept", *names, conduct=f'"{CANARY}"'), operators)
    given = {"bureaucrat": "infinity"}
    operators.wikis["eastwiki"].hand("Meddler").change_groups(AccountName(names[1]), add=given, remove=[], reason="")
    swept(world, plan, operators)
    steps = ("dry-run", "sign-off", "put-forward", "condition", "aftercare", "close", "give-up", "decide", "undo")
    return [
        "/plans/",
        "/plans/new/",
        "/plans/p-draft/",
        *(f"/plans/p-draft/{step}/" for step in (*steps, "draft")),
        *(f"/plans/p-swept/{page}" for page in ("", "notices/", "progress/", "progress/part/", "reconciliation/")),
    ]
