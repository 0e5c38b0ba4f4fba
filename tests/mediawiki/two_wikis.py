"""Two real wikis with the same account names, ready for sweeps: admins, holders of confidential rights, operators.

    def test_something(two_wikis: TwoWikis) -> None:
        two_wikis.east.address                    http://127.0.0.1:PORT; .api is its api.php
        two_wikis.keys                            a folder with wikis.toml, mode 0600, for holdfast.wiki.operators
        east.groups("Sysop 01"), east.block_of(..), east.talk(..), east.log("rights")    the truth, from the database
        east.by_hand("Admin", action="block", user=...)    something a person does on the wiki meanwhile
        with two_wikis.meddled() as both: ...     as above, but `both.between["eastwiki"]` makes trouble

The wikis are prepared once a session and cloned for each test (about 1 s for both). The same name has different
user numbers on the two wikis. All accounts are invented.
"""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from holdfast.clock import system_clock
from mediawiki.throwaway import ThrowawayWiki
from mediawiki.write_meddler import Between, write_meddling

EAST, WEST = "eastwiki", "westwiki"
OPERATORS = ("Warden", "Warden2")
FIGHTER = "Fighter"
"""An admin and bureaucrat on both wikis, who has a bot password (`TwoWikis.fighter`) and may unblock itself."""
ODD_NAMES = (
    "Ünal Çelik Ærø",
    "小明 🐼",
    "سامان ۱۲",
    "Ми́ла",
    'O\'Hara "the" Smith',
    "~Tilde~~",
    "A''B",
    "C & D; E",
    "50% off",
    "Back\\slash",
    "Dollar$!?*",
    "(Par,en)",
    "Caret^`grave",
    "Plus+Minus-Dot.",
    "RFC 2119",
    "𝔘nicode",
    "*Star",
    ";Semi",
    "Ab" * 100,
)
"""Names with every character that MediaWiki allows in them."""
TO_BAN = tuple(f"Banned {number:02}" for number in range(1, 5)) + ODD_NAMES[:3]
TO_DESYSOP = tuple(f"Sysop {number:02}" for number in range(1, 9)) + ODD_NAMES[3:7]
TO_WARN = tuple(f"Warned {number:02}" for number in range(1, 4)) + ODD_NAMES[7:16]
TARGETS = TO_BAN + TO_DESYSOP + TO_WARN
"""7 and 12 and 12: the numbers of September 2021 (R1, R2)."""
CHECKUSERS = ("Checker 01", "Checker 02", "Checker 03")
OVERSIGHTERS = ("Oversighter 01", "Oversighter 02")
BYSTANDERS = ("Bystander 01", "Bystander 02", *ODD_NAMES[16:])
"""Accounts that nothing may touch."""
TEMPORARY_END = "2099-01-01T00:00:00Z"

GRANTS = (
    "basic,highvolume,editpage,editprotected,createeditmovepage,blockusers,createaccount,userrights,protect,"
    "viewdeleted"
)
_AT = "2026-01-01T00:00:00Z"
_SETTINGS = r"""
foreach ( [ 'checkuser' => 'checkuser', 'suppress' => 'suppressrevision', 'oversight' => 'hideuser' ] as $g => $r ) {
	$wgAvailableRights[] = $r;
	$wgGroupPermissions[$g][$r] = true;
}
$wgGroupPermissions['bureaucrat']['userrights'] = true;
$wgGrantPermissions['protect']['protect'] = true;
wfLoadExtension( 'Renameuser' );
"""


@dataclass(frozen=True, kw_only=True)
class ActingWiki:
    """One of the two, being served; what it holds is read from its database, past every API."""

    name: str
    wiki: ThrowawayWiki
    address: str

    @property
    def api(self) -> str:
        """The address of its api.php."""
        return f"{self.address}/api.php"

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of the wiki's database."""
        with closing(sqlite3.connect(f"file:{self.wiki.database}?mode=ro", uri=True, timeout=30)) as database:
            return [tuple(map(_text, row)) for row in database.execute(sql, values)]

    def user_id(self, account: str) -> int:
        """The account's number on this wiki."""
        sql = "SELECT user_id FROM user WHERE CAST(user_name AS TEXT) = ?"
        ((number,),) = self.rows(sql, account) or [(0,)]
        return int(number)

    def groups(self, account: str) -> dict[str, str | None]:
        """Groups and their ends (14 digits; null: none)."""
        sql = "SELECT ug_group, ug_expiry FROM user_groups WHERE ug_user = ? ORDER BY ug_group"
        return dict(self.rows(sql, self.user_id(account)))  # type: ignore[arg-type]

    def block_of(self, account: str) -> dict[str, Any] | None:
        """The block of an account, or null."""
        fields = "ipb_expiry ipb_create_account ipb_enable_autoblock ipb_block_email ipb_allow_usertalk ipb_sitewide"
        found = self.rows(
            f"SELECT {', '.join(fields.split())} FROM ipblocks WHERE ipb_user = ? AND ipb_auto = 0",
            self.user_id(account),
        )
        return dict(zip(fields.split(), found[0], strict=True)) if found else None

    def log(self, kind: str, account: str = "") -> list[tuple[Any, ...]]:
        """Log entries of a type as (action, title, actor), oldest first; of one target when it is named."""
        sql = (
            "SELECT log_action, log_title, actor_name FROM logging JOIN actor ON actor_id = log_actor "
            "WHERE log_type = ? ORDER BY log_id"
        )
        title = account.replace(" ", "_")
        return [row for row in self.rows(sql, kind) if row[0] != "autopromote" and (not account or row[1] == title)]

    def talk(self, account: str) -> list[str]:
        """The texts of all revisions of the account's talk page, oldest first."""
        sql = (
            "SELECT old_text FROM page JOIN revision ON rev_page = page_id JOIN slots ON slot_revision_id = rev_id "
            "JOIN content ON content_id = slot_content_id JOIN text ON 'tt:' || old_id = content_address "
            "WHERE page_namespace = 3 AND CAST(page_title AS TEXT) = ? ORDER BY rev_id"
        )
        return [text for (text,) in self.rows(sql, account.replace(" ", "_"))]

    def by_hand(self, who: str, **call: str) -> dict[str, Any]:
        """What a person does on the wiki, now; raises RuntimeError when the wiki refuses."""
        (answer,) = self.wiki.act([{"at": _now(), "as": who, "call": call}])
        return answer

    def rename(self, old: str, new: str) -> None:
        """An account gets another name, in the name of Admin."""
        script = "../extensions/Renameuser/maintenance/renameUser.php"
        self.wiki.maintain(script, "--performer", "Admin", "--oldname", old, "--newname", new)
        self.wiki.maintain("runJobs.php")


@dataclass(frozen=True, kw_only=True)
class TwoWikis:
    """The two, and the folder with the operators' credentials."""

    east: ActingWiki
    west: ActingWiki
    keys: Path
    fighter: dict[str, tuple[str, str]]
    """By wiki: login name and password of FIGHTER's bot password."""
    between: dict[str, Between] = field(default_factory=dict)
    operators: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    @property
    def both(self) -> tuple[ActingWiki, ActingWiki]:
        """East, west."""
        return self.east, self.west

    def named(self, name: str) -> ActingWiki:
        """One of the two by its name."""
        return {each.name: each for each in self.both}[name]

    @contextmanager
    def meddled(self) -> Iterator["TwoWikis"]:
        """The same wikis, reached through servers that make trouble on order."""
        with ExitStack() as stack:
            between = {each.name: stack.enter_context(write_meddling(each.address)) for each in self.both}
            keys = self.keys.with_name("meddled-keys")
            write_wikis_toml(keys, {name: each.address for name, each in between.items()}, self.operators)
            yield replace(self, keys=keys, between=between)


def write_wikis_toml(keys: Path, addresses: dict[str, str], operators: dict[str, list[tuple[str, str]]]) -> None:
    """The operators' file as holdfast.wiki.operators reads it."""
    keys.mkdir(mode=0o700, exist_ok=True)
    lines = []
    for name, address in addresses.items():
        lines += [f"[wiki.{name}]", f'api = "{address}/api.php"', 'language = "en"']
        for login, password in operators[name]:
            lines += [
                f"[[wiki.{name}.operator]]",
                f"name = {json.dumps(login)}",
                f"password = {json.dumps(password)}",
            ]
    path = keys / "wikis.toml"
    path.write_text("\n".join(lines) + "\n")
    path.chmod(0o600)


@dataclass(frozen=True, kw_only=True)
class _Prepared:
    wikis: dict[str, ThrowawayWiki]
    operators: dict[str, list[tuple[str, str]]]
    fighter: dict[str, tuple[str, str]]


@pytest.fixture(scope="session")
def prepared_wikis(mediawiki: ThrowawayWiki, tmp_path_factory: pytest.TempPathFactory) -> _Prepared:
    """The two wikis with their people, not served. Cloned by `two_wikis`; not to be changed."""
    folder = tmp_path_factory.mktemp("prepared")
    prepared = _Prepared(wikis={}, operators={}, fighter={})
    for place, name in enumerate((EAST, WEST)):
        wiki = mediawiki.clone(folder / name)
        wiki.configure(_SETTINGS)
        wiki.act(_people(extra=place * 7))
        prepared.wikis[name] = wiki
        prepared.operators[name] = [wiki.bot_password(each, grants=GRANTS) for each in OPERATORS]
        prepared.fighter[name] = wiki.bot_password(FIGHTER, grants=GRANTS)
    return prepared


@contextmanager
def serving_two(prepared: _Prepared, folder: Path, *, workers: int = 2) -> Iterator[TwoWikis]:
    """Fresh clones of the prepared wikis in `folder`, served while the block runs."""
    with ExitStack() as stack:
        served = {}
        for name, wiki in prepared.wikis.items():
            clone = wiki.clone(folder / name)
            served[name] = ActingWiki(
                name=name, wiki=clone, address=stack.enter_context(clone.serving(workers=workers))
            )
        keys = folder / "keys"
        write_wikis_toml(keys, {name: each.address for name, each in served.items()}, prepared.operators)
        yield TwoWikis(
            east=served[EAST], west=served[WEST], keys=keys, fighter=prepared.fighter, operators=prepared.operators
        )


@pytest.fixture
def two_wikis(prepared_wikis: _Prepared, tmp_path: Path) -> Iterator[TwoWikis]:
    """Two fresh wikis for one test, served."""
    folder = tmp_path / "wikis"
    with serving_two(prepared_wikis, folder) as both:
        yield both
    shutil.rmtree(folder)  # pytest keeps the folders of its last runs; these are large


@pytest.fixture(scope="session")
def standing_wikis(prepared_wikis: _Prepared, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoWikis]:
    """Two wikis that stand for the whole session: for reading, or for changing accounts that nobody else uses."""
    with serving_two(prepared_wikis, tmp_path_factory.mktemp("standing")) as both:
        yield both


def _people(*, extra: int) -> list[dict[str, Any]]:
    """The accounts and their groups, all at one moment. `extra` accounts come first, so that numbers differ."""
    names = [f"Passer-by {number}" for number in range(extra)]
    names += [*OPERATORS, FIGHTER, *TARGETS, *CHECKUSERS, *OVERSIGHTERS, *BYSTANDERS]
    groups: dict[str, str] = dict.fromkeys(TO_DESYSOP, "sysop")
    groups |= dict.fromkeys(OPERATORS, "sysop|bureaucrat|bot") | {FIGHTER: "sysop|bureaucrat"}
    groups |= {TO_BAN[0]: "sysop", TO_BAN[4]: "sysop|interface-admin", TO_DESYSOP[1]: "sysop|bureaucrat"}
    groups |= dict.fromkeys(CHECKUSERS, "checkuser|sysop") | dict.fromkeys(OVERSIGHTERS, "suppress")
    groups |= {BYSTANDERS[0]: "sysop"}
    given = [(name, each, "infinite") for name, each in groups.items()]
    given.append((TO_DESYSOP[2], "interface-admin", TEMPORARY_END))
    events: list[dict[str, Any]] = [{"at": _AT, "account": name} for name in names]
    for name, each, end in given:
        call = {"action": "userrights", "user": name, "add": each, "expiry": end, "reason": "set up"}
        events.append({"at": _AT, "as": "Admin", "call": call})
    return events


def _text(value: object) -> object:
    return value.decode() if isinstance(value, bytes) else value


def _now() -> str:
    return system_clock().strftime("%Y-%m-%dT%H:%M:%SZ")
