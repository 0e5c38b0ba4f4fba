"""The last of what was erased: its bytes leave the database's own files too.

SQLite writes first into a write-ahead file beside the database, where the bytes of before lie on until the file is
emptied; while anybody reads an earlier moment it cannot be. So it is emptied after each erasure, and where that was
not possible a mark stays that the tick and `holdfast office doctor` see.
"""

from django.db import OperationalError, connection, transaction

from holdfast.store.office.tidying import mark, set_mark

_MARK = "erased, bytes still in the file"
_AT_ONCE_MS, _PATIENT_MS = 250, 5000


def empty_after_commit() -> None:
    """Inside the transaction that erases: note that bytes are left behind, and take them away when it is done."""
    if connection.vendor == "sqlite":
        set_mark(_MARK, mark(_MARK) + 1)
        transaction.on_commit(lambda: empty(_AT_ONCE_MS))


def left_behind() -> int:
    """How many erasures have bytes left in the write-ahead file, as far as is known; 0 on PostgreSQL."""
    return mark(_MARK)


def empty(wait_ms: int = _PATIENT_MS) -> bool:
    """Empty the write-ahead file; False when somebody reads an earlier moment, and it is to be tried again.

    Outside a transaction. It waits for readers no longer than `wait_ms`, because writers wait meanwhile.
    """
    known = left_behind()
    with connection.cursor() as cursor:
        usual = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        try:
            cursor.execute(f"PRAGMA busy_timeout = {int(wait_ms)}")
            busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except OperationalError:  # this very connection is in the middle of reading
            busy = True
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {int(usual)}")
    if busy:
        return False
    with transaction.atomic():
        # an erasure that came in between keeps its mark
        set_mark(_MARK, max(0, mark(_MARK) - known))
    return True
