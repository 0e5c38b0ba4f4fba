"""How fast a wiki itself takes writes: a bare client that reads nothing back, on a throw-away MediaWiki.

    .venv/bin/python bench/wiki_write_rate.py [--targets 200] [--lanes 4]

bench/sweep.py compares the executor with `bare_rate` on the same wikis in the same run. A bare client logs in once a
lane, takes its tokens once, and sends one write after another; it checks nothing but that each one was taken.
"""

import argparse
import os
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
    """Writes, the wall-clock seconds that they took, and the CPU seconds of the wiki and of its client meanwhile.

    On a machine that does other things too the CPU seconds tell more: wiki and client share the same cores, so with
    the machine to themselves the writes a second are in proportion to them.
    """

    writes: int
    seconds: float
    cpu_seconds: float

    @property
    def per_second(self) -> float:
        """Writes in a second."""
        return self.writes / self.seconds

    @property
    def per_cpu_second(self) -> float:
        """Writes in a second of CPU time."""
        return self.writes / self.cpu_seconds


class Clocks:
    """Wall clock and CPU time of this process and of the wiki that listens on a port, from the making on."""

    def __init__(self, address: str) -> None:
        self._port = address.rpartition(":")[2].partition("/")[0]
        self._began = time.perf_counter(), self._cpu()

    def rate(self, writes: int) -> Rate:
        """What these writes took until now."""
        wall, cpu = self._began
        return Rate(writes=writes, seconds=time.perf_counter() - wall, cpu_seconds=self._cpu() - cpu)

    def _cpu(self) -> float:
        """The wiki's server and its workers are known by their command line."""
        ticks = 0
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if f"127.0.0.1:{self._port}\0".encode() in (process / "cmdline").read_bytes():
                    fields = (process / "stat").read_text().rpartition(")")[2].split()
                    ticks += int(fields[11]) + int(fields[12])
            except OSError:
                continue
        return ticks / os.sysconf("SC_CLK_TCK") + time.process_time()


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
    """The wiki's own pace: logging in, then wave after wave, each shared by the lanes.

    Raises RuntimeError when a write is refused.
    """
    clocks = Clocks(api.removesuffix("/api.php"))
    clients = [_Client(api, login) for _ in range(lanes)]
    for wave in waves:
        threads = [
            threading.Thread(target=client.write_all, args=(wave[number::lanes],))
            for number, client in enumerate(clients)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    rate = clocks.rate(sum(map(len, waves)))
    refused = [each for client in clients for each in client.refused]
    if refused:
        raise RuntimeError(f"{len(refused)} writes were refused, first: {refused[0]}")
    return rate


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
                pace = f"{rate.per_second:5.1f} a second, {rate.per_cpu_second:5.1f} a CPU second"
                print(f"{name:>10}: {rate.writes} writes, {rate.seconds:6.2f} s, {pace}")


if __name__ == "__main__":
    main()
