"""The throw-away wiki of the demos, for tests; and fixtures (tests/mediawiki/fixtures.py, loaded for every test).

`mediawiki` is one empty wiki of the session, not to be changed: clone it. `acted_wiki` is one wiki with a small
scripted community, being served, for reading only. Without MediaWiki a test that asks for one fails and names the
packages.
"""

import signal
import sys
from pathlib import Path

from holdfast.workflows.demo.throwaway_wiki import (
    GRANTS,
    MEDIAWIKI,
    PACKAGES,
    PASSWORD,
    MediaWikiMissingError,
    ThrowawayWiki,
    require_mediawiki,
)

__all__ = [
    "GRANTS",
    "MEDIAWIKI",
    "PACKAGES",
    "PASSWORD",
    "MediaWikiMissingError",
    "ThrowawayWiki",
    "require_mediawiki",
]

if __name__ == "__main__":
    # serve an empty wiki by hand: python tests/mediawiki/throwaway.py FOLDER
    with ThrowawayWiki.install(Path(sys.argv[1])).serving() as _address:
        sys.stderr.write(f"{_address} (Admin, {PASSWORD!r}); end with Ctrl-C\n")
        signal.pause()
