"""A passkey in software (EC P-256), for demos and tests: it signs as a browser with a passkey would.

It protects nothing: its secret lies in this process. No door of the console makes one.
"""

import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256

from holdfast.crypto.passkeys import Assertion, Passkey, challenge_of, to_base64url

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class SoftwarePasskey:
    """One passkey. `counter` is what it says next time; 0 for one that keeps none, as synced passkeys do."""

    rp_id: str = "localhost"
    origin: str = "http://localhost:8000"
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    counter: int = 1
    secret: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def public_key(self) -> bytes:
        """COSE bytes."""
        return cbor.encode(dict(ES256.from_cryptography_key(self.secret.public_key())))  # type: ignore[no-untyped-call]

    @property
    def passkey(self) -> Passkey:
        """As the console has it on file."""
        return Passkey(credential_id=self.credential_id, public_key=self.public_key)

    def authenticator_data(self, flags: int, extra: bytes = b"") -> bytes:
        counter = self.counter
        self.counter += 1 if counter else 0
        return hashlib.sha256(self.rp_id.encode()).digest() + struct.pack(">BI", flags, counter) + extra

    def client_data(self, kind: str, challenge: str, **more: Any) -> bytes:
        value = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False, **more}
        return json.dumps(value, separators=(",", ":")).encode()

    def registration(self, challenge: str = "AAAA") -> dict[str, Any]:
        """What the browser gives at enrolment, and what allauth keeps as `data["credential"]`."""
        attested = bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id + self.public_key
        data = self.authenticator_data(PRESENT | VERIFIED | ATTESTED, attested)
        attestation = cbor.encode({"fmt": "none", "authData": data, "attStmt": {}})
        return {
            "id": to_base64url(self.credential_id),
            "rawId": to_base64url(self.credential_id),
            "type": "public-key",
            "clientExtensionResults": {"credProps": {"rk": True}},
            "response": {
                "clientDataJSON": to_base64url(self.client_data("webauthn.create", challenge)),
                "attestationObject": to_base64url(attestation),
            },
        }

    def confirm(
        self,
        content: bytes,
        *,
        flags: int = PRESENT | VERIFIED,
        kind: str = "webauthn.get",
        challenge: str = "",
        **more: Any,
    ) -> Assertion:
        """What the authenticator answers when its person confirms a content."""
        client_data = self.client_data(kind, challenge or challenge_of(content), **more)
        data = self.authenticator_data(flags)
        signed = data + hashlib.sha256(client_data).digest()
        return Assertion(
            credential_id=self.credential_id,
            client_data=client_data,
            authenticator_data=data,
            signature=self.secret.sign(signed, ec.ECDSA(hashes.SHA256())),
        )

    def response(self, content: bytes) -> dict[str, Any]:
        """A confirmation as the browser's JSON, for tests that post it."""
        made = self.confirm(content)
        return {
            "id": to_base64url(made.credential_id),
            "rawId": to_base64url(made.credential_id),
            "type": "public-key",
            "response": {
                "clientDataJSON": to_base64url(made.client_data),
                "authenticatorData": to_base64url(made.authenticator_data),
                "signature": to_base64url(made.signature),
            },
        }
