"""Signing in and out, failing to, and passkeys that come and go: written into the audit by signals."""

from typing import Any

from allauth.account.signals import user_logged_in
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_used,
)
from django.conf import settings
from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.dispatch import receiver

from holdfast.audit import Verb
from holdfast.audit.entry import NOBODY
from holdfast.facts import MemberId

_WORDS = {Authenticator.Type.WEBAUTHN: "passkey", Authenticator.Type.TOTP: "code"}


def _write(user: Any, verb: Verb, purpose: str, *, allowed: bool = True) -> None:
    audit = settings.HOLDFAST_OFFICE.vault.audit
    known = getattr(user, "is_authenticated", False)
    member = MemberId(str(user.pk)) if known else NOBODY
    kind, stream = ("member", member) if known else ("office", "")
    audit.write([audit.event(member, verb, kind, stream, purpose=purpose, allowed=allowed)])


@receiver(user_logged_in)
def signed_in(sender: Any, user: Any, **_: Any) -> None:
    """Every factor that was needed is passed."""
    _write(user, Verb.SIGN_IN, "signed in")


@receiver(user_logged_out)
def signed_out(sender: Any, user: Any, **_: Any) -> None:
    """By the member, or for idleness."""
    if user is not None:
        _write(user, Verb.SIGN_OUT, "signed out")


@receiver(user_login_failed)
def failed_to_sign_in(sender: Any, **_: Any) -> None:
    """A wrong name or password: whose it was meant to be is not written, it could be anything that was typed."""
    _write(None, Verb.SIGN_IN, "wrong name or password", allowed=False)


@receiver(authentication_failed)
def failed_second_factor(sender: Any, user: Any, **_: Any) -> None:
    """The password was right, and the code or passkey was not: somebody may have the password."""
    _write(user, Verb.CONFIRM, "wrong second factor", allowed=False)


@receiver(authenticator_used)
def used(sender: Any, user: Any, authenticator: Any, reauthenticated: bool = False, **_: Any) -> None:
    """A passkey or code was used again, for what needs it fresh."""
    if reauthenticated:
        _write(user, Verb.CONFIRM, f"{_WORDS.get(authenticator.type, 'factor')} used again")


@receiver(authenticator_added)
def added(sender: Any, user: Any, authenticator: Any, **_: Any) -> None:
    """A passkey or a code generator was enrolled."""
    _write(user, Verb.ENROL, f"{_WORDS.get(authenticator.type, 'factor')} added")


@receiver(authenticator_removed)
def removed(sender: Any, user: Any, authenticator: Any, **_: Any) -> None:
    """A passkey or a code generator was taken away."""
    _write(user, Verb.WITHDRAW, f"{_WORDS.get(authenticator.type, 'factor')} taken away")
