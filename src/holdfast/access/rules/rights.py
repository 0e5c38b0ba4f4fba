"""The rights that open non-public data, and the groups that carry them on a wiki."""

from collections.abc import Mapping
from dataclasses import dataclass

from holdfast.errors import UsageError

DOMICILE = "domicile"
"""What an exemption from the rule on known domiciles is written for, in the place of a right."""


@dataclass(frozen=True, kw_only=True)
class Right:
    """One right. `groups` are the names of the wiki's groups that carry it, the usual one first; without any, the
    right lives outside the wiki and a person takes it back by hand."""

    name: str
    means: str
    groups: tuple[str, ...]
    minimum_holders: int = 0
    """Fewest holders on one wiki, or none at all (1.16); 0 where no such rule is known."""


_ALL = (
    Right(
        name="checkuser",
        means="sees from which address and browser an account edited",
        groups=("checkuser",),
        minimum_holders=2,
    ),
    Right(
        name="oversight",
        means="hides content even from administrators, and sees what is hidden",
        groups=("suppress", "oversight"),
        minimum_holders=2,
    ),
    Right(name="steward", means="changes rights on any wiki and performs global locks", groups=("steward",)),
    Right(name="ombuds", means="examines complaints about CheckUser and oversight", groups=("ombuds",)),
    Right(
        name="temporary-account-viewer",
        means="sees the addresses of temporary accounts",
        groups=("temporary-account-viewer", "checkuser-temporary-account-viewer"),
    ),
    Right(name="vrt", means="answers mail from the public, with its senders' data", groups=()),
)
RIGHTS: Mapping[str, Right] = {each.name: each for each in _ALL}
"""By name."""
_ALIASES = {"suppress": "oversight", "oversighter": "oversight", "suppressor": "oversight", "otrs": "vrt"}


def right_named(text: str) -> Right:
    """The right of this name or of this group's name. Raises UsageError `access.right`."""
    wanted = text.strip().lower().replace("_", "-").replace(" ", "-")
    found = RIGHTS.get(_ALIASES.get(wanted, wanted)) or right_of_group(wanted)
    if found is None:
        raise UsageError(
            "access.right", "this is no right to non-public data", expected=", ".join(RIGHTS), got=repr(text[:40])
        )
    return found


def right_of_group(group: str) -> Right | None:
    """The right that a wiki's group carries; None for a group that opens no non-public data."""
    return next((each for each in _ALL if group in each.groups), None)
