"""The office's folder and its `office.toml`: what an operator may set, read once and frozen.

Keys lie in a folder of their own, apart from the data: whoever copies the office without its keys has sealed bytes.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from holdfast.errors import InputRefusedError, UsageError
from holdfast.ids import WikiName, wiki_name
from holdfast.papers.documents import read_toml
from holdfast.papers.shapes import check_shape, object_of

CONFIG_FILE = "office.toml"
DATABASE_FILE = "office.sqlite"
LOG_FOLDER = "log"
SHORTEST_WAY_BACK_HOURS = 24
"""A way back that nobody had a day to see would be a way in."""


@dataclass(frozen=True, kw_only=True)
class WikiConfig:
    """One wiki that the office acts on. How to sign in there stands in the keys folder, not here."""

    name: WikiName
    api: str = ""
    language: str = "en"


@dataclass(frozen=True, kw_only=True)
class OfficeConfig:
    """The settings of one office."""

    folder: Path
    keys: Path
    name: str = "Holdfast office"
    database_url: str = ""
    """Empty: the SQLite file in the folder. Otherwise postgresql://USER@HOST:PORT/NAME or …?host=/socket/folder."""
    port: int = 8420
    public_url: str = ""
    """The address that browsers use when a proxy with TLS stands in front, such as https://office.example.org."""
    links_on_this_machine: bool = False
    """Whether notices may hold links that this machine alone can open: for a demo or a test, never for people."""
    log_url: str = ""
    """Where the public log is served, for links; empty: nowhere yet."""
    idle_minutes: int = 15
    fresh_minutes: int = 10
    """How long a passkey stays fresh."""
    sealed_reads_per_day: int = 300
    alarm_at_reads: int = 200
    approval_hours: int = 24
    """How long a signature under a proposal counts."""
    way_back_hours: int = 72
    """How long a way back by shares of the master key is announced before it opens; at least 24."""
    two_holders_days: int = 30
    review_days: int = 28
    look_up_notice_days: int = 90
    idle_case_days: int = 60
    audit_head_minutes: int = 60
    """How often the audit's head goes into the public log."""
    appeal_days: int = 60
    no_worse_on_own_appeal: bool = True
    """Whether an appeal may never end in something more severe (D4)."""
    retention_days: Mapping[str, int] = field(default_factory=lambda: {"lookup": 1095, "case": 1825, "question": 365})
    wikis: Mapping[WikiName, WikiConfig] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """The origin that browsers see; passkeys are bound to it."""
        return self.public_url or f"http://localhost:{self.port}"

    @property
    def rp_id(self) -> str:
        """The host that passkeys are bound to."""
        return urlsplit(self.origin).hostname or "localhost"

    @property
    def database(self) -> dict[str, Any]:
        """Django's settings of the database."""
        if not self.database_url:
            return {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(self.folder / DATABASE_FILE),
                "OPTIONS": {
                    "transaction_mode": "IMMEDIATE",
                    "timeout": 20,
                    # secure_delete: what is erased leaves no bytes behind in the file
                    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
                },
            }
        return _postgresql(self.database_url)

    @property
    def log_folder(self) -> Path:
        """The folder of the public log (`record`)."""
        return self.folder / LOG_FOLDER


def office_folders(office: Path | None, keys: Path | None) -> tuple[Path, Path]:
    """The office's folder and its keys', from options, environment (`HOLDFAST_OFFICE`, `HOLDFAST_KEYS`), defaults."""
    folder = (office or Path(os.environ.get("HOLDFAST_OFFICE", "office"))).absolute()
    given = keys or (Path(os.environ["HOLDFAST_KEYS"]) if os.environ.get("HOLDFAST_KEYS") else None)
    apart = (given or folder.with_name(folder.name + "-keys")).absolute()
    if apart == folder or apart.is_relative_to(folder) or folder.is_relative_to(apart):
        raise UsageError(
            "office.keys.inside",
            "the keys would lie with the data that they protect",
            expected="a keys folder outside the office's folder",
            place=str(apart),
            hint="give another folder with --keys, best on another disk",
        )
    return folder, apart


def read_config(folder: Path, keys: Path) -> OfficeConfig:
    """The checked settings. Raises InputRefusedError `office.missing` or `office.config`."""
    path = folder / CONFIG_FILE
    if not path.is_file():
        raise InputRefusedError(
            "office.missing",
            "there is no office here",
            expected=f"the file {CONFIG_FILE}",
            place=str(folder),
            hint="make one with `holdfast office init`, or name its folder with --office",
        )
    file = read_toml(path, no_file="office.missing", code="office.config")
    check_shape(
        file,
        SHAPE,
        code="office.config",
        what="the settings of the office cannot be read",
        hint="docs/running.md describes the settings; correct the file, nothing was changed",
    )
    values = dict(file.data)
    wikis = {
        wiki_name(name): WikiConfig(name=wiki_name(name), **given) for name, given in values.pop("wikis", {}).items()
    }
    return OfficeConfig(folder=folder, keys=keys, wikis=wikis, **values)


SHAPE: Mapping[str, Any] = object_of(
    OfficeConfig,
    without=("folder", "keys"),
    least=1,
    own={
        "way_back_hours": {"type": "integer", "minimum": SHORTEST_WAY_BACK_HOURS},
        "retention_days": {"type": "object", "additionalProperties": {"type": "integer", "minimum": 1}},
        "wikis": {"type": "object", "additionalProperties": object_of(WikiConfig, without=("name",))},
    },
)
"""The shape of `office.toml`."""


def _postgresql(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    options = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise UsageError(
            "office.database",
            "this is not the address of a database",
            expected="postgresql://USER@HOST:PORT/NAME",
            hint="leave database_url empty for the built-in SQLite",
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or os.environ.get("PGPASSWORD", "")),
        "HOST": unquote(parts.hostname or options.get("host", "")),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def config_text(
    *,
    name: str,
    database_url: str = "",
    port: int = 8420,
    wikis: Mapping[str, tuple[str, str]] | None = None,
    links_on_this_machine: bool = False,
) -> str:
    """A fresh `office.toml`; `wikis` maps a name to its API address and language."""
    lines = [
        "# The settings of this office. Each one is described in docs/running.md; what is left out has its default.",
        f"name = {_quoted(name)}",
        f"port = {port}",
        f"database_url = {_quoted(database_url)}  # empty: office.sqlite beside this file",
        "idle_minutes = 15",
        "fresh_minutes = 10",
        "sealed_reads_per_day = 300",
        *(["links_on_this_machine = true  # a demo or a test: no real person gets a notice"] * links_on_this_machine),
        "",
        "# One table for each wiki; how to sign in there stands in wikis.toml in the keys folder.",
        "# [wikis.mywiki]",
        '# api = "https://wiki.example.org/w/api.php"',
        '# language = "en"',
    ]
    for wiki, (api, language) in (wikis or {}).items():
        lines += ["", f"[wikis.{wiki_name(wiki)}]", f"api = {_quoted(api)}", f"language = {_quoted(language)}"]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
