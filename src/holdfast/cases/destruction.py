"""Destroying a case: two custodians who wrote nothing in it, over the same bytes (2.3)."""

from datetime import datetime

from holdfast.canonical import canonical_bytes, sha256_hex
from holdfast.cases._kind import CUSTODIAN
from holdfast.cases.case import Case, wish
from holdfast.cases.course import check_may_destroy
from holdfast.facts import Fact, MemberId


def destruction_content(case_id: str, case: Case, why: str, asked_at: datetime) -> bytes:
    """The canonical bytes that both custodians sign: which case, how far it has come, and why.

    Raises CheckFailedError `case.destroy.not_closed` or `case.destroy.appeal_open`.
    """
    check_may_destroy(case, asked_at)
    return canonical_bytes(
        {
            "act": "destroy a case",
            "asked_at": asked_at.isoformat(),
            "case": case_id,
            "last_at": case.last_at.isoformat(),
            "why": why,
        }
    )


def barred_from_destroying(case: Case) -> dict[MemberId, str]:
    """Who may not approve it: whoever wrote in the case, and whoever may not read it; for `check_approved`."""
    return {**dict.fromkeys(case.writers, "wrote in this case"), **case.readers.barred}


def destroy(
    case: Case, why: str, content: bytes, approved_by: frozenset[MemberId], *, by: MemberId, at: datetime
) -> Fact:
    """The last fact of a case, after the approvals over `content` were verified.

    Raises CheckFailedError `case.destroy.…`. Afterwards the store deletes the wrapped key, and with it the case.
    """
    body = {"why": why, "approved_by": sorted(approved_by), "sha256": sha256_hex(content)}
    return wish(case, "destroyed", body, by=by, at=at, roles=frozenset({CUSTODIAN}))
