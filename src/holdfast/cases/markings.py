"""Markings: who may see a thing. They follow the Traffic Light Protocol 2.0 and gate every query and export (2.5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from holdfast.cases._kind import APPEAL_READER, CUSTODIAN, DECIDER, INVESTIGATOR, LEGAL
from holdfast.facts import MemberId


class Marking(StrEnum):
    """From what anybody may see to what only named people may see."""

    CLEAR = "clear"
    GREEN = "green"
    """The community."""
    AMBER = "amber"
    """Those who work on cases, and counsel."""
    AMBER_STRICT = "amber+strict"
    """Those who work on cases."""
    RED = "red"
    """Those named in the case for it, and the appeal body, which reads the file whole (D3)."""

    @property
    def height(self) -> int:
        """0 for clear, 4 for red."""
        return list(Marking).index(self)


CLEARANCE: Mapping[str, Marking] = {
    INVESTIGATOR: Marking.AMBER_STRICT,
    DECIDER: Marking.AMBER_STRICT,
    LEGAL: Marking.AMBER_STRICT,
    APPEAL_READER: Marking.RED,
    CUSTODIAN: Marking.CLEAR,
    "counsel": Marking.AMBER,
}
"""The highest marking that a role opens by itself. A role that is not listed opens none."""


@dataclass(frozen=True, kw_only=True)
class Reader:
    """A person who reads, with the roles that count here."""

    member: MemberId
    roles: frozenset[str]


def is_open_to(marking: Marking, reader: Reader, named: frozenset[MemberId]) -> bool:
    """Whether a marking lets this reader see; `named` are those whom the case names for red things."""
    if reader.member in named and reader.roles & set(CLEARANCE):
        return True
    clearances = [CLEARANCE[role].height for role in reader.roles if role in CLEARANCE]
    return bool(clearances) and marking.height <= max(clearances)
