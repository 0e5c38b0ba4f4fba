"""Passkeys: checking what an authenticator signed (W3C Web Authentication Level 2, 7.2).

The challenge of an assertion is the SHA-256 of the content that the person was shown, so one signature is over one
content and serves no other.
"""

import base64
import hashlib
import hmac
import struct
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from fido2 import cbor
from fido2.cose import CoseKey
from fido2.webauthn import AttestationObject, AuthenticatorData

from holdfast.canonical import parse_json
from holdfast.errors import CheckFailedError, HoldfastError, InputRefusedError, UsageError

# COSE numbers of ECDSA on P-256 and P-384, Ed25519, RSA with SHA-256; nothing with SHA-1, nothing added unseen later
_ES256, _ES384, _EDDSA, _RSA = -7, -35, -8, -257
_COORDINATE_BYTES = {_ES256: 32, _ES384: 48, _EDDSA: 32}
_RSA_LEAST_BITS = 2048  # bits; NIST SP 800-57, the least that counts as 112 bits of strength
_HIDDEN = "the bytes are not shown"


@dataclass(frozen=True, kw_only=True)
class Passkey:
    """One registered passkey: its id, and its public key as COSE bytes (RFC 9052)."""

    credential_id: bytes
    public_key: bytes


@dataclass(frozen=True, kw_only=True)
class Assertion:
    """What a browser hands over when a person confirms with a passkey; nothing in it is believed yet."""

    credential_id: bytes
    client_data: bytes
    authenticator_data: bytes
    signature: bytes


def challenge_of(content: bytes) -> str:
    """The challenge by which exactly this content is signed: Base64url of its SHA-256, without padding."""
    return to_base64url(hashlib.sha256(content).digest())


def registered_passkey(response: Mapping[str, Any]) -> Passkey:
    """The passkey of a registration response, as the browser gave it and the account store keeps it.

    Raises InputRefusedError `crypto.passkey.registration`, also for a key of an algorithm that is not accepted.
    """
    try:
        # not through fido2's from_dict: it makes `bytes(number)` of a number, gigabytes from a few digits
        data = AttestationObject(from_base64url(response["response"]["attestationObject"])).auth_data
        if data.credential_data is None:
            raise ValueError("no credential")
        _checked_key(data.credential_data.public_key)
        return Passkey(
            credential_id=bytes(data.credential_data.credential_id),
            public_key=cbor.encode(dict(data.credential_data.public_key)),
        )
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, struct.error, RecursionError):
        raise InputRefusedError(
            "crypto.passkey.registration",
            "this is not the registration of a passkey",
            expected="a WebAuthn registration response with a key of ES256, EdDSA, ES384 or RS256",
            got=_HIDDEN,
            hint="enrol the passkey again",
        ) from None


def parse_assertion(response: Mapping[str, Any]) -> Assertion:
    """An assertion from a browser's JSON (`PublicKeyCredential.toJSON()`); checks its form alone.

    Raises InputRefusedError `crypto.passkey.unreadable`.
    """
    try:
        inner = response["response"]
        if response.get("id", response["rawId"]) != response["rawId"]:
            raise ValueError("two ids")
        return Assertion(
            credential_id=from_base64url(response["rawId"]),
            client_data=from_base64url(inner["clientDataJSON"]),
            authenticator_data=from_base64url(inner["authenticatorData"]),
            signature=from_base64url(inner["signature"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputRefusedError(
            "crypto.passkey.unreadable",
            "this is not what a browser hands over for a passkey",
            expected="rawId, and in response clientDataJSON, authenticatorData and signature, all in Base64url",
            got=_HIDDEN,
        ) from None


def check_assertion(
    assertion: Assertion, *, public_key: bytes, content: bytes, rp_id: str, origins: frozenset[str]
) -> int:
    """Return the authenticator's counter when the person confirmed exactly `content` with this key.

    `rp_id` is the site's name (`localhost`), `origins` the addresses it is served from. Whoever records a new
    assertion then calls `check_counter`. Raises UsageError `crypto.passkey.conditions` when no site is named;
    CheckFailedError `crypto.passkey.` followed by `unreadable`, `purpose`, `challenge`, `origin`, `site`, `absent`
    (no touch), `unverified` (no PIN or biometric), `key` or `signature`.
    """
    if not rp_id or not origins or not content:
        raise UsageError(
            "crypto.passkey.conditions", "a passkey is checked against a site, its origins and a content"
        )
    _check_client_data(assertion.client_data, challenge_of(content), origins)
    data = _authenticator_data(assertion.authenticator_data)
    if not hmac.compare_digest(data.rp_id_hash, hashlib.sha256(rp_id.encode()).digest()):
        raise _failed("site", "the passkey answered for another site")
    if not data.is_user_present():
        raise _failed("absent", "nobody touched the passkey")
    if not data.is_user_verified():
        raise _failed("unverified", "the passkey did not ask for PIN, finger or face")
    signed = assertion.authenticator_data + hashlib.sha256(assertion.client_data).digest()
    try:
        _parsed_key(public_key).verify(signed, assertion.signature)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError, KeyError):
        raise _failed("signature", "the signature is not this passkey's over this content") from None
    return int(data.counter)


def check_counter(before: int, after: int) -> None:
    """Return when a counter moved forward, or the passkey keeps none (both zero).

    Raises CheckFailedError `crypto.passkey.cloned`: an answer used before, or a second copy of the key.
    """
    if (before or after) and after <= before:
        raise _failed(
            "cloned",
            "the passkey's counter did not move forward: an answer used before, or a second copy of the key",
            expected=f"more than {before}",
            got=str(after),
            hint="withdraw this passkey and enrol another one",
        )


def _check_client_data(data: bytes, challenge: str, origins: frozenset[str]) -> None:
    try:
        client = parse_json(data)
    except HoldfastError:
        client = None
    if not isinstance(client, dict):
        raise _failed("unreadable", "the browser's part of the answer is not JSON")
    if client.get("type") != "webauthn.get":
        raise _failed("purpose", "this was signed for another purpose", expected="webauthn.get")
    found = client.get("challenge")
    # compared as text, so that one challenge has one form
    if not isinstance(found, str) or not hmac.compare_digest(found.encode(), challenge.encode()):
        raise _failed("challenge", "another content was signed", hint="show the present content and sign it again")
    _check_origin(client, origins)


def check_origin(response: Mapping[str, Any], origins: frozenset[str]) -> None:
    """Return when a browser made this answer on a page of exactly one of these origins, scheme and port included.

    For what fido2 checks otherwise (enrolling, signing in): it takes every port and subdomain of a site for the site
    itself, and looks at neither crossOrigin nor topOrigin. Raises CheckFailedError `crypto.passkey.origin`,
    InputRefusedError `crypto.passkey.unreadable`.
    """
    try:
        client = parse_json(from_base64url(response["response"]["clientDataJSON"]))
        if not isinstance(client, dict):
            raise ValueError("no object")
    except (HoldfastError, ValueError, KeyError, TypeError, AttributeError):
        raise InputRefusedError(
            "crypto.passkey.unreadable",
            "this is not what a browser hands over for a passkey",
            expected="in response clientDataJSON, in Base64url",
            got=_HIDDEN,
        ) from None
    _check_origin(client, origins)


def _check_origin(client: Mapping[str, Any], origins: frozenset[str]) -> None:
    if client.get("origin") not in origins:
        raise _failed(
            "origin",
            "this was signed on another site",
            expected=" or ".join(sorted(origins)),
            hint="it may be phishing",
        )
    if client.get("crossOrigin", False) is not False or "topOrigin" in client:
        raise _failed("origin", "this was signed inside a page of another site", hint="it may be phishing")


def _authenticator_data(data: bytes) -> AuthenticatorData:
    try:
        return AuthenticatorData(data)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, struct.error, RecursionError):
        raise _failed("unreadable", "the authenticator's part of the answer is damaged") from None


def _parsed_key(data: bytes) -> CoseKey:
    try:
        fields = cbor.decode(data)
        if not isinstance(fields, Mapping):
            raise ValueError("no map")
        key = CoseKey.parse(fields)
        _checked_key(key)
        return key
    except (ValueError, KeyError, TypeError, IndexError, struct.error, RecursionError):
        raise _failed("key", "the passkey on file is damaged, or of an algorithm that is not accepted") from None


def _checked_key(key: CoseKey) -> None:
    """Raise ValueError, KeyError or TypeError for a weak or cut key: fido2's CBOR takes cut bytes for whole."""
    if key.ALGORITHM == _RSA:
        if int.from_bytes(key[-1], "big").bit_length() < _RSA_LEAST_BITS:
            raise ValueError("short key")
    else:
        size = _COORDINATE_BYTES.get(key.ALGORITHM)
        coordinates = (key[-2],) if key.ALGORITHM == _EDDSA else (key[-2], key[-3])
        if size is None or any(type(each) is not bytes or len(each) != size for each in coordinates):
            raise ValueError("algorithm or size")
    # a point beside the curve is found by using it
    with suppress(InvalidSignature):
        key.verify(b"", b"")


def _failed(code: str, what: str, *, expected: str = "", got: str = "", hint: str = "") -> CheckFailedError:
    return CheckFailedError(f"crypto.passkey.{code}", what, expected=expected, got=got, hint=hint)


def to_base64url(data: bytes) -> str:
    """Base64url without padding, as browsers write bytes."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """The bytes of Base64url without padding, in its one form. Raises ValueError or TypeError."""
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if to_base64url(data) != text:
        raise ValueError("loose Base64")
    return data
