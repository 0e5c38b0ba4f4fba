"""A throw-away real MediaWiki for demos, tests, and data: install, serve on loopback, act, dump, clone, remove.

    wiki = ThrowawayWiki.install(folder)          one install (about 1 s); `folder` must not exist or be empty
    wiki.act(events)                              a list of events, each at its own past moment (see act.php)
    wiki.maintain("runJobs.php")                  any maintenance script; answers its standard output
    wiki.configure("$wgReadOnly = 'x';")          more settings; they hold from the next request on
    wiki.bot_password("Warden")                   login name and password of a bot password that may write
    with wiki.serving() as address: ...           PHP's built-in server; `address` is http://127.0.0.1:PORT
    wiki.dump(folder)                             stub-meta-history.xml.gz and pages-logging.xml.gz, as their paths
    wiki.database                                 the SQLite file, to be opened read-only
    wiki.clone(folder)                            a copy with the same content and its own port

MediaWiki and PHP come from Debian; without them a demo or a test that asks for a wiki fails and names the packages.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from holdfast.errors import ServiceUnavailableError
from holdfast.workflows.demo.watched import END_ITS_GROUP, when_this_ends

MEDIAWIKI = Path("/usr/share/mediawiki")
PACKAGES = "mediawiki php-cli php-sqlite3 php-mbstring php-xml php-intl php-apcu php-curl"
PASSWORD = "a throw-away password"
GRANTS = "basic,highvolume,editpage,createeditmovepage,blockusers,createaccount,userrights"

_ACT = Path(__file__).with_name("act.php")
_SETTINGS = r"""
$wgServer = 'http://127.0.0.1:' . trim( file_get_contents( __DIR__ . '/port' ) );
$wgUploadDirectory = __DIR__ . '/images';
$wgCacheDirectory = __DIR__ . '/cache';
// core ships no grant that holds 'userrights'
$wgGrantPermissions['userrights']['userrights'] = true;
$wgGrantPermissionGroups['userrights'] = 'administration';
$wgGrantPermissions['blockusers']['unblockself'] = true;
$wgGroupPermissions['suppress']['suppressrevision'] = true;
$wgGroupPermissions['sysop']['deleterevision'] = true;
$wgGroupPermissions['sysop']['deletelogentry'] = true;
$wgGroupPermissions['bureaucrat']['userrights'] = true;
// X-Forwarded-For gives each test user an address
$wgCdnServersNoPurge = [ '127.0.0.1' ];
$wgUsePrivateIPs = true;
$wgJobRunRate = 0;
$wgRateLimits = [];
$wgPasswordConfig['pbkdf2']['cost'] = '1';
"""


class MediaWikiMissingError(ServiceUnavailableError):
    """MediaWiki or PHP is not installed here."""


def require_mediawiki() -> None:
    """Raise MediaWikiMissingError, naming the packages, unless a wiki can be installed here."""
    if not (MEDIAWIKI / "maintenance" / "install.php").is_file() or shutil.which("php") is None:
        raise MediaWikiMissingError(
            "demo.mediawiki",
            "a real MediaWiki is needed and is not installed",
            hint=f"as root: apt-get install -y --no-install-recommends {PACKAGES}",
        )


class ThrowawayWiki:
    """One wiki in one folder. The folder can be moved; only `serving` opens a port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    @classmethod
    def install(cls, folder: Path, *, name: str = "Test Wiki", language: str = "en") -> "ThrowawayWiki":
        """A new wiki: User:Admin is sysop, bureaucrat and interface-admin; nobody else is there."""
        require_mediawiki()
        wiki = cls(folder)
        for part in ("data", "images", "cache"):
            (wiki.folder / part).mkdir(parents=True)
        (wiki.folder / "port").write_text("1")
        _php(
            MEDIAWIKI / "maintenance" / "install.php",
            *("--confpath", str(wiki.folder), "--dbtype", "sqlite", "--dbpath", str(wiki.folder / "data")),
            *("--dbname", "wiki", "--server", "http://127.0.0.1:1", "--scriptpath", "", "--lang", language),
            *("--pass", PASSWORD, name, "Admin"),
        )
        path = wiki.folder / "LocalSettings.php"
        text = path.read_text().replace(f'"{wiki.folder}/data"', "__DIR__ . '/data'")
        if str(wiki.folder) in text:
            raise RuntimeError("the settings still name this folder, so a copy would write into it")
        path.write_text(text + _SETTINGS)
        return wiki

    @property
    def database(self) -> Path:
        """The wiki's SQLite file."""
        return self.folder / "data" / "wiki.sqlite"

    def configure(self, settings: str) -> None:
        """Add lines of PHP to LocalSettings.php."""
        with (self.folder / "LocalSettings.php").open("a") as stream:
            stream.write(settings + "\n")

    def clone(self, folder: Path) -> "ThrowawayWiki":
        """A copy in another folder."""
        shutil.copytree(self.folder, folder)
        return ThrowawayWiki(folder)

    def maintain(self, script: str, *arguments: str, stdin: str = "") -> str:
        """Run one of MediaWiki's maintenance scripts; raises RuntimeError with its output when it fails."""
        return _php(MEDIAWIKI / "maintenance" / script, *arguments, settings=self._settings, stdin=stdin)

    def act(self, events: Iterable[Mapping[str, Any]], *, allow_errors: bool = False) -> list[dict[str, Any]]:
        """Let each event happen at its moment; the answers, in order. An API error raises unless allowed."""
        lines = "".join(json.dumps(event) + "\n" for event in events)
        answers = [json.loads(line) for line in _php(_ACT, settings=self._settings, stdin=lines).splitlines()]
        failed = [answer for answer in answers if "error" in answer]
        if failed and not allow_errors:
            raise RuntimeError(f"{len(failed)} events were refused, first: {failed[0]}")
        return answers

    def bot_password(self, account: str, *, app: str = "guard", grants: str = GRANTS) -> tuple[str, str]:
        """Login name and password of a bot password for an existing account."""
        said = self.maintain("createBotPassword.php", "--appid", app, "--grants", grants, account)
        found = re.search(r"(?i)log in using username:'([^']+)' and password:'([^']+)'", said)
        if found is None:
            raise RuntimeError(f"no bot password was made: {said}")
        return found.group(1), found.group(2)

    def promote(self, account: str, *groups: str) -> None:
        """Give an account (made when missing) groups without a log entry, as an operator can."""
        custom = f"--custom-groups={','.join(groups)}"
        self.maintain("createAndPromote.php", "--force", custom, account, PASSWORD)

    def dump(self, folder: Path, *, texts: bool = False) -> dict[str, Path]:
        """Write the wiki's XML dumps, gzipped, under their usual names."""
        folder.mkdir(parents=True, exist_ok=True)
        kinds = {"stub-meta-history.xml.gz": ("--full", "--stub"), "pages-logging.xml.gz": ("--logs",)}
        if texts:
            kinds["pages-meta-history.xml.gz"] = ("--full",)
        for name, arguments in kinds.items():
            self.maintain("dumpBackup.php", *arguments, "--quiet", f"--output=gzip:{folder / name}")
        return {name: folder / name for name in kinds}

    @contextmanager
    def serving(self, *, workers: int = 2) -> Iterator[str]:
        """Serve the wiki on a free port of 127.0.0.1 while the block runs; gives its address."""
        port = _free_port()
        (self.folder / "port").write_text(str(port))
        server = None
        try:
            # the whole group: the server's workers outlive it, and this process may be killed
            with when_this_ends(END_ITS_GROUP) as group:
                with (self.folder / "php.log").open("ab") as log:
                    server = subprocess.Popen(
                        ["php", *_OPCACHE, "-S", f"127.0.0.1:{port}", "-t", str(MEDIAWIKI)],
                        env={**os.environ, "MW_CONFIG_FILE": self._settings, "PHP_CLI_SERVER_WORKERS": str(workers)},
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=log,
                        process_group=group,
                    )
                _wait_until_answering(f"http://127.0.0.1:{port}", server)
                yield f"http://127.0.0.1:{port}"
        finally:
            if server is not None:
                server.wait(timeout=30)

    @property
    def _settings(self) -> str:
        return str(self.folder / "LocalSettings.php")


# without it every request compiles MediaWiki again; new settings must still hold at once
_OPCACHE = ("-d", "opcache.enable_cli=1", "-d", "opcache.memory_consumption=128", "-d", "opcache.revalidate_freq=0")


def _php(script: Path, *arguments: str, settings: str = "", stdin: str = "") -> str:
    environment = {**os.environ, "MW_INSTALL_PATH": str(MEDIAWIKI)}
    environment.pop("MW_CONFIG_FILE", None)  # the installer must not see another wiki's
    if settings:
        environment["MW_CONFIG_FILE"] = settings
    done = subprocess.run(
        ["php", "-d", "memory_limit=-1", str(script), *arguments],
        input=stdin.encode(),
        capture_output=True,
        env=environment,
        check=False,
    )
    if done.returncode:
        said = (done.stdout + done.stderr).decode(errors="replace")
        raise RuntimeError(f"{script.name} ended with {done.returncode}: {said[-2000:]}")
    return done.stdout.decode()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_answering(address: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(f"{address}/api.php?action=query&meta=siteinfo&format=json", timeout=30):
                return
        except OSError as reason:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the wiki does not answer at {address}: {reason}") from reason
            time.sleep(0.02)
