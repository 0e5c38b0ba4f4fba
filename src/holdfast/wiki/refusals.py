"""What the wiki's error codes mean for a write: wait, go on with the other operator, correct the plan, or stop.

The codes are those of MediaWiki's Action API; texts are translated on each wiki and are never looked at.
"""

from holdfast.actions.steps.ports import BusyError, HandLostError
from holdfast.errors import CheckFailedError, HoldfastError, InputRefusedError
from holdfast.wiki.client import error_code
from holdfast.wiki.posting import Posted

ALREADY_SO = frozenset({"alreadyblocked", "cantunblock"})
"""The wiki says that there is nothing to do. Whether that is so, the reading back decides."""
SESSION_GONE = frozenset({"assertbotfailed", "assertuserfailed", "assertnameduserfailed"})
"""The login is lost; the wiki has looked at nothing else of the request."""
BAD_TOKEN = "badtoken"

_BUSY_SECONDS = {"maxlag": 5.0, "readonly": 30.0, "ratelimited": 60.0, "editconflict": 0.0, "badmd5": 0.0}
"""How long to wait where the wiki does not say; a rate limit of MediaWiki counts by the minute."""
_HAND = {
    "permissiondenied": "a right is missing",
    "ipbblocked": "the operator's account is blocked",
    "ipbnounblockself": "the operator's account is blocked and may not lift that itself",
    "blocked": "the operator's account is blocked",
    "autoblocked": "the operator's address is blocked",
    "globalblocking-ipblocked": "the operator's address is blocked globally",
    "writeapidenied": "the operator's account may not write",
    "readapidenied": "the operator's account may not read",
    "mwoauth-invalid-authorization": "the operator's authorisation was withdrawn",
}
_TARGET = {
    "nosuchuser": "the wiki does not know this account",
    "nosuchuserid": "the wiki does not know this account",
    "baduser": "this is no name of an account",
    "invaliduser": "this is no name of an account",
    "invalidtitle": "this is no title of a page",
    "missingtitle": "the page does not exist",
    "missingtitle-createonly": "the page does not exist",
    "pastexpiry": "the end lies in the past",
    "ipb_expiry_old": "the end lies in the past",
    "invalidexpiry": "the end cannot be read",
    "ip_range_toolarge": "the range of addresses is too large",
    "ipb-prevent-user-talk-edit": "a partial block must leave the talk page open",
    "protect-invalidlevel": "the wiki does not know this level of protection",
    "protect-invalidaction": "this page cannot be protected against that",
    "protectedpage": "the page is protected against the operator",
    "cantedit": "the page cannot be edited by the operator",
    "titleblacklist-forbidden": "the wiki's title blacklist forbids the page",
    "abusefilter-disallowed": "one of the wiki's edit filters refuses the message",
    "spamblacklist": "the wiki's list of unwanted addresses refuses the message",
    "no-direct-editing": "the talk page is of a form that a message cannot be added to",
}


def refusal(answer: Posted, *, place: str) -> HoldfastError | None:
    """The error that an answer's code means, or null when it has none, or one that says `already so`."""
    code = error_code(answer.content)
    if code is None or code in ALREADY_SO:
        return None
    if code in _BUSY_SECONDS:
        return BusyError(
            f"wiki.{code}",
            "the wiki asks for patience; nothing was written",
            outcome_known=True,
            wait_seconds=max(answer.wait_seconds, _BUSY_SECONDS[code]),
            place=place,
            hint="the next try, or the next run, goes on",
        )
    if code.startswith("internal_api_error"):
        return BusyError(
            "wiki.answer_lost",
            "the wiki stumbled over a write, which may have happened",
            outcome_known=False,
            got=code,
            place=place,
            hint="what is there is read before anything is repeated",
        )
    if code in _HAND:
        return HandLostError(
            "wiki.hand_lost",
            _HAND[code],
            got=code,
            place=place,
            hint="the second operator goes on; find out who did this, and why",
        )
    if code in _TARGET:
        return InputRefusedError(
            "wiki.target_refused",
            _TARGET[code],
            got=code,
            place=place,
            hint="this target is held; correct the plan, or skip it with two approvals",
        )
    return CheckFailedError(
        "wiki.write_refused",
        "the wiki refuses the write, for a reason that Holdfast does not expect",
        got=code,
        place=place,
        hint="nothing is repeated; look the code up in the wiki's api.php and report it",
    )
