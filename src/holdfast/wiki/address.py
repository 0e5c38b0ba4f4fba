"""Where a wiki's API is: from the address of its api.php, or of any of its pages."""

import ipaddress
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit, urlunsplit

from holdfast.errors import UsageError

_USUAL = ("api.php", "w/api.php", "wiki/api.php", "mediawiki/api.php")


@dataclass(frozen=True, kw_only=True)
class WikiAddress:
    """An address that was checked; only `wiki_address` makes one."""

    url: str

    @property
    def shown(self) -> str:
        """The address as errors and manifests show it: without query and fragment."""
        return urlunsplit(urlsplit(self.url)._replace(query="", fragment=""))

    @property
    def host(self) -> str:
        """Host and port."""
        return urlsplit(self.url).netloc

    @property
    def is_api(self) -> bool:
        """Whether it names an api.php itself."""
        return urlsplit(self.url).path.endswith("/api.php")


def wiki_address(text: str) -> WikiAddress:
    """The checked address. Raises UsageError `wiki.address` for anything but http(s) with a host and no password."""
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host or parts.username is not None or re.search(r"\s", text):
        raise UsageError(
            "wiki.address",
            "this is not the address of a wiki",
            expected="http:// or https://, a host, and no password",
            got=f"{parts.scheme or 'no scheme'}, host {host or 'missing'}",
            hint="give the wiki's main page or the address of its api.php",
        )
    netloc = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    path = parts.path or "/"
    query = "" if path.endswith("/api.php") else parts.query
    return WikiAddress(url=urlunsplit((parts.scheme, netloc, path, query, "")))


def is_loopback(url: str) -> bool:
    """Whether the address names this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def api_named_by(page: str, url: str) -> str | None:
    """The API address that a wiki's page names in its head (link rel="EditURI"), if it does."""
    reader = _EditUri()
    reader.feed(page)
    return urljoin(url, reader.found).partition("?")[0] if reader.found else None


def usual_places(base: WikiAddress) -> tuple[str, ...]:
    """Where an api.php mostly lies: beside the address, or at the usual places of the host."""
    parts = urlsplit(base.url)
    folder = parts.path.rpartition("/")[0] if not parts.path.endswith("/") else parts.path[:-1]
    beside = f"{folder}/api.php"
    paths = dict.fromkeys([beside, *(f"/{each}" for each in _USUAL)])
    return tuple(urlunsplit((parts.scheme, parts.netloc, path, "", "")) for path in paths)


class _EditUri(HTMLParser):
    found = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "link" and (given.get("rel") or "").lower() == "edituri" and not self.found:
            self.found = given.get("href") or ""
