"""The tests have a real PostgreSQL."""

import psycopg

from store.postgresql import Cluster


def test_each_test_has_a_database_of_its_own(postgres: Cluster) -> None:
    one, two = postgres.url(), postgres.url()
    assert one != two
    for url in (one, two):
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE only_here (a int)")
