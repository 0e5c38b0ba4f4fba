"""What stays the same about a wiki while it is worked on: asked once, and shared by all hands of that wiki.

The API does not mark the accounts under which MediaWiki and its extensions act by themselves. Their names are those
of `$wgReservedUsernames` in MediaWiki's DefaultSettings.php and of common extensions; some are texts in the wiki's
language, whose message keys stand here.
"""

import threading

from holdfast.wiki.session import OperatorSession

RESERVED = frozenset(
    {
        "MediaWiki default",
        "Conversion script",
        "Maintenance script",
        "Template namespace initialisation script",
        "ScriptImporter",
        "Delete page script",
        "Move page script",
        "Command line script",
        "Unknown user",
        "Global rename script",
        "Babel AutoCreate",
        "Flow talk page manager",
        "FuzzyBot",
    }
)
RESERVED_MESSAGES = (
    "double-redirect-fixer",
    "usermessage-editor",
    "proxyblocker",
    "sorbs",
    "spambot_username",
    "autochange-username",
    "abusefilter-blocker",
    "massmessage-sender",
    "newusermessage-editor",
)


class Site:
    """Remembers what it was told. Of several threads the first one asks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._central_auth: bool | None = None
        self._system_names: frozenset[str] | None = None

    def has_central_auth(self, session: OperatorSession) -> bool:
        """Whether the wiki has global accounts."""
        with self._lock:
            if self._central_auth is None:
                extensions = session.read(meta="siteinfo", siprop="extensions").get("extensions", ())
                self._central_auth = any(each.get("name") == "CentralAuth" for each in extensions)
            return self._central_auth

    def system_names(self, session: OperatorSession) -> frozenset[str]:
        """The names under which the software itself acts, in the wiki's language."""
        with self._lock:
            if self._system_names is None:
                self._system_names = RESERVED | _named_by_messages(session)
            return self._system_names


def _named_by_messages(session: OperatorSession) -> set[str]:
    site = session.read(meta="siteinfo", siprop="general").get("general") or {}
    asked = session.read(meta="allmessages", ammessages="|".join(RESERVED_MESSAGES), amlang=site.get("lang", "en"))
    return {each.get("content", "") for each in asked.get("allmessages", ())} - {""}
