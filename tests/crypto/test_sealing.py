"""Sealed values open under their key, in their place and unchanged, or not at all."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.crypto.sealing import OVERHEAD_BYTES, Key, blind, fresh_key, seal, unseal, unwrap_key, wrap_key
from holdfast.errors import CheckFailedError, InputRefusedError

KEY, OTHER = Key(b"k" * 32), Key(b"o" * 32)


@given(st.binary(max_size=200), st.binary(max_size=50))
def test_what_is_sealed_opens_again(plaintext: bytes, associated: bytes) -> None:
    sealed = seal(KEY, plaintext, associated)
    assert unseal(KEY, sealed, associated) == plaintext
    assert len(sealed) == len(plaintext) + OVERHEAD_BYTES


@given(st.binary(min_size=1, max_size=60), st.data())
def test_a_sealed_value_with_any_bit_changed_does_not_open(plaintext: bytes, data: st.DataObject) -> None:
    sealed = bytearray(seal(KEY, plaintext, b"place"))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(CheckFailedError, match=r"^crypto\.sealed"):
        unseal(KEY, bytes(sealed), b"place")


@given(st.binary(max_size=60), st.data())
def test_a_sealed_value_cut_short_does_not_open(plaintext: bytes, data: st.DataObject) -> None:
    sealed = seal(KEY, plaintext, b"place")
    with pytest.raises(CheckFailedError, match=r"^crypto\.sealed"):
        unseal(KEY, sealed[: data.draw(st.integers(0, len(sealed) - 1))], b"place")


def test_a_value_moved_to_another_place_does_not_open() -> None:
    with pytest.raises(CheckFailedError, match=r"^crypto\.sealed"):
        unseal(KEY, seal(KEY, b"text", b"case/a/1"), b"case/a/2")


def test_another_key_does_not_open_and_the_error_shows_nothing() -> None:
    sealed = seal(OTHER, b"CANARY", b"CANARY-PLACE")
    with pytest.raises(CheckFailedError) as refused:
        unseal(KEY, sealed, b"CANARY-PLACE")
    shown = str(refused.value) + repr(vars(refused.value))
    assert "CANARY" not in shown
    assert sealed.hex() not in shown
    assert refused.value.__cause__ is None


def test_the_same_text_is_never_sealed_to_the_same_bytes() -> None:
    assert len({seal(KEY, b"same", b"") for _ in range(100)}) == 100


def test_a_wrapped_key_opens_for_its_own_stream_only() -> None:
    key = fresh_key()
    wrapped = wrap_key(KEY, key, "case/a")
    assert unwrap_key(KEY, wrapped, "case/a") == key
    for master, name in ((KEY, "case/b"), (OTHER, "case/a")):
        with pytest.raises(CheckFailedError, match=r"^crypto\.sealed"):
            unwrap_key(master, wrapped, name)


def test_a_wrapped_key_cannot_be_passed_off_as_a_sealed_value() -> None:
    with pytest.raises(CheckFailedError, match=r"^crypto\.sealed"):
        unseal(KEY, wrap_key(KEY, OTHER, "case/a"), b"case/a")


def test_a_key_shows_itself_nowhere() -> None:
    key = Key(b"CANARY-CANARY-CANARY-CANARY-1234")
    assert "CANARY" not in f"{key} {key!r} {[key]} {vars(type(key))}"
    with pytest.raises(TypeError):
        pickle.dumps(key)
    with pytest.raises(TypeError):
        hash(key)


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(InputRefusedError, match=r"^crypto\.key"):
        Key(b"short")


def test_purposes_have_keys_of_their_own() -> None:
    derived = [KEY.derived("a"), KEY.derived("b"), OTHER.derived("a"), KEY]
    assert len({key.raw for key in derived}) == 4
    assert KEY.derived("a") == KEY.derived("a")


# worked by hand with hmac and RFC 5869's steps from the standard library
def test_derivation_is_hkdf_as_rfc_5869_has_it() -> None:
    import hashlib
    import hmac

    extracted = hmac.new(bytes(32), KEY.raw, hashlib.sha256).digest()
    expanded = hmac.new(extracted, b"holdfast key for \x00sealing\x01", hashlib.sha256).digest()
    assert KEY.derived("sealing").raw == expanded


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_blind_tokens_are_equal_exactly_when_the_parts_are(one: list[str], two: list[str]) -> None:
    assert (blind(KEY, "d", *one) == blind(KEY, "d", *two)) == (one == two)


def test_blind_tokens_differ_by_key_and_domain() -> None:
    tokens = {blind(KEY, "account", "a"), blind(KEY, "page", "a"), blind(OTHER, "account", "a")}
    assert len(tokens) == 3
    assert all(len(token) == 64 for token in tokens)
