"""How often one source may try what needs no sign-in. Counted in this process alone, and forgotten by itself."""

from django.core.cache import cache
from django.http import HttpRequest

from holdfast.web.console.sign_in import AccountAdapter

WINDOW_SECONDS = 3600


def is_over(request: HttpRequest, what: str, at_most: int) -> bool:
    """Whether this source has done it too often within an hour already; counts nothing."""
    return int(cache.get(_key(request, what), 0)) >= at_most


def count(request: HttpRequest, what: str) -> None:
    """Count one more."""
    key = _key(request, what)
    if not cache.add(key, 1, WINDOW_SECONDS):
        cache.incr(key)


def _key(request: HttpRequest, what: str) -> str:
    # a token of the source that lives in memory alone, as for sign-in; no address is kept
    return f"limit-{what}-{AccountAdapter().get_client_ip(request)}"
