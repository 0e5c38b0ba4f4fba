"""Signing in through django-allauth: by invitation alone, codes sealed, passkeys bound to this office's origin."""

import hashlib
import hmac
import json
import re
import secrets
import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from holdfast.crypto.passkeys import check_origin
from holdfast.errors import InputRefusedError
from holdfast.store.office.vault import Reader

_SOURCES = secrets.token_bytes(32)


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up, no mail is sent, and one leads nowhere but within the console."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """A path of the console. A second slash would be read as another site by browsers, however many follow."""
        return (
            url is not None
            and re.match(r"/(?![/\\])", url) is not None
            and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
        )

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Who signed in within the last minutes is not asked again; changes of passkeys need a passkey besides."""
        request = context.request
        times = [float(each["at"]) for each in get_authentication_records(request, request.user)]
        return not times or time.time() - max(times) > 60 * settings.HOLDFAST_OFFICE.config.fresh_minutes

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Nothing is counted before the password is looked at: whoever fills a counter would shut others out."""

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Guessing is bounded by what a wrong password costs, not by a count that strangers share.

        A try costs a hash of a quarter of a second; passwords have twelve characters and are not common ones, and
        behind each stands a second factor, whose wrong answers are counted for the account whose password was right.
        """

    def send_mail(self, *_: Any, **__: Any) -> None:
        """The office knows no addresses."""

    def get_client_ip(self, request: HttpRequest) -> str:
        """A token of the source that lives in this process's memory alone, for limits on guessing."""
        source = str(request.META.get("REMOTE_ADDR", ""))
        return hmac.new(_SOURCES, source.encode(), hashlib.sha256).hexdigest()[:32]


class PasskeyAdapter(DefaultMFAAdapter):
    """Codes' secrets are sealed in the database; a passkey names this office."""

    def encrypt(self, text: str) -> str:
        return str(settings.HOLDFAST_OFFICE.place.seal_code(text))

    def decrypt(self, encrypted_text: str) -> str:
        return str(settings.HOLDFAST_OFFICE.place.unseal_code(encrypted_text))

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        config = settings.HOLDFAST_OFFICE.config
        return {"id": config.rp_id, "name": config.name}

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return found

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last passkey stays: losing one is for two other members to help with."""
        if authenticator.type != Authenticator.Type.WEBAUTHN:
            return True
        mine = Authenticator.objects.filter(user=authenticator.user, type=Authenticator.Type.WEBAUTHN)
        return bool(mine.count() > 1)

    def send_notification_mail(self, *_: Any, **__: Any) -> None:
        """The office knows no addresses."""


def reader_of(request: HttpRequest) -> Reader | None:
    """Who asks, from the session alone; null when nobody is signed in."""
    user = request.user
    if not user.is_authenticated:
        return None
    office = settings.HOLDFAST_OFFICE
    times = [
        float(each["at"])
        for each in get_authentication_records(request, user)
        if each.get("method") == "mfa" and each.get("type") == "webauthn"
    ]
    now = office.clock().timestamp()
    fresh = bool(times) and now - max(times) < 60 * office.config.fresh_minutes
    return Reader(**office.reader_facts(str(user.pk)), passkey_session=bool(times), passkey_fresh=fresh)


def check_credential(request: HttpRequest) -> None:
    """Return when what a browser posts for a passkey is text where bytes belong, and was made on this very origin.

    fido2, beneath django-allauth, makes `bytes(number)` of a number: a few digits would cost gigabytes; and it takes
    an answer from another port or subdomain for one from here.
    Raises InputRefusedError `console.passkey.unreadable`, CheckFailedError `crypto.passkey.origin`.
    """
    posted = request.POST.get("credential")
    if not posted:
        return
    try:
        value = json.loads(posted)
        inner = value["response"]
        fits = all(isinstance(value[name], str) for name in ("id", "rawId")) and all(
            item is None or isinstance(item, str | list) for item in inner.values()
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        fits = False
    if not fits:
        raise InputRefusedError(
            "console.passkey.unreadable", "this is not what a browser hands over for a passkey", hint="try again"
        )
    check_origin(value, frozenset({settings.HOLDFAST_OFFICE.config.origin}))
