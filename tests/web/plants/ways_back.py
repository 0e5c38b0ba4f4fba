"""A way back that waits, so that every start page tells of it."""

from holdfast.crypto.master_key import split
from web.everywhere import PlantedOffice


def PLANT(made: PlantedOffice) -> list[str]:
    """One, for the custodian's seat."""
    from holdfast.workflows.access.way_back import ask

    office = made.world.office
    ask(office, made.members["custodian"].member, split(office.place.master)[:3])
    return ["/"]
