"""From what a person types to a wiki's API: the address of its api.php, or of any of its pages."""

from collections.abc import Mapping
from typing import Any

from holdfast.errors import HoldfastError, InputRefusedError, ServiceUnavailableError
from holdfast.wiki.address import WikiAddress, api_named_by, usual_places, wiki_address
from holdfast.wiki.client import OnWait, Patience, Sleep, WikiClient

_SITE = "general|namespaces|usergroups|statistics"
_PROBE = Patience(outage=(1,), busy=Patience().busy)
"""An address that nobody has reached before is given up sooner than a wiki that has answered."""


def find_wiki(
    text: str,
    *,
    contact: str = "",
    patience: Patience | None = None,
    sleep: Sleep | None = None,
    on_wait: OnWait = lambda why, seconds: None,
) -> tuple[WikiClient, Mapping[str, Any]]:
    """A client for the wiki at this address, and its siteinfo.

    Raises InputRefusedError `wiki.not_a_wiki`, `wiki.redirected` or `wiki.read_denied`, ServiceUnavailableError
    when nothing answers, UsageError `wiki.address`.
    """
    given = wiki_address(text)
    places, elsewhere = ([given.url], None) if given.is_api else _places(given, contact)
    errors: list[HoldfastError] = [elsewhere] if elsewhere else []
    for place in places:
        api = wiki_address(place)
        probe = WikiClient(api, contact=contact, patience=_PROBE, sleep=sleep, on_wait=on_wait)
        try:
            site = _site_info(probe)
        except InputRefusedError as reason:
            if reason.code in ("wiki.redirected", "wiki.read_denied"):
                raise
            errors.append(reason)
            continue
        except ServiceUnavailableError as reason:
            if reason.code != "wiki.not_json":
                raise
            errors.append(reason)
            continue
        return WikiClient(api, contact=contact, patience=patience, sleep=sleep, on_wait=on_wait), site
    if elsewhere:
        raise elsewhere
    raise InputRefusedError(
        "wiki.not_a_wiki",
        "this address is not that of a MediaWiki, or hides its API",
        expected="an api.php that answers meta=siteinfo in JSON",
        got=errors[0].got,
        place=given.shown,
        hint="give the address of its api.php (Special:Version shows it), or ingest a dump",
    )


def _places(given: WikiAddress, contact: str) -> tuple[list[str], HoldfastError | None]:
    """Where the API may lie: what the page itself names, else the usual places of this host; never another host.

    With them the error to raise when none of them is one, if the page, or the API it names, is on another host.
    """
    try:
        named = api_named_by(WikiClient(given, contact=contact).page(given.url), given.url)
    except InputRefusedError as reason:
        return list(usual_places(given)), reason if reason.code == "wiki.redirected" else None
    except ServiceUnavailableError as reason:
        if not reason.got.startswith("HTTP"):
            raise
        named = None
    if named is None:
        return list(usual_places(given)), None
    host = wiki_address(named).host
    if host == given.host:
        return [named], None
    return list(usual_places(given)), InputRefusedError(
        "wiki.redirected",
        "the page names an API on another host",
        expected=given.host,
        got=host,
        place=given.shown,
        hint="give that API's address yourself if it is the wiki you mean",
    )


def _site_info(client: WikiClient) -> Mapping[str, Any]:
    query = client.read(action="query", meta="siteinfo", siprop=_SITE).content.get("query")
    general = query.get("general") if isinstance(query, dict) else None
    if not isinstance(general, dict) or not str(general.get("generator", "")).startswith("MediaWiki"):
        raise InputRefusedError(
            "wiki.not_a_wiki", "it answers JSON, but not as a MediaWiki does", got="JSON of another kind"
        )
    return dict(query)  # type: ignore[arg-type] # general is in it
