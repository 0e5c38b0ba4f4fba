"""Appeals with the canary in every text: offered, filed twice, decided; and an action that cannot be appealed."""

from datetime import timedelta

from web.everywhere import CANARY, PlantedOffice


def PLANT(made: PlantedOffice) -> list[str]:
    """Three appeals, and a no."""
    from holdfast.appeals.appeal import Outcome
    from holdfast.workflows.appeals import appeal, no_appeal
    from holdfast.workflows.appeals import filing as appeal_filing
    from workflows.office_appeals import route

    office, reader = made.world.office, made.members["appeal_reader"].reader()
    numbers = []
    # how often each is filed: not at all, beside what a stranger sends, alone
    for number, times in enumerate((0, 2, 1)):
        action = f"p-canary/{number:03d}"
        url = appeal.make_link(office, route(made.world, action=action, plan="p-canary", account=CANARY))
        appeal.put_in_force(office, "p-canary", {made.members["decider"].member: CANARY})
        for _ in range(times):
            appeal_filing.file(office, url.rstrip("/").rpartition("/")[2], f"{CANARY} objects", "en")
        numbers.append((office.vault.holding(appeal.ACTION, action) or [appeal.stream_for(action)])[0])
    appeal.find_eligible(office, reader, numbers[2])
    appeal.assign(office, reader, numbers[2])
    appeal.decide(office, reader, numbers[2], Outcome.REMAND, f"{CANARY} told", asked_back=CANARY)
    refused = no_appeal.begin(
        office,
        route(made.world, action="p-canary/no", plan="p-canary", account=CANARY),
        legal_ground=f"{CANARY} ground",
        may_lift=f"{CANARY} counsel",
        until=made.world.clock() + timedelta(days=90),
        signers=frozenset({made.members["decider"].member, made.members["legal"].member}),
        by=made.members["legal"].member,
    )
    steps = ("take-up", "take", "refuse", "decide", "stand-aside", "link", "in-force", "undo")
    return [
        "/appeals/",
        "/appeals/table/",
        *(f"/appeals/table/{form}/" for form in ("json", "csv", "html")),
        *(f"/appeals/{each.id}/" for each in numbers),
        *(f"/appeals/{numbers[0].id}/{step}/" for step in steps),
        f"/appeals/{numbers[2].id}/questions/",
        "/no-appeals/",
        *(f"/no-appeals/{refused.id}/{step}" for step in ("", "again/")),
    ]
