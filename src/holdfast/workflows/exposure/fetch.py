"""Looking at a live wiki for exposure: its log of look-ups for the importer, and a revision for a person's proof."""

from datetime import UTC, datetime

from holdfast.access.exposure.lookups_read import LogFile
from holdfast.errors import InputRefusedError
from holdfast.ids import WikiName
from holdfast.store.office.vault import Reader
from holdfast.wiki.address import wiki_address
from holdfast.wiki.checkuser_log import fetch_checkuser_log
from holdfast.wiki.client import WikiClient
from holdfast.wiki.operators import read_operators
from holdfast.wiki.revision import WrittenRevision, read_revision
from holdfast.workflows.exposure.months_read import TakenIn, import_lookups
from holdfast.workflows.office.opening import Office


def fetch_and_import(office: Office, reader: Reader, wiki: WikiName, since: datetime | None) -> TakenIn:
    """Fetch a wiki's log with the office's operator there, and take it in. Nothing of it is kept elsewhere.

    Raises InputRefusedError `operators.no_wiki`, `wiki.checkuser.…`, and as `import_lookups`.
    """
    office.vault.require(reader, "write", "exposure", purpose="look-ups fetched")
    (hand, *_) = read_operators(office.config.keys).hands_for(wiki)
    answers = fetch_checkuser_log(
        hand, since=None if since is None else f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    )
    files = [LogFile(place=f"{wiki}, answer {number}", data=data) for number, data in enumerate(answers, 1)]
    return import_lookups(office, reader, wiki, files)


def revision_of(office: Office, wiki: WikiName, revision: int) -> WrittenRevision:
    """A revision as everybody can read it. Raises InputRefusedError `exposure.ask.no_wiki`, `wiki.…`."""
    known = office.config.wikis.get(wiki)
    operated = read_operators(office.config.keys).wikis.get(wiki)
    address = wiki_address(known.api) if known and known.api else operated.api if operated else None
    if address is None:
        raise InputRefusedError(
            "exposure.ask.no_wiki",
            "the office does not know this wiki's address",
            got=wiki,
            hint="name its API in office.toml, under [wikis]",
        )
    return read_revision(WikiClient(address), revision)
