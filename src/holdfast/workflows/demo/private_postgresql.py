"""A private PostgreSQL in a temporary folder, on a Unix socket alone, for tests and benchmarks; gone afterwards.

Nothing in it survives a crash. Debian keeps the programs outside PATH. A server refuses to run as root, so it then
runs as the user `postgres`.
"""

import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from holdfast.errors import ServiceUnavailableError
from holdfast.store.office.dump import postgresql_program
from holdfast.workflows.demo.watched import when_this_ends

# as `pg_ctl -m immediate stop`, for the server runs in a session of its own and outlives who started it
_END = """
pid=$(head -n 1 "$1/data/postmaster.pid") && kill -QUIT "$pid"
while kill -0 "$pid"; do sleep 0.1; done
rm -rf "$1"
"""
_NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=")


@dataclass(frozen=True, kw_only=True)
class PrivatePostgresql:
    """A running server."""

    socket: Path
    user: str
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self) -> str:
        """The address of a fresh empty database, as `office.toml` has it."""
        import psycopg

        name = f"office_{next(self._numbers)}"
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return self._address(name)

    def _address(self, name: str) -> str:
        return f"postgresql://{self.user}@/{name}?host={self.socket}"


@contextmanager
def private_postgresql() -> Iterator[PrivatePostgresql]:
    """A server while the block runs. Raises ServiceUnavailableError `office.database.program`."""
    # short, for the name of a socket holds 107 bytes at most
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    root = os.geteuid() == 0
    user = "postgres" if root else getpass.getuser()
    runs_as = user if root else None
    if root:
        shutil.chown(folder, user, user)
    data = str(folder / "data")
    options = " ".join(f"-c {each}" for each in (*_NOT_DURABLE, f"unix_socket_directories={folder}"))
    try:
        create = ("-D", data, "-A", "trust", "-U", user, "-E", "UTF8", "--locale=C", "--no-sync")
        _run(folder, runs_as, "initdb", *create)
        with when_this_ends(_END, str(folder)):
            start = ("-D", data, "-l", f"{folder}/log", "-o", options, "-w", "start")
            _run(folder, runs_as, "pg_ctl", *start)
            yield PrivatePostgresql(socket=folder, user=user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(folder: Path, user: str | None, name: str, *arguments: str) -> None:
    as_user: dict[str, Any] = {"user": user, "group": user, "extra_groups": []} if user else {}
    try:
        done = subprocess.run(
            [postgresql_program(name), *arguments], cwd=folder, capture_output=True, text=True, check=False, **as_user
        )
    except OSError as reason:
        raise _unavailable(name, type(reason).__name__) from None
    if done.returncode != 0:
        raise _unavailable(name, (done.stderr or done.stdout)[-200:])


def _unavailable(name: str, got: str) -> ServiceUnavailableError:
    return ServiceUnavailableError(
        "office.database.program",
        f"PostgreSQL's {name} did not do its work",
        got=got,
        hint="install Debian's package postgresql",
    )
