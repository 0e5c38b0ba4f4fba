"""One write to a wiki: one POST, never repeated here, and never followed elsewhere.

What comes back says whether the wiki refused it, or that nobody knows. Only the API's own word, or a connection that
was never made, proves that nothing happened; a cut, a proxy's error page or half an answer prove nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from holdfast.actions.steps.ports import BusyError
from holdfast.errors import InputRefusedError
from holdfast.wiki.client import Value, WikiClient, as_text, retry_after

_TIMEOUT_SECONDS = (10.0, 120.0)
_LARGEST_ANSWER_BYTES = 4 * 2**20  # bytes of an answer to a write; chosen


@dataclass(frozen=True, kw_only=True)
class Posted:
    """What the wiki answered, and how long it asks to wait before the next try (0: it does not say)."""

    content: Mapping[str, Any]
    wait_seconds: float = 0


def post_once(client: WikiClient, parameters: Mapping[str, Value]) -> Posted:
    """The wiki's answer, errors included: an object with `errors`, or with the action's name.

    Raises BusyError `wiki.not_reached` (nothing happened) or `wiki.answer_lost` (nobody knows), and
    InputRefusedError `wiki.redirected` (the address is not the wiki's).
    """
    asked = as_text(parameters) | {"format": "json", "formatversion": "2", "errorformat": "none"}
    if client.maxlag_seconds is not None:
        asked["maxlag"] = str(client.maxlag_seconds)
    try:
        with client.session.post(
            client.api.url, data=asked, timeout=_TIMEOUT_SECONDS, allow_redirects=False, stream=True
        ) as reply:
            body = _body(reply)
    except requests.RequestException as reason:
        if _never_left(reason):
            raise _not_reached(client, type(reason).__name__) from None
        raise _lost(client, type(reason).__name__) from None
    if reply.is_redirect:
        raise InputRefusedError(
            "wiki.redirected",
            "the wiki sends a write to another address",
            expected="an answer from the address given",
            got=f"HTTP {reply.status_code}",
            place=client.api.shown,
            hint="give the final address of api.php, with https where the wiki has it",
        )
    found = _parsed(body)
    if found is None or (reply.status_code != 200 and "MediaWiki-API-Error" not in reply.headers):
        raise _lost(client, f"HTTP {reply.status_code}")
    return Posted(content=found, wait_seconds=retry_after(reply) or 0)


def _body(reply: requests.Response) -> bytes:
    pieces, size = [], 0
    for piece in reply.iter_content(2**16):
        pieces.append(piece)
        size += len(piece)
        if size > _LARGEST_ANSWER_BYTES:
            raise requests.exceptions.ContentDecodingError("too large")
    return b"".join(pieces)


def _parsed(body: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _never_left(reason: requests.RequestException) -> bool:
    """Whether no connection was made, so that the wiki cannot have read a word."""
    if isinstance(reason, requests.exceptions.ConnectTimeout):
        return True
    inner = reason.args[0] if reason.args else None
    return isinstance(inner, MaxRetryError) and isinstance(inner.reason, NewConnectionError)


def _not_reached(client: WikiClient, got: str) -> BusyError:
    return BusyError(
        "wiki.not_reached",
        "the wiki cannot be reached",
        outcome_known=True,
        got=got,
        place=client.api.shown,
        hint="nothing was written; the next run goes on",
    )


def _lost(client: WikiClient, got: str) -> BusyError:
    return BusyError(
        "wiki.answer_lost",
        "the wiki's answer to a write was lost, so the write may have happened",
        outcome_known=False,
        got=got,
        place=client.api.shown,
        hint="what is there is read before anything is repeated",
    )
