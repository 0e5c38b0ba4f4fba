"""A small OAuth 2 server on loopback that behaves as MediaWiki's extension OAuth says it does, for signing in.

    with oauth_wiki() as wiki:
        wiki.accounts["Example"] = {...profile...}; wiki.signed_in = "Example"      who sits at the browser
        wiki.settings(keys)                        writes wiki-sign-in.toml into a keys folder

It checks the client's secret, the redirect address, PKCE (S256), and that a code is used once. It shows that Holdfast
keeps to the protocol; it is no proof against a live wiki.
"""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT, SECRET = "a-client-of-the-wiki", "canary-secret-of-the-office"


def profile(number: int, account: str, **more: Any) -> dict[str, Any]:
    """What `oauth2/resource/profile` answers, with the fields of the extension's UserStatementProvider."""
    return {
        "sub": number,
        "username": account,
        "editcount": 12,
        "confirmed_email": False,
        "blocked": False,
        "registered": "20200101000000",
        "groups": ["*", "user", "autoconfirmed"],
        "rights": ["read"],
        "grants": ["mwoauth-authonly"],
        **more,
    }


@dataclass(kw_only=True)
class OAuthWiki:
    """The running server."""

    address: str = ""
    accounts: dict[str, dict[str, Any]] = field(default_factory=dict)
    signed_in: str = ""
    """Empty: the person at the browser says no."""
    instead: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    """Path's last part to a status and body that come in place of the answer."""
    asked: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def settings(self, keys: Path, **more: str) -> None:
        """Write the office's settings for this wiki."""
        lines = {
            "rest": f"{self.address}/rest.php",
            "name": "Test wiki",
            "client_id": CLIENT,
            "client_secret": SECRET,
        }
        path = keys / "wiki-sign-in.toml"
        path.write_text("".join(f"{name} = {json.dumps(text)}\n" for name, text in (lines | more).items()))
        path.chmod(0o600)

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser is sent back to."""
        self.asked.append(asked)
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        if not self.signed_in:
            return f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': asked['state']})}"
        code = secrets.token_urlsafe(20)
        self.codes[code] = asked | {"account": self.signed_in}
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, asked: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """The answer of `oauth2/access_token`."""
        began = self.codes.pop(asked.get("code", ""), None)
        if asked.get("client_id") != CLIENT or asked.get("client_secret") != SECRET:
            return 401, {"error": "invalid_client", "message": "Client authentication failed"}
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        if (
            began is None
            or began["redirect_uri"] != asked.get("redirect_uri")
            or began["code_challenge"] != base64.urlsafe_b64encode(digest).decode().rstrip("=")
        ):
            return 400, {"error": "invalid_grant", "message": "The authorization code is not valid"}
        token = secrets.token_urlsafe(20)
        self.tokens[token] = began["account"]
        return 200, {"token_type": "Bearer", "expires_in": 14400, "access_token": token, "refresh_token": "unused"}

    def who(self, header: str) -> tuple[int, dict[str, Any]]:
        """The answer of `oauth2/resource/profile`."""
        account = self.tokens.get(header.removeprefix("Bearer "))
        return (200, self.accounts[account]) if account else (401, {"error": "access_denied"})


@contextmanager
def oauth_wiki() -> Iterator[OAuthWiki]:
    """Serve on a free port of 127.0.0.1, which is another site than the console's localhost."""
    wiki = OAuthWiki()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path.endswith("/authorize"):
                self.send_response(302)
                self.send_header("Location", wiki.authorize(_flat(parts.query)))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self._say("profile", *wiki.who(self.headers.get("Authorization", "")))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            self._say("access_token", *wiki.token(_flat(body)))

        def _say(self, name: str, status: int, content: dict[str, Any]) -> None:
            status, body = wiki.instead.get(name, (status, json.dumps(content).encode()))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    wiki.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield wiki
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _flat(query: str) -> dict[str, str]:
    return {name: texts[0] for name, texts in parse_qs(query).items()}
