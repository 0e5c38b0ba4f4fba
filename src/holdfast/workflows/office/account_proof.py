"""Proof that an account is somebody's own: they save a code in an edit of that account, and it is read back.

No account with the office is needed. A question about look-ups and an appeal are proven in this one way.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from holdfast.accounts.names import AccountName, same_account
from holdfast.errors import CheckFailedError
from holdfast.ids import WikiName
from holdfast.wiki.revision import WrittenRevision

ReadRevision = Callable[[WikiName, int], WrittenRevision]
_CLOCKS_DIFFER = timedelta(minutes=5)


def fresh_code() -> str:
    """A code for one person. It may be seen by everybody: what proves is who saves it."""
    return f"holdfast-{secrets.token_hex(10)}"


def check_saved(found: WrittenRevision, *, account: AccountName, code: str, given_at: datetime, refusal: str) -> None:
    """Return when the account itself wrote the code into this revision, after it was given.

    A code that somebody else left on the page proves nothing, though the page's owner edits it afterwards.
    Raises CheckFailedError with the code `refusal`, and what is not so.
    """
    for holds, what in (
        (same_account(found.account, account), "another account wrote this revision"),
        (code in f"{found.summary} {found.text}", "the code does not stand in this revision"),
        (found.brings(code), "the code stood on the page before this edit: somebody else may have left it there"),
        (found.at >= given_at - _CLOCKS_DIFFER, "the revision is older than the code"),
    ):
        if not holds:
            raise CheckFailedError(
                refusal, what, hint="save the code in a new edit of this account, and give the number of that edit"
            )
