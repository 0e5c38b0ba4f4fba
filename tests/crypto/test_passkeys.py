"""A passkey's answer counts for one content, on one site, with the person there; and for nothing else."""

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from fido2 import cbor
from fido2.cose import RS256, EdDSA
from hypothesis import given
from hypothesis import strategies as st

from approval.software_passkey import ATTESTED, ORIGIN, PRESENT, RP_ID, VERIFIED, SoftwarePasskey
from holdfast.crypto.passkeys import (
    Assertion,
    challenge_of,
    check_assertion,
    check_counter,
    from_base64url,
    parse_assertion,
    registered_passkey,
    to_base64url,
)
from holdfast.errors import CheckFailedError, InputRefusedError, UsageError

KEY = SoftwarePasskey()
CONTENT = b'{"freeze":"J1"}'
ORIGINS = frozenset({ORIGIN})
MADE = KEY.confirm(CONTENT)


def check(made: Assertion, content: bytes = CONTENT, public_key: bytes = KEY.public_key, **more: Any) -> int:
    return check_assertion(
        made, public_key=public_key, content=content, **{"rp_id": RP_ID, "origins": ORIGINS, **more}
    )


def test_a_confirmation_of_this_content_passes_and_tells_the_counter() -> None:
    assert check(SoftwarePasskey(secret=KEY.secret, counter=7).confirm(CONTENT)) == 7


def test_a_registration_as_the_account_store_keeps_it_gives_the_key_that_checks() -> None:
    kept = json.loads(json.dumps(KEY.registration()))
    passkey = registered_passkey(kept)
    assert passkey.credential_id == KEY.credential_id
    assert passkey.public_key == KEY.public_key
    check(KEY.confirm(CONTENT), public_key=passkey.public_key)


@given(st.binary(min_size=1))
def test_a_confirmation_of_another_content_does_not_pass(other: bytes) -> None:
    with pytest.raises(CheckFailedError, match=r"^crypto\.passkey\.challenge"):
        check(KEY.confirm(other if other != CONTENT else b"other"))


@pytest.mark.parametrize(
    ("code", "made"),
    [
        ("purpose", KEY.confirm(CONTENT, kind="webauthn.create")),
        ("purpose", KEY.confirm(CONTENT, kind="payment.get")),
        ("origin", SoftwarePasskey(secret=KEY.secret, origin="http://localhost.evil:8000").confirm(CONTENT)),
        ("origin", SoftwarePasskey(secret=KEY.secret, origin="http://localhost:8001").confirm(CONTENT)),
        ("origin", KEY.confirm(CONTENT, crossOrigin=True)),
        ("origin", KEY.confirm(CONTENT, topOrigin="https://evil.example")),
        ("site", SoftwarePasskey(secret=KEY.secret, rp_id="evil.example").confirm(CONTENT)),
        ("absent", KEY.confirm(CONTENT, flags=VERIFIED)),
        ("unverified", KEY.confirm(CONTENT, flags=PRESENT)),
        ("unreadable", KEY.confirm(CONTENT, flags=PRESENT | VERIFIED | ATTESTED)),
        ("challenge", KEY.confirm(CONTENT, challenge=challenge_of(CONTENT) + "=")),
        ("signature", SoftwarePasskey().confirm(CONTENT)),
    ],
)
def test_each_condition_has_its_own_refusal(code: str, made: Assertion) -> None:
    with pytest.raises(CheckFailedError, match=rf"^crypto\.passkey\.{code}"):
        check(made)


@given(st.sampled_from(["client_data", "authenticator_data", "signature"]), st.data())
def test_no_bit_of_a_confirmation_can_be_changed(name: str, data: st.DataObject) -> None:
    changed = bytearray(getattr(MADE, name))
    bit = data.draw(st.integers(0, len(changed) * 8 - 1))
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(CheckFailedError, match=r"^crypto\.passkey\."):
        check(replace(MADE, **{name: bytes(changed)}))


@given(st.sampled_from(["client_data", "authenticator_data", "signature"]), st.binary(max_size=80))
def test_rubbish_in_any_part_is_refused_with_an_error_of_ours(name: str, rubbish: bytes) -> None:
    with pytest.raises(CheckFailedError, match=r"^crypto\.passkey\."):
        check(replace(KEY.confirm(CONTENT), **{name: rubbish}))


@given(st.binary(max_size=100))
def test_rubbish_as_a_key_on_file_is_refused(rubbish: bytes) -> None:
    with pytest.raises(CheckFailedError, match=r"^crypto\.passkey\.(key|signature)"):
        check(KEY.confirm(CONTENT), public_key=rubbish)


def test_a_challenge_that_stands_twice_is_refused() -> None:
    made = KEY.confirm(CONTENT)
    doubled = made.client_data.replace(b"{", b'{"challenge":"x",', 1)
    with pytest.raises(CheckFailedError, match=r"^crypto\.passkey\.unreadable"):
        check(replace(made, client_data=doubled))


@pytest.mark.parametrize("more", [{"rp_id": ""}, {"origins": frozenset()}, {"content": b""}])
def test_a_check_without_conditions_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=r"^crypto\.passkey\.conditions"):
        check(KEY.confirm(CONTENT), **more)


def test_a_counter_that_does_not_move_forward_is_a_copy_or_an_answer_used_before() -> None:
    check_counter(0, 0)
    check_counter(0, 1)
    check_counter(5, 6)
    for before, after in ((5, 5), (5, 4), (5, 0)):
        with pytest.raises(CheckFailedError, match=r"^crypto\.passkey\.cloned"):
            check_counter(before, after)


def test_keys_of_weak_or_unknown_algorithms_are_not_accepted() -> None:
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key()
    weak = [
        cbor.encode(dict(RS256.from_cryptography_key(short))),
        cbor.encode({**cbor.decode(KEY.public_key), 3: -65535}),  # RSA with SHA-1
        cbor.encode({**cbor.decode(KEY.public_key), 3: -47}),  # secp256k1
    ]
    for public_key in weak:
        with pytest.raises(CheckFailedError, match=r"^crypto\.passkey\.key"):
            check(KEY.confirm(CONTENT), public_key=public_key)


def test_an_ed25519_passkey_is_checked_too() -> None:
    secret = ed25519.Ed25519PrivateKey.generate()
    public_key = cbor.encode(dict(EdDSA.from_cryptography_key(secret.public_key())))
    made = KEY.confirm(CONTENT)
    signed = made.authenticator_data + hashlib.sha256(made.client_data).digest()
    check(replace(made, signature=secret.sign(signed)), public_key=public_key)
    with pytest.raises(CheckFailedError, match=r"^crypto\.passkey\.signature"):
        check(made, public_key=public_key)


@given(st.recursive(st.none() | st.text() | st.integers(), lambda x: st.dictionaries(st.text(), x), max_leaves=6))
def test_a_registration_that_is_none_is_refused(value: Any) -> None:
    for response in (value, {"rawId": value, "response": value}, {**KEY.registration(), "response": value}):
        with pytest.raises(InputRefusedError, match=r"^crypto\.passkey\.registration"):
            registered_passkey(response if isinstance(response, dict) else {"response": response})


@given(st.binary(max_size=120), st.integers(0, 150))
def test_a_cut_or_damaged_registration_is_refused(rubbish: bytes, place: int) -> None:
    registration = KEY.registration()
    inner = from_base64url(registration["response"]["attestationObject"])
    damaged = inner[:place] + rubbish
    response = {**registration, "response": {"attestationObject": to_base64url(damaged)}}
    with pytest.raises(InputRefusedError, match=r"^crypto\.passkey\.registration"):
        registered_passkey(response)


def test_the_browser_s_json_is_read_and_anything_else_refused() -> None:
    response = KEY.response(CONTENT)
    check(parse_assertion(response))
    for broken in (
        {},
        {**response, "id": "AAAA"},
        {**response, "rawId": "*"},
        {**response, "response": None},
        {**response, "response": {**response["response"], "signature": "AB=="}},
    ):
        with pytest.raises(InputRefusedError, match=r"^crypto\.passkey\.unreadable"):
            parse_assertion(broken)


@given(st.binary())
def test_base64url_has_one_form(data: bytes) -> None:
    assert from_base64url(to_base64url(data)) == data
    assert "=" not in to_base64url(data)
