"""Ed25519 (RFC 8032): 32-byte keys, 64-byte signatures."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from holdfast.errors import CheckFailedError, InputRefusedError

KEY_BYTES = 32  # bytes; RFC 8032
SIGNATURE_BYTES = 64  # bytes; RFC 8032


class Secret:
    """An Ed25519 secret key. It never shows itself."""

    def __init__(self, seed: bytes) -> None:
        """From the 32-byte seed. Raises InputRefusedError `crypto.key` for another length."""
        if len(seed) != KEY_BYTES:
            raise InputRefusedError(
                "crypto.key", "this is not an Ed25519 key", expected="32 bytes", got=f"{len(seed)} bytes"
            )
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    def __repr__(self) -> str:
        return "Secret(<key not shown>)"

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return self._key.public_key().public_bytes_raw()

    @property
    def seed(self) -> bytes:
        """The 32 secret bytes, for the file that keeps them and for nothing else."""
        return self._key.private_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """The signature over a message, 64 bytes."""
        return self._key.sign(message)


def fresh_secret() -> Secret:
    """A new key from the machine's randomness."""
    return Secret(Ed25519PrivateKey.generate().private_bytes_raw())


def check_signature(public: bytes, message: bytes, signature: bytes) -> None:
    """Return when `signature` is the key's own over `message`; else raise CheckFailedError `crypto.signature`."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise CheckFailedError("crypto.signature", "the signature is not this key's over this text") from None
