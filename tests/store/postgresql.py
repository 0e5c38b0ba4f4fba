"""A real PostgreSQL for tests: a private cluster in a temporary folder, on a Unix socket alone.

Debian keeps the programs outside PATH. A server refuses to run as root, so it then runs as the user `postgres`.
"""

import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

_NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=", "autovacuum=off")


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A running server."""

    socket: Path
    user: str
    count: list[int]

    def url(self, name: str = "") -> str:
        """A fresh empty database's address, as `office.toml` has it."""
        self.count[0] += 1
        fresh = name or f"office_{self.count[0]}"
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{fresh}"')  # type: ignore[call-overload]
        return self._address(fresh)

    def _address(self, name: str) -> str:
        return f"postgresql://{self.user}@/{name}?host={self.socket}"


def program(name: str) -> str:
    """Where a program of PostgreSQL lies. The newest of Debian's wins."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda each: int(each.parts[4]))
    path = str(found[-1]) if found else shutil.which(name)
    assert path, f"PostgreSQL's {name} is missing: scripts/setup installs the package postgresql"
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A server for this run of the tests; each test takes a database of its own with `postgres.url()`."""
    # short, for the name of a socket holds 107 bytes at most
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    user = "postgres" if os.geteuid() == 0 else getpass.getuser()
    if os.geteuid() == 0:
        shutil.chown(folder, user, user)
    data = folder / "data"

    def run(*command: str) -> None:
        as_user = {"user": user, "group": user, "extra_groups": []} if os.geteuid() == 0 else {}
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, **as_user)  # type: ignore[call-overload]
        assert done.returncode == 0, done.stdout + done.stderr

    options = " ".join(f"-c {each}" for each in (*_NOT_DURABLE, f"unix_socket_directories={folder}"))
    try:
        run(program("initdb"), "-D", str(data), "-A", "trust", "-U", user, "-E", "UTF8", "--locale=C", "--no-sync")
        run(program("pg_ctl"), "-D", str(data), "-l", str(folder / "log"), "-o", options, "-w", "start")
        try:
            yield Cluster(socket=folder, user=user, count=[0])
        finally:
            run(program("pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
