"""A real PostgreSQL for tests: `postgres.url()` is the address of a fresh empty database."""

from collections.abc import Iterator

import pytest

from holdfast.store.office.dump import postgresql_program as program
from holdfast.workflows.demo.private_postgresql import PrivatePostgresql as Cluster
from holdfast.workflows.demo.private_postgresql import private_postgresql

__all__ = ["Cluster", "postgres", "program"]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A server for this run of the tests; each test takes a database of its own."""
    with private_postgresql() as server:
        yield server
