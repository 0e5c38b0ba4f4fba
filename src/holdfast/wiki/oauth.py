"""Who somebody is on a wiki, by OAuth 2: the wiki's extension OAuth says so, and Holdfast may do nothing there.

    settings = read_wiki_sign_in(keys)              the file wiki-sign-in.toml in the keys folder; null without one
    attempt = fresh_attempt()
    settings.authorize_address(attempt, back)       where the browser is sent; it comes back to `back` with a code
    fetch_profile(settings, code, attempt, back)    the account; the tokens are thrown away

    rest = "https://meta.wikimedia.org/w/rest.php"  the form of wiki-sign-in.toml, mode 0600
    name = "Wikimedia"
    client_id = "…"
    client_secret = "…"

Written after the extension's code and documents. **Not tried against a live wiki.**
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import requests

from holdfast.accounts.names import AccountName, kept_name
from holdfast.canonical import parse_json
from holdfast.errors import CheckFailedError, InputRefusedError, ServiceUnavailableError
from holdfast.wiki.address import WikiAddress, is_loopback, wiki_address
from holdfast.wiki.client import open_session
from holdfast.wiki.secret_file import bad_form, read_secret_toml

FILE_NAME = "wiki-sign-in.toml"
_TIMEOUT_SECONDS = (5.0, 15.0)
_LARGEST_ANSWER_BYTES = 256 * 1024  # bytes of an answer; chosen
_LONGEST_CODE = 4096  # characters; chosen


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One attempt at signing in: what ties the answer to the browser that asked (RFC 6749, 7636)."""

    state: str
    verifier: str = field(repr=False)

    @property
    def challenge(self) -> str:
        """What the wiki is shown first, so that nobody else can use the code (PKCE, S256)."""
        return base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).decode().rstrip("=")


@dataclass(frozen=True, kw_only=True)
class WikiProfile:
    """An account as the wiki vouches for it. `number` stays with the account when it is renamed."""

    number: str
    account: AccountName
    is_blocked: bool


@dataclass(frozen=True, kw_only=True)
class WikiSignIn:
    """The wiki by which members may sign in, and who Holdfast is there."""

    name: str
    """What the sign-in page calls it."""
    rest: WikiAddress
    client_id: str
    client_secret: str = field(repr=False)
    contact: str = ""

    def authorize_address(self, attempt: Attempt, back: str) -> str:
        """Where the browser goes to be asked."""
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": back,
            "state": attempt.state,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        return f"{self.rest.url}/oauth2/authorize?{urlencode(asked)}"


def fresh_attempt() -> Attempt:
    """An attempt that nobody can guess."""
    return Attempt(state=secrets.token_urlsafe(32), verifier=secrets.token_urlsafe(64))


def read_wiki_sign_in(keys: Path, *, contact: str = "") -> WikiSignIn | None:
    """The settings; null when signing in by a wiki is not offered. Raises InputRefusedError `operators.…`."""
    path = keys / FILE_NAME
    found = read_secret_toml(path)
    if found is None:
        return None
    wanted = {"rest", "name", "client_id", "client_secret"}
    if set(found) != wanted or not all(isinstance(text, str) and text.strip() for text in found.values()):
        raise bad_form(path, "it must hold rest, name, client_id and client_secret, each a text")
    rest = wiki_address(found["rest"].rstrip("/"))
    if not rest.url.endswith("/rest.php"):
        raise bad_form(path, "rest must be the address of a wiki's rest.php")
    if not rest.url.startswith("https://") and not is_loopback(rest.url):
        raise InputRefusedError(
            "operators.clear_text",
            "the office's secret would cross the network readable",
            expected="https://",
            got="http://",
            place=rest.shown,
            hint="give the wiki's https address",
        )
    return WikiSignIn(
        name=found["name"].strip(),
        rest=rest,
        client_id=found["client_id"],
        client_secret=found["client_secret"],
        contact=contact,
    )


def fetch_profile(settings: WikiSignIn, code: str, attempt: Attempt, back: str) -> WikiProfile:
    """Who came back with this code.

    Raises CheckFailedError `wiki_sign_in.refused` when the wiki does not take the code, `wiki_sign_in.answer` when
    its answer is not what it must be, ServiceUnavailableError `wiki_sign_in.unavailable`.
    """
    if not code or len(code) > _LONGEST_CODE or not code.isprintable():
        raise _refused("no code")
    with open_session(settings.rest, settings.contact) as session:
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "client_id": settings.client_id,
            "client_secret": settings.client_secret,
            "code_verifier": attempt.verifier,
        }
        token = _answer(settings, session, "POST", "access_token", data=asked)
        bearer = token.get("access_token")
        if not isinstance(bearer, str) or str(token.get("token_type", "")).lower() != "bearer":
            raise _odd("no token")
        headers = {"Authorization": f"Bearer {bearer}"}
        return _profile(_answer(settings, session, "GET", "resource/profile", headers=headers))


def _profile(found: Mapping[str, Any]) -> WikiProfile:
    number, account = found.get("sub"), found.get("username")
    number = str(number) if isinstance(number, int | str) and not isinstance(number, bool) else ""
    if number in ("", "0") or not number.isdecimal():
        raise _odd("no number of an account")
    if not isinstance(account, str) or not account.strip() or not account.isprintable():
        raise _odd("no name of an account; it may be hidden")
    return WikiProfile(number=number, account=kept_name(account), is_blocked=found.get("blocked") is not False)


def _answer(settings: WikiSignIn, session: requests.Session, method: str, path: str, **more: Any) -> dict[str, Any]:
    """One answer. Nothing of it, and nothing that was sent, stands in an error."""
    try:
        with session.request(
            method,
            f"{settings.rest.url}/oauth2/{path}",
            timeout=_TIMEOUT_SECONDS,
            allow_redirects=False,
            stream=True,
            **more,
        ) as reply:
            body = reply.raw.read(_LARGEST_ANSWER_BYTES + 1, decode_content=True)
    except (requests.RequestException, OSError) as reason:
        raise _unavailable(settings, type(reason).__name__) from None
    if reply.status_code >= 500 or reply.status_code == 429:
        raise _unavailable(settings, f"HTTP {reply.status_code}")
    if reply.status_code != 200:
        raise _refused(f"HTTP {reply.status_code}")
    try:
        found = parse_json(body if len(body) <= _LARGEST_ANSWER_BYTES else b"", place=settings.rest.shown)
    except InputRefusedError:
        raise _odd("no JSON") from None
    if not isinstance(found, dict):
        raise _odd("another form")
    return found


def _refused(got: str) -> CheckFailedError:
    return CheckFailedError(
        "wiki_sign_in.refused",
        "the wiki did not vouch for anybody",
        got=got,
        hint="begin again at the sign-in page, or sign in with your passkey",
    )


def _odd(got: str) -> CheckFailedError:
    return CheckFailedError(
        "wiki_sign_in.answer",
        "the wiki's answer is not one that Holdfast can rely on",
        got=got,
        hint="sign in with your passkey, and tell the office's operator",
    )


def _unavailable(settings: WikiSignIn, got: str) -> ServiceUnavailableError:
    return ServiceUnavailableError(
        "wiki_sign_in.unavailable",
        "the wiki does not answer",
        got=got,
        place=settings.rest.host,
        hint="sign in with your passkey, or try again later",
    )
