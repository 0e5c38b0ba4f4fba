"""How fast a wiki itself takes writes: a bare client that reads nothing back, on a throw-away MediaWiki.

    .venv/bin/python bench/wiki_write_rate.py [--targets 200] [--lanes 4]

bench/sweep.py compares the executor with `bare_rate` on the same wikis in the same run. A bare client logs in once a
lane, takes its tokens once, and sends one write after another; it checks nothing but that each one was taken.
"""

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from mediawiki.throwaway import ThrowawayWiki
from mediawiki.two_wikis import GRANTS

OPERATORS = ("Warden", "Warden2")
Write = Mapping[str, str]
"""The parameters of one write, without its token."""


@dataclass(frozen=True, kw_only=True)
class Rate:
    """Writes, and the wall-clock seconds from the first to the last answer; logging in is not counted."""

    writes: int
    seconds: float

    @property
    def per_second(self) -> float:
        """Writes in a second."""
        return self.writes / self.seconds


def prepare(folder: Path, targets: int) -> tuple[ThrowawayWiki, list[tuple[str, str]]]:
    """A wiki with two operators and `Target 001` … who are administrators; and the operators' bot passwords."""
    wiki = ThrowawayWiki.install(folder)
    wiki.configure(
        "$wgGroupPermissions['bureaucrat']['userrights'] = true;\n$wgGrantPermissions['protect']['protect'] = true;"
    )
    at = "2026-01-01T00:00:00Z"
    names = [f"Target {number:03}" for number in range(1, targets + 1)]
    events: list[dict[str, Any]] = [{"at": at, "account": name} for name in (*OPERATORS, *names)]
    groups = dict.fromkeys(OPERATORS, "sysop|bureaucrat|bot") | dict.fromkeys(names, "sysop")
    for name, given in groups.items():
        events.append({"at": at, "as": "Admin", "call": {"action": "userrights", "user": name, "add": given}})
    wiki.act(events)
    return wiki, [wiki.bot_password(each, grants=GRANTS) for each in OPERATORS]


def ban_writes(targets: int) -> list[list[Write]]:
    """The writes of a ban with its notice for each target, in the three waves in which a sweep makes them."""
    names = [f"Target {number:03}" for number in range(1, targets + 1)]
    text = "A notice of some length. " * 20 + "<!-- holdfast:p-bench:1:wiki:message --> ~~~~"
    return [
        [{"action": "userrights", "user": name, "remove": "sysop", "reason": "r"} for name in names],
        [
            {"action": "block", "user": name, "expiry": "infinity", "reason": "r", "nocreate": "1", "noemail": "1"}
            for name in names
        ],
        [
            {"action": "edit", "title": f"User talk:{name}", "section": "new", "sectiontitle": "h", "text": text}
            for name in names
        ],
    ]


def bare_rate(api: str, login: tuple[str, str], waves: Sequence[Sequence[Write]], *, lanes: int) -> Rate:
    """The wiki's own pace: wave after wave, each shared by the lanes. Raises RuntimeError when a write is refused."""
    clients = [_Client(api, login) for _ in range(lanes)]
    started = time.perf_counter()
    for wave in waves:
        threads = [
            threading.Thread(target=client.write_all, args=(wave[number::lanes],))
            for number, client in enumerate(clients)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    seconds = time.perf_counter() - started
    refused = [each for client in clients for each in client.refused]
    if refused:
        raise RuntimeError(f"{len(refused)} writes were refused, first: {refused[0]}")
    return Rate(writes=sum(map(len, waves)), seconds=seconds)


class _Client:
    def __init__(self, api: str, login: tuple[str, str]) -> None:
        self._api = api
        self._session = requests.Session()
        self._session.trust_env = False
        self.refused: list[object] = []
        token = self._ask(action="query", meta="tokens", type="login")["query"]["tokens"]["logintoken"]
        said = self._ask(action="login", lgname=login[0], lgpassword=login[1], lgtoken=token)
        if said["login"]["result"] != "Success":
            raise RuntimeError("the bench cannot log in")
        self._tokens = self._ask(action="query", meta="tokens", type="csrf|userrights")["query"]["tokens"]

    def write_all(self, writes: Sequence[Write]) -> None:
        for write in writes:
            kind = "userrights" if write["action"] == "userrights" else "csrf"
            said = self._ask(**write, token=self._tokens[f"{kind}token"])
            if "errors" in said:
                self.refused.append(said["errors"])

    def _ask(self, **parameters: str) -> dict[str, Any]:
        asked = {**parameters, "format": "json", "formatversion": "2", "errorformat": "none"}
        found: dict[str, Any] = self._session.post(self._api, data=asked, timeout=120).json()
        return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--targets", type=int, default=200)
    options.add_argument("--lanes", type=int, default=4)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        wiki, logins = prepare(Path(folder) / "wiki", asked.targets)
        with wiki.serving(workers=asked.lanes) as address:
            for name, wave in zip(("userrights", "block", "message"), ban_writes(asked.targets), strict=True):
                rate = bare_rate(f"{address}/api.php", logins[0], [wave], lanes=asked.lanes)
                print(f"{name:>10}: {rate.writes} writes, {rate.seconds:6.2f} s, {rate.per_second:5.1f} a second")


if __name__ == "__main__":
    main()
