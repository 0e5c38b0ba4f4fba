"""What one look for co-action was asked, and what it came to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from holdfast.accounts.naming import Naming
from holdfast.networks.calibration import REPLICATES
from holdfast.networks.coaction import WINDOWS
from holdfast.networks.run import Run
from holdfast.tables.actions import Actions


class Method(StrEnum):
    """`full`: against nulls, with the gate. `count`: plain counting, never a finding."""

    FULL = "full"
    COUNT = "count"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked of one run."""

    windows: tuple[int, ...] = WINDOWS
    q: float = 0.01
    seed: int = 0
    replicates: int = REPLICATES
    method: Method = Method.FULL
    least: int = 2
    """`count` only: coordinated actions that an account needs."""
    naming: Naming = field(default_factory=Naming)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a run came to, and what was written."""

    actions: Actions
    request: Request
    label: Callable[[int], str]
    """What stands for an account in outputs."""
    shows: Callable[[int], bool]
    """Whether an account is named, so that what it did may stand beside it."""
    files: tuple[Path, ...]
    pairs: int
    run: Run | None = None
    """None for plain counting."""
    group_ids: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The summary that `--json` prints."""
        found = self.run
        look = found.look if found is not None else None
        return {
            "status": found.status if found is not None else "counted",
            "actions": len(self.actions.at),
            "accounts": len(self.actions.account_names),
            "objects": len(self.actions.object_names),
            "pairs": self.pairs,
            "flagged": int(look.pairs.flagged.sum()) if look is not None else 0,
            "groups": len(look.groups) if look is not None else 0,
            "calibration": found.calibration.to_json() if found is not None else None,
            "dropped": dict(self.actions.dropped),
            "notes": list(self.actions.notes),
            "files": [str(path) for path in self.files],
        }
