"""Two real wikis with the same simulated accounts: what the demo's office acts on. Nobody on them is real."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from holdfast.workflows.demo.throwaway_wiki import ThrowawayWiki, require_mediawiki

WIKIS: Mapping[str, str] = {"eastwiki": "en", "westwiki": "en"}
OPERATORS = ("Warden", "Warden2")
RIGHTS = ("checkuser", "suppress")
"""Confidential rights, as plain groups: the extensions behind them are not part of MediaWiki."""

_GRANTS = (
    "basic,highvolume,editpage,editprotected,createeditmovepage,blockusers,createaccount,userrights,protect,"
    "viewdeleted"
)
_AT = "2026-01-01T00:00:00Z"
_SETTINGS = r"""
foreach ( [ 'checkuser' => 'checkuser', 'suppress' => 'suppressrevision' ] as $g => $r ) {
	$wgAvailableRights[] = $r;
	$wgGroupPermissions[$g][$r] = true;
}
$wgGroupPermissions['bureaucrat']['userrights'] = true;
$wgGrantPermissions['protect']['protect'] = true;
"""


@dataclass(frozen=True, kw_only=True)
class People:
    """Who has an account on both wikis, and in which groups."""

    plain: Sequence[str]
    groups: Mapping[str, Sequence[str]]
    """Account to groups."""

    @property
    def accounts(self) -> tuple[str, ...]:
        """All of them, by name."""
        return tuple(sorted({*self.plain, *self.groups}))


@dataclass(frozen=True, kw_only=True)
class DemoWiki:
    """One of the two, being served."""

    name: str
    wiki: ThrowawayWiki
    address: str

    @property
    def api(self) -> str:
        """The address of its api.php."""
        return f"{self.address}/api.php"


@contextmanager
def demo_wikis(folder: Path, keys: Path, people: People) -> Iterator[dict[str, DemoWiki]]:
    """Install, fill and serve the two wikis while the block runs; the operators' sign-in goes into the keys folder.

    Raises ServiceUnavailableError `demo.mediawiki` when MediaWiki is not installed.
    """
    require_mediawiki()
    with ExitStack() as stack:
        served, logins = {}, {}
        first = ThrowawayWiki.install(folder / "wikis" / "empty", name="Simulated wiki")
        first.configure(_SETTINGS)
        for place, name in enumerate(WIKIS):
            wiki = first.clone(folder / "wikis" / name)
            # accounts have other numbers on each wiki, as in life
            wiki.act(_events(people, extra=[f"Passer-by {number}" for number in range(place * 5)]))
            logins[name] = [wiki.bot_password(each, grants=_GRANTS) for each in OPERATORS]
            served[name] = DemoWiki(name=name, wiki=wiki, address=stack.enter_context(wiki.serving(workers=2)))
        write_operators(keys, {name: each.api for name, each in served.items()}, logins)
        yield served


def write_operators(keys: Path, apis: Mapping[str, str], logins: Mapping[str, Sequence[tuple[str, str]]]) -> None:
    """The file `wikis.toml`, which only its owner may read."""
    lines = []
    for name, api in apis.items():
        lines += [f"[wiki.{name}]", f"api = {json.dumps(api)}", f'language = "{WIKIS[name]}"']
        for login, password in logins[name]:
            lines += [
                f"[[wiki.{name}.operator]]",
                f"name = {json.dumps(login)}",
                f"password = {json.dumps(password)}",
            ]
    path = keys / "wikis.toml"
    path.touch(mode=0o600)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _events(people: People, *, extra: Sequence[str]) -> list[dict[str, Any]]:
    names = [*extra, *OPERATORS, *people.accounts]
    events: list[dict[str, Any]] = [{"at": _AT, "account": name} for name in names]
    given = {**dict.fromkeys(OPERATORS, ("sysop", "bureaucrat", "bot")), **people.groups}
    for name, groups in given.items():
        call = {
            "action": "userrights",
            "user": name,
            "add": "|".join(groups),
            "expiry": "|".join("infinite" for _ in groups),
            "reason": "simulated",
        }
        events.append({"at": _AT, "as": "Admin", "call": call})
    return events
