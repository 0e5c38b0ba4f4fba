"""Moments of the database: one at which all is read, and one at which somebody else was first.

with one_moment():                    everything read inside is of one moment, however busy the office is
with told_of_races():                 who loses a race is told so, and is not shown a fault of the database
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, OperationalError, connection, transaction

from holdfast.errors import CheckFailedError, ServiceUnavailableError


@contextmanager
def one_moment() -> Iterator[None]:
    """Everything read inside is of one moment, and nothing can be written. Others write on meanwhile.

    SQLite reads from its write-ahead file without a lock; PostgreSQL reads one snapshot. Not inside a transaction.
    """
    if connection.in_atomic_block:
        raise AssertionError("a snapshot is taken outside every transaction")
    if connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    connection.ensure_connection()
    usual, connection.transaction_mode = connection.transaction_mode, "DEFERRED"
    try:
        with transaction.atomic():
            connection.transaction_mode = usual
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM office_sequence LIMIT 1")  # SQLite's moment is that of its first read
                cursor.fetchall()
            yield
    finally:
        connection.transaction_mode = usual


@contextmanager
def told_of_races() -> Iterator[None]:
    """Around a whole transaction: a race that was lost becomes an error that says so.

    Raises CheckFailedError `office.race.lost` when somebody else wrote the same thing first, ServiceUnavailableError
    `office.race.waited` when the database did not let us write in time, or is away. Nothing was written then.
    """
    try:
        yield
    except IntegrityError:
        raise CheckFailedError(
            "office.race.lost",
            "somebody else did the same at the same moment, and was first",
            hint="nothing of yours was written: look at what they did, and do it again if it is still wanted",
        ) from None
    except OperationalError as reason:
        raise ServiceUnavailableError(
            "office.race.waited",
            "others were writing, and the database did not let this in",
            got=type(reason.__cause__ or reason).__name__,
            hint="nothing of yours was written: try again in a moment",
        ) from None
