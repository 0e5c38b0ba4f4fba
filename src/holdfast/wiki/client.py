"""Speaking with a live MediaWiki through its Action API: reading, patiently, without trusting the answer's shape.

Every request asks for formatversion 2 and plain error codes, names Holdfast and a contact in its User-Agent, and
tells the wiki to refuse it while its replicas lag. What a wiki says about waiting is obeyed; where it says nothing,
the waits here hold. A wiki answers errors with HTTP 200: codes alone decide what happens, never texts.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from holdfast.canonical import canonical_bytes, parse_json, sha256_hex
from holdfast.errors import HoldfastError, InputRefusedError, ServiceUnavailableError
from holdfast.version import VERSION
from holdfast.wiki.address import WikiAddress, is_loopback

Value = str | int | bool | None
Sleep = Callable[[float], None]
OnWait = Callable[[str, float], None]

_BUSY = frozenset({"maxlag", "readonly", "ratelimited"})
_PASSING = ("internal_api_error_DB", "internal_api_error_Wikimedia\\Rdbms")
_DENIED = frozenset({"readapidenied", "mwoauth-invalid-authorization"})
_BAD_STATUS = frozenset({408, 425, 429})

_TIMEOUT_SECONDS = (10.0, 90.0)
_LARGEST_ANSWER_BYTES = 64 * 2**20  # bytes of an answer; chosen, bounds memory
_REDIRECTS_FOLLOWED = 3  # redirects; chosen
_EMPTY_BATCHES_BORNE = 200  # batches without rows before a continuation is taken for endless; chosen


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long to wait before each further try, in seconds; with none left the wiki counts as unavailable."""

    outage: tuple[float, ...] = (1, 2, 4, 8, 16)
    """No answer, half an answer, or a server error."""
    busy: tuple[float, ...] = (5, 10, 20, 40, 60, 60)
    """Lagging, read-only or too many requests, where the wiki does not say how long."""
    longest: float = 300
    """A wiki that asks for a longer wait than this is left alone until the next run."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer of the API and the SHA-256 of its bytes."""

    content: Mapping[str, Any]
    sha256: str
    size_bytes: int


class _TryAgainError(Exception):
    """The request did not succeed and may be repeated; carries the error to raise when patience ends."""

    def __init__(self, error: HoldfastError, wait: float | None, *, busy: bool) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait = wait
        self.busy = busy


class WikiClient:
    """One wiki's API. Made for the address that a person gave; it never follows to another host."""

    def __init__(
        self,
        api: WikiAddress,
        *,
        contact: str = "",
        maxlag_seconds: int | None = 5,
        patience: Patience | None = None,
        sleep: Sleep | None = None,
        on_wait: OnWait = lambda why, seconds: None,
    ) -> None:
        self.api = api
        self._patience = patience or Patience()
        self._sleep = sleep or time.sleep
        self._on_wait = on_wait
        self.session = open_session(api, contact)
        """Carries the login of an operator, where there is one; nothing of it may be shown."""
        self.maxlag_seconds = maxlag_seconds

    def read(self, **parameters: Value) -> Answer:
        """One GET of the API, repeated while the wiki is busy or away; reading twice does no harm.

        Raises ServiceUnavailableError `wiki.busy`, `wiki.unavailable` or `wiki.not_json` when patience ends, and
        InputRefusedError `wiki.refused`, `wiki.read_denied` or `wiki.redirected` at once.
        """
        asked = as_text(parameters) | {"format": "json", "formatversion": "2", "errorformat": "plaintext"}
        if self.maxlag_seconds is not None:
            asked["maxlag"] = str(self.maxlag_seconds)
        outages, waits = iter(self._patience.outage), iter(self._patience.busy)
        while True:
            try:
                return self._once(asked)
            except _TryAgainError as failed:
                own = next(waits if failed.busy else outages, None)
                wait = max(own or 0, failed.wait or 0)
                if own is None or wait > self._patience.longest:
                    raise failed.error from None
                self._on_wait(failed.error.what, wait)
                self._sleep(wait)

    def batches(
        self, *, go_on: Mapping[str, Value] | None = None, **parameters: Value
    ) -> Iterator[tuple[Answer, Mapping[str, Any] | None]]:
        """The answers to a query one after another, each with what to send to go on after it (null: it was the last).

        `go_on` is such an object of an earlier run. Raises InputRefusedError `wiki.continuation_loops` when the wiki
        sends the reader round in circles, and what `read` raises.
        """
        seen: set[bytes] = set()
        empty = 0
        following: Mapping[str, Any] | None = dict(go_on or {})
        while following is not None:
            answer = self.read(**parameters, **following)
            following = answer.content.get("continue")
            if following is not None:
                key = canonical_bytes(following)
                empty = 0 if answer.content.get("query") else empty + 1
                if key in seen or empty > _EMPTY_BATCHES_BORNE:
                    raise InputRefusedError(
                        "wiki.continuation_loops",
                        "the wiki sends the reader round in circles and would never end",
                        expected="a new place to go on from in each answer",
                        got="a place it gave before" if key in seen else f"{empty} answers without content",
                        place=self.api.shown,
                        hint="report this to the wiki's operators; nothing was changed",
                    )
                seen.add(key)
            yield answer, following

    def page(self, url: str) -> str:
        """The text of a web page of the wiki's own host, redirects within that host followed."""
        try:
            return self._fetch(url, {}).decode("utf-8", "replace")
        except _TryAgainError as failed:
            raise failed.error from None

    def _once(self, asked: Mapping[str, str]) -> Answer:
        body = self._fetch(self.api.url, asked)
        try:
            found = parse_json(body, place=self.api.shown)
        except InputRefusedError:
            raise _TryAgainError(self._not_json(body), None, busy=False) from None
        if not isinstance(found, dict):
            raise _TryAgainError(self._not_json(body), None, busy=False)
        code = error_code(found)
        if code is not None:
            raise self._refusal(code)
        return Answer(content=found, sha256=sha256_hex(body), size_bytes=len(body))

    def _fetch(self, url: str, asked: Mapping[str, str]) -> bytes:
        """The body of a 200 answer; raises _TryAgainError, InputRefusedError `wiki.redirected`, `wiki.not_found`."""
        for _ in range(_REDIRECTS_FOLLOWED + 1):
            try:
                with self.session.get(
                    url, params=dict(asked), timeout=_TIMEOUT_SECONDS, allow_redirects=False, stream=True
                ) as reply:
                    if reply.is_redirect:
                        url, asked = self._next_place(url, reply), {}
                        continue
                    body = self._body(reply)
            except requests.RequestException as reason:
                raise _TryAgainError(self._away(type(reason).__name__), None, busy=False) from None
            self._check_status(reply, body)
            return body
        raise InputRefusedError(
            "wiki.redirected", "the wiki redirects without end", place=self.api.shown, hint="check the address"
        )

    def _body(self, reply: requests.Response) -> bytes:
        pieces, size = [], 0
        for piece in reply.iter_content(2**16):
            pieces.append(piece)
            size += len(piece)
            if size > _LARGEST_ANSWER_BYTES:
                raise InputRefusedError(
                    "wiki.answer_too_large",
                    "the answer is larger than any that a wiki gives",
                    expected=f"at most {_LARGEST_ANSWER_BYTES} bytes",
                    place=self.api.shown,
                    hint="check the address",
                )
        return b"".join(pieces)

    def _next_place(self, url: str, reply: requests.Response) -> str:
        target = urljoin(url, reply.headers.get("Location", ""))
        old, new = urlsplit(url), urlsplit(target)
        if (new.hostname, new.scheme) == (old.hostname, "https") or new[:2] == old[:2]:
            return target
        raise InputRefusedError(
            "wiki.redirected",
            "the address leads to another host",
            expected=old.netloc,
            got=f"{new.scheme}://{new.netloc}",
            place=self.api.shown,
            hint="give that address yourself if it is the wiki you mean",
        )

    def _check_status(self, reply: requests.Response, body: bytes) -> None:
        status = reply.status_code
        if status == 200 or (status >= 400 and "MediaWiki-API-Error" in reply.headers and body[:1] == b"{"):
            if "Retry-After" in reply.headers and reply.headers.get("MediaWiki-API-Error") in _BUSY:
                raise _TryAgainError(self._busy(reply.headers["MediaWiki-API-Error"]), retry_after(reply), busy=True)
            return
        if status >= 500 or status in _BAD_STATUS:
            wait = retry_after(reply)
            error = self._away(f"HTTP {status}") if status != 429 else self._busy("HTTP 429")
            raise _TryAgainError(error, wait, busy=status == 429)
        raise InputRefusedError(
            "wiki.not_found" if status in (404, 410) else "wiki.forbidden",
            "the address does not answer as a wiki's API",
            expected="HTTP 200",
            got=f"HTTP {status}",
            place=self.api.shown,
            hint="give the wiki's main page or the address of its api.php",
        )

    def _refusal(self, code: str) -> Exception:
        if code in _BUSY:
            return _TryAgainError(self._busy(code), None, busy=True)
        if code.startswith(_PASSING):
            return _TryAgainError(self._away(code), None, busy=False)
        if code in _DENIED:
            return InputRefusedError(
                "wiki.read_denied",
                "this wiki does not let strangers read",
                got=code,
                place=self.api.shown,
                hint="ask its operators for a dump, and ingest that",
            )
        return InputRefusedError(
            "wiki.refused",
            "the wiki refuses the request",
            got=f"error code {code}",
            place=self.api.shown,
            hint="nothing was changed; look the code up in the wiki's api.php, or ingest a dump instead",
            offender=code,
        )

    def _busy(self, code: str) -> ServiceUnavailableError:
        return ServiceUnavailableError(
            "wiki.busy",
            "the wiki asks to be left alone for a while",
            got=code,
            place=self.api.shown,
            hint="run the same command again later; it goes on where it stopped",
        )

    def _away(self, got: str) -> ServiceUnavailableError:
        return ServiceUnavailableError(
            "wiki.unavailable",
            "the wiki does not answer",
            got=got,
            place=self.api.shown,
            hint="check the address; run the same command again later, it goes on where it stopped",
        )

    def _not_json(self, body: bytes) -> ServiceUnavailableError:
        looks = "a web page" if body.lstrip()[:1] == b"<" else "no answer" if not body else "something else"
        return ServiceUnavailableError(
            "wiki.not_json",
            "the wiki's API does not answer in JSON",
            expected="JSON",
            got=looks,
            place=self.api.shown,
            hint="check the address; if it is right, run the same command again later, it goes on where it stopped",
        )


def open_session(api: WikiAddress, contact: str) -> requests.Session:
    """A session that names Holdfast and sends no passwords of its own accord."""
    session = requests.Session()
    contact_said = contact or "no contact given"
    session.headers["User-Agent"] = f"Holdfast/{VERSION} ({contact_said}) requests/{requests.__version__}"
    session.auth = _no_credentials  # else passwords of a .netrc file would be sent
    if is_loopback(api.url):
        session.trust_env = False  # no proxy between this machine and itself
    return session


def _no_credentials(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def as_text(parameters: Mapping[str, Value]) -> dict[str, str]:
    """Booleans are true when present; null is left out."""
    return {
        name: "1" if value is True else str(value)
        for name, value in parameters.items()
        if value is not None and value is not False
    }


def error_code(found: Mapping[str, Any]) -> str | None:
    """The code of the first error, in the shape that was asked for or in the old one."""
    errors = found.get("errors")
    if isinstance(errors, list) and errors:
        return _code_in(errors[0])
    if "error" in found:
        return _code_in(found["error"])
    return None


def _code_in(error: object) -> str:
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, str) and code.isprintable() and len(code) < 100 else "unknown"


def retry_after(reply: requests.Response) -> float | None:
    text = reply.headers.get("Retry-After", "")
    return float(text) if text.isdecimal() else None
