"""How often something may be done that needs no sign-in. Counted in this process alone, and forgotten by itself.

A limit holds for one source or for one secret, and only stands against what failed or costs: whoever shows a valid
secret is let in whatever others did. Behind a proxy that names no source everybody would be one: nothing is then
counted by source.
"""

import hashlib
from ipaddress import ip_address

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from holdfast.web.console.sign_in import AccountAdapter

WINDOW_SECONDS = 3600  # seconds: tries are counted by the hour


def is_over(request: HttpRequest, what: str, at_most: int, *, of: str = "") -> bool:
    """Whether this source, or whoever holds the secret `of`, did it too often within an hour; counts nothing."""
    key = _key(request, what, of)
    return key is not None and int(cache.get(key, 0)) >= at_most


def count(request: HttpRequest, what: str, *, of: str = "") -> None:
    """Count one more."""
    key = _key(request, what, of)
    if key is not None and not cache.add(key, 1, WINDOW_SECONDS):
        cache.incr(key)


def _key(request: HttpRequest, what: str, of: str) -> str | None:
    if of:
        return f"limit-{what}-of-{hashlib.sha256(of.encode()).hexdigest()[:32]}"
    if not _knows_source(request):
        return None
    # a token of the source that lives in memory alone, as for sign-in; no address is kept
    return f"limit-{what}-{AccountAdapter().get_client_ip(request)}"


def _knows_source(request: HttpRequest) -> bool:
    """Whether the source is a visitor's: not when all come through a proxy that does not say who."""
    if not settings.HOLDFAST_OFFICE.config.public_url:
        return True
    try:
        return not ip_address(str(request.META.get("REMOTE_ADDR", ""))).is_loopback
    except ValueError:
        return False
