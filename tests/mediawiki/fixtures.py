"""Wikis that tests share: installed once a session, thrown away at its end."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mediawiki.community import act_small_community
from mediawiki.throwaway import MediaWikiMissingError, ThrowawayWiki, require_mediawiki


@dataclass(frozen=True, kw_only=True)
class ServedWiki:
    """A wiki that is being served: read it, do not change it."""

    wiki: ThrowawayWiki
    address: str
    dumps: dict[str, Path]


@pytest.fixture(scope="session")
def mediawiki(tmp_path_factory: pytest.TempPathFactory) -> ThrowawayWiki:
    """An empty wiki, not served. Clone it before changing it."""
    try:
        require_mediawiki()
    except MediaWikiMissingError as reason:
        pytest.fail(str(reason), pytrace=False)
    return ThrowawayWiki.install(tmp_path_factory.mktemp("mediawiki") / "empty")


@pytest.fixture(scope="session")
def acted_wiki(mediawiki: ThrowawayWiki, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedWiki]:
    """A wiki on which a small community was acted out, served for the whole session, with its dumps."""
    folder = tmp_path_factory.mktemp("acted")
    wiki = mediawiki.clone(folder / "wiki")
    act_small_community(wiki)
    with wiki.serving() as address:
        yield ServedWiki(wiki=wiki, address=address, dumps=wiki.dump(folder / "dumps"))
