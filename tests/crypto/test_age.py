"""An age file opens for its readers, whole and unchanged, or not at all."""

from io import BytesIO

import pytest

from holdfast.crypto.age import (
    Identity,
    check_recipients,
    decrypt_stream,
    encrypt_stream,
    fresh_identity,
    parse_identities,
)
from holdfast.errors import CheckFailedError, InputRefusedError, UsageError

TEXT = b"CANARY" * 40_000


def encrypted(recipients: list[str]) -> bytes:
    out = BytesIO()
    encrypt_stream(BytesIO(TEXT), out, recipients)
    return out.getvalue()


def opened(data: bytes, identity: Identity) -> bytes:
    out = BytesIO()
    decrypt_stream(BytesIO(data), out, [identity])
    return out.getvalue()


def test_any_recipient_opens_the_file_and_a_stranger_does_not() -> None:
    one, two = fresh_identity(), fresh_identity()
    data = encrypted([one.recipient, two.recipient])
    assert b"CANARY" not in data
    assert opened(data, one) == opened(data, two) == TEXT
    with pytest.raises(CheckFailedError, match=r"^crypto\.age\.sealed"):
        opened(data, fresh_identity())


@pytest.mark.parametrize("cut", [0, 10, 100, 70_000, -1])
def test_a_file_that_was_cut_does_not_open(cut: int) -> None:
    identity = fresh_identity()
    with pytest.raises(CheckFailedError, match=r"^crypto\.age\.sealed"):
        opened(encrypted([identity.recipient])[:cut], identity)


def test_a_file_that_was_changed_does_not_open() -> None:
    identity = fresh_identity()
    data = bytearray(encrypted([identity.recipient]))
    data[-100] ^= 1
    with pytest.raises(CheckFailedError, match=r"^crypto\.age\.sealed"):
        opened(bytes(data), identity)


def test_an_identity_shows_its_public_half_alone() -> None:
    identity = fresh_identity()
    assert "SECRET" not in repr(identity)
    assert parse_identities(f"# created: today\n{identity.text()}\n")[0].recipient == identity.recipient


def test_a_file_without_an_identity_is_refused() -> None:
    for text in ("", "# nothing\n", "AGE-SECRET-KEY-1CANARY"):
        with pytest.raises(InputRefusedError, match=r"^crypto\.age\.identity") as refused:
            parse_identities(text)
        assert "CANARY" not in str(refused.value)


def test_a_secret_given_as_recipient_is_refused_and_not_shown() -> None:
    identity = fresh_identity()
    with pytest.raises(UsageError, match=r"^crypto\.age\.recipient.*a secret identity") as refused:
        check_recipients([identity.text()])
    assert identity.text()[20:40] not in str(refused.value)


def test_no_recipient_is_refused() -> None:
    for wrong in ([], ["age1nobody"], [""]):
        with pytest.raises(UsageError, match=r"^crypto\.age\.recipient"):
            encrypt_stream(BytesIO(b"x"), BytesIO(), wrong)
