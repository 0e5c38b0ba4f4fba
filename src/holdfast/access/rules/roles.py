"""The eight roles of the console, and which of them check each other, so that nobody may hold both."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from holdfast.errors import CheckFailedError, UsageError


class Role(StrEnum):
    """What somebody does in the console. The values are stored and never change."""

    ACCESS_STEWARD = "access_steward"
    INVESTIGATOR = "investigator"
    DECIDER = "decider"
    LEGAL = "legal"
    APPEAL_READER = "appeal_reader"
    CUSTODIAN = "custodian"
    AUDITOR = "auditor"
    OPERATOR = "operator"


MEANS: Mapping[Role, str] = {
    Role.ACCESS_STEWARD: "keeps the register, prepares freezes and leads reviews",
    Role.INVESTIGATOR: "works on cases and drafts plans",
    Role.DECIDER: "decides cases, approves freezes and plans, reads reviews a second time",
    Role.LEGAL: "signs off what a plan does in each jurisdiction",
    Role.APPEAL_READER: "reads the whole file of an appeal and decides it",
    Role.CUSTODIAN: "opens or refuses an identity, and seals a notice, against a written motive",
    Role.AUDITOR: "reads who read, decided and did what",
    Role.OPERATOR: "runs the machine: members, keys, backups, clocks; reads nothing sealed",
}

_CHECKS: Mapping[Role, frozenset[Role]] = {
    # who looks for evidence does not judge it, and who judged does not hear the appeal
    Role.INVESTIGATOR: frozenset({Role.DECIDER, Role.LEGAL, Role.APPEAL_READER, Role.CUSTODIAN}),
    Role.DECIDER: frozenset({Role.LEGAL, Role.APPEAL_READER, Role.CUSTODIAN}),
    Role.LEGAL: frozenset({Role.APPEAL_READER}),
    # a review of a freeze may be appealed; a motive for an identity comes from a steward or an investigator
    Role.ACCESS_STEWARD: frozenset({Role.APPEAL_READER, Role.CUSTODIAN}),
    Role.APPEAL_READER: frozenset({Role.CUSTODIAN}),
    # the auditor looks at everybody's work, and who runs the machine reads nothing
    Role.AUDITOR: frozenset(Role) - {Role.AUDITOR},
    Role.OPERATOR: frozenset(Role) - {Role.OPERATOR},
}


def conflicting(role: Role) -> frozenset[Role]:
    """The roles that one person may not hold beside this one; it is symmetric."""
    others = {other for other, checked in _CHECKS.items() if role in checked}
    return _CHECKS.get(role, frozenset()) | others


def role(text: str) -> Role:
    """The role of this name. Raises UsageError `access.role`."""
    try:
        return Role(text)
    except ValueError:
        raise UsageError(
            "access.role", "there is no such role", expected=", ".join(Role), got=repr(text[:40])
        ) from None


def check_roles(roles: Iterable[Role | str]) -> frozenset[Role]:
    """The roles as a set, when one person may hold them together.

    Raises CheckFailedError `access.roles.conflict`, naming the first pair that check each other.
    """
    held = sorted({role(each) for each in roles})
    for one in held:
        for other in held:
            if other in conflicting(one):
                raise CheckFailedError(
                    "access.roles.conflict",
                    "one person may not hold two roles that check each other",
                    got=f"{one} and {other}",
                    hint="give one of the roles to somebody else",
                )
    return frozenset(held)
