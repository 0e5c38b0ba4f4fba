"""Fetching CheckUser's log from a live wiki, whole. Reading the log writes nothing, not even into that log.

Tested against recorded answers of the extension, not against a live one.
"""

from holdfast.canonical import canonical_bytes
from holdfast.errors import InputRefusedError
from holdfast.wiki.hand import ApiHand


def fetch_checkuser_log(hand: ApiHand, *, since: str | None = None, until: str | None = None) -> tuple[bytes, ...]:
    """The API's answers in the order in which they came, newest look-ups first, for `access.lookups_read`.

    `since` and `until` are ISO 8601. The answers hold names and addresses: they are for the reader alone and are kept
    nowhere. Raises InputRefusedError `wiki.checkuser.denied` without the right `checkuser-log`, and
    `wiki.checkuser.none` where the wiki has no such extension.
    """
    found = []
    try:
        for answer in hand.session.answers(
            list="checkuserlog", cullimit="max", culdir="older", culfrom=until, culto=since
        ):
            if "checkuserlog" not in (answer.get("query") or {}):
                raise _none(hand)
            found.append(canonical_bytes(answer))
    except InputRefusedError as reason:
        if reason.offender != "permissiondenied":
            raise
        raise InputRefusedError(
            "wiki.checkuser.denied",
            "the wiki does not show this account the log of look-ups",
            expected="the right checkuser-log, and a grant of the bot password that holds it",
            place=hand.session.place,
            hint="ask for the right, or hand in an export made by somebody who has it",
        ) from None
    return tuple(found)


def _none(hand: ApiHand) -> InputRefusedError:
    return InputRefusedError(
        "wiki.checkuser.none",
        "this wiki keeps no log of look-ups",
        expected="a wiki with the extension CheckUser",
        place=str(hand.wiki),
        hint="hand in an export, if the log is kept elsewhere",
    )
