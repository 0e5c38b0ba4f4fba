"""Whole copies of the database: taken while it is in use, and put into an empty one. Sessions are never copied."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

from holdfast.errors import InputRefusedError, ServiceUnavailableError
from holdfast.store.office.config import OfficeConfig

_NOT_COPIED = ("office_session",)
_TIMEOUT_SECONDS = 3600  # seconds for a dump or a restore; chosen


def engine_of(config: OfficeConfig) -> str:
    """`sqlite` or `postgresql`."""
    return "postgresql" if config.database_url else "sqlite"


def dump_database(config: OfficeConfig, place: Path) -> None:
    """Write a consistent copy of the database to a file that is not there yet (mode 0600).

    A SQLite file, or PostgreSQL's plain SQL. Raises ServiceUnavailableError `office.database.program`.
    """
    os.close(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    if engine_of(config) == "sqlite":
        _dump_sqlite(Path(config.database["NAME"]), place)
        return
    left_out = [f"--exclude-table-data={table}" for table in _NOT_COPIED]
    _run(config, "pg_dump", "--format=plain", "--no-owner", "--no-privileges", *left_out, f"--file={place}")


def load_database(config: OfficeConfig, place: Path) -> None:
    """Put a copy into an empty database, whole or not at all.

    Raises InputRefusedError `office.database.not_empty`, ServiceUnavailableError `office.database.program`.
    """
    if engine_of(config) == "sqlite":
        target = Path(config.database["NAME"])
        if target.exists():
            raise _not_empty(str(target))
        shutil.copyfile(place, target)
        target.chmod(0o600)
        return
    if _run(config, "psql", *_QUIET, "--tuples-only", "--command", _COUNT).strip() != "0":
        raise _not_empty(str(config.database["NAME"]))
    _run(config, "psql", *_QUIET, "--single-transaction", f"--file={place}")


_QUIET = ("--no-psqlrc", "--quiet", "--no-align", "--set=ON_ERROR_STOP=1")
_COUNT = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"


def _dump_sqlite(source: Path, place: Path) -> None:
    uri = f"{source.absolute().as_uri()}?mode=ro"
    with (
        contextlib.closing(sqlite3.connect(uri, uri=True)) as reading,
        contextlib.closing(sqlite3.connect(place)) as writing,
    ):
        reading.backup(writing)
        writing.execute("PRAGMA secure_delete=ON")
        for table in _NOT_COPIED:
            writing.execute(f"DELETE FROM {table}")
        writing.commit()
        writing.execute("PRAGMA journal_mode=DELETE")
        writing.execute("VACUUM")


def _run(config: OfficeConfig, name: str, *arguments: str) -> str:
    """Run one of PostgreSQL's programs on the office's database; its secrets go through the environment."""
    database: dict[str, Any] = config.database
    given = {
        "PGHOST": database["HOST"],
        "PGPORT": database["PORT"],
        "PGUSER": database["USER"],
        "PGPASSWORD": database["PASSWORD"],
        "PGDATABASE": database["NAME"],
    }
    environment = {**os.environ, **{key: value for key, value in given.items() if value}}
    try:
        done = subprocess.run(
            [postgresql_program(name), *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=_TIMEOUT_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as reason:
        raise _unavailable(name, type(reason).__name__) from None
    if done.returncode != 0:
        # the first line alone: what follows may quote rows
        raise _unavailable(name, done.stderr.partition("\n")[0][:200])
    return done.stdout


def postgresql_program(name: str) -> str:
    """Debian keeps PostgreSQL's own programs outside PATH; the newest wins, since it reads every older server."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda each: float(each.parts[4]))
    return str(found[-1]) if found else name


def _unavailable(name: str, got: str) -> ServiceUnavailableError:
    return ServiceUnavailableError(
        "office.database.program",
        f"PostgreSQL's {name} did not do its work",
        got=got,
        hint="install PostgreSQL's client programs of the server's version, and check database_url in office.toml",
    )


def _not_empty(place: str) -> InputRefusedError:
    return InputRefusedError(
        "office.database.not_empty",
        "there is something in this database already",
        expected="an empty one",
        place=place,
        hint="a copy is never put over a live office: name a new empty database with --database-url",
    )
