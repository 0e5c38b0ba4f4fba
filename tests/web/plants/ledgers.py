"""A wiki's ledgers and a watchlist, with the canary in every text."""

from web.everywhere import CANARY, PlantedOffice


def PLANT(made: PlantedOffice) -> list[str]:
    """A complaint, a recommendation, a watched account."""
    from holdfast.workflows.cases.ledger import write_ledger
    from holdfast.workflows.cases.watchlist import write_watchlist

    office, reader = made.world.office, made.members["investigator"].reader()
    day = "2026-12-01T00:00:00+00:00"
    write_ledger(office, reader, "alpha", "complaint recorded", {"about": CANARY, "page": CANARY, "made_at": day})
    write_ledger(office, reader, "alpha", "recommendation made", {"text": CANARY, "owner": CANARY, "due": day})
    entry = {"account": CANARY, "scope": "all", "wiki": "alpha", "why": CANARY, "until": day}
    write_watchlist(office, reader, "watch added", entry)
    return ["/ledgers/", "/ledgers/alpha/", "/ledgers/watchlist/", "/ledgers/watchlist/looked/"]
