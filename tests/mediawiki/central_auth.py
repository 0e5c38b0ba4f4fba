"""A stand-in for CentralAuth, made of recorded answers (tests/data/centralauth): the real wiki answers all the rest.

    between.stand_in = RecordedCentralAuth()

It shows that Holdfast asks and understands as the recorded extension did; it is no proof against a live CentralAuth.
"""

import copy
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).parents[1] / "data" / "centralauth"


def recorded(name: str) -> dict[str, Any]:
    """One recorded answer."""
    found: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text("utf-8"))
    return found


@dataclass(kw_only=True)
class RecordedCentralAuth:
    """Which accounts are locked, and the log of it: the second identical lock makes no second entry."""

    locked: set[str] = field(default_factory=set)
    log: list[tuple[str, str]] = field(default_factory=list)
    unknown: frozenset[str] = frozenset()
    may_lock: bool = True

    def __call__(self, params: dict[str, str]) -> dict[str, object] | None:
        if params.get("action") == "setglobalaccountstatus":
            return self._set(params)
        if params.get("meta") == "globaluserinfo":
            return self._info(params["guiuser"])
        if params.get("meta") == "tokens" and params.get("type") == "setglobalaccountstatus":
            return recorded("tokens")
        if params.get("meta") == "siteinfo" and params.get("siprop") == "extensions":
            return {"query": {"extensions": [{"type": "other", "name": "CentralAuth"}]}}
        return None

    def _set(self, params: dict[str, str]) -> dict[str, object]:
        user, wanted = params["user"], params["locked"]
        assert params["token"] == recorded("tokens")["query"]["tokens"]["setglobalaccountstatustoken"]
        if not self.may_lock:
            return recorded("lock_noperm")
        if user in self.unknown:
            return recorded("lock_nosuch")
        was = user in self.locked
        if was is not (wanted == "lock"):
            self.log.append((wanted, user))
        (self.locked.add if wanted == "lock" else self.locked.discard)(user)
        name = {"unlock": "unlock", "lock": "lock_repeat" if was else "lock"}[wanted]
        answer = recorded(name)
        answer["setglobalaccountstatus"] |= {"user": user, "reason": params["reason"]}
        return answer

    def _info(self, user: str) -> dict[str, object]:
        if user in self.unknown:
            return {"batchcomplete": True, "query": {"globaluserinfo": {"missing": True}}}
        answer = copy.deepcopy(recorded("globaluserinfo"))
        info = answer["query"]["globaluserinfo"]
        info["name"] = user
        if user not in self.locked:
            del info["locked"]
        return answer
