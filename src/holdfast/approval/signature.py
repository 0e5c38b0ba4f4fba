"""One signature of one member over one content, and the check of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from holdfast.approval.people import Approver
from holdfast.clock import parse_at
from holdfast.crypto.passkeys import Assertion, check_assertion, from_base64url, to_base64url
from holdfast.errors import CheckFailedError, InputRefusedError
from holdfast.facts import MemberId

# what the passkey check says, in the words of approval; whatever else it says is a forgery
_OTHER_CODES: Mapping[str, str] = {
    "crypto.passkey.challenge": "approval.other_content",
    "crypto.passkey.unverified": "approval.not_verified",
    "crypto.passkey.absent": "approval.not_verified",
}


@dataclass(frozen=True, kw_only=True)
class Signature:
    """A member's confirmation with a passkey; nothing in it is believed until it is checked."""

    member: MemberId
    credential_id: bytes
    client_data: bytes
    authenticator_data: bytes
    signature: bytes
    at: datetime
    """When the console received it, by the console's clock."""

    def to_json(self) -> dict[str, Any]:
        """As it stands in a fact."""
        return {
            "member": self.member,
            "credential_id": to_base64url(self.credential_id),
            "client_data": to_base64url(self.client_data),
            "authenticator_data": to_base64url(self.authenticator_data),
            "signature": to_base64url(self.signature),
            "at": self.at.isoformat(),
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "Signature":
        """From a fact. Raises InputRefusedError `approval.signature.unreadable`."""
        try:
            return Signature(
                member=MemberId(value["member"]),
                credential_id=from_base64url(value["credential_id"]),
                client_data=from_base64url(value["client_data"]),
                authenticator_data=from_base64url(value["authenticator_data"]),
                signature=from_base64url(value["signature"]),
                at=parse_at(value["at"]),
            )
        except (KeyError, ValueError, TypeError, AttributeError, InputRefusedError):
            raise InputRefusedError(
                "approval.signature.unreadable", "this is not a signature as Holdfast keeps it"
            ) from None


def check_signature(
    signature: Signature,
    *,
    content: bytes,
    approver: Approver,
    now: datetime,
    rp_id: str,
    origins: frozenset[str],
    max_age: timedelta,
) -> int:
    """Return the passkey's counter when this member confirmed exactly `content`, not longer than `max_age` ago.

    The console calls this when it receives a signature, and then `crypto.passkeys.check_counter` with the counter
    it last saw; a counter is not looked at again when the signature is verified later.
    Raises CheckFailedError `approval.` followed by `forged`, `other_content`, `not_verified`, `unknown_passkey`,
    `stale`, `early`.
    """
    if approver.member != signature.member:
        raise _refused("forged", "this signature is another member's", signature)
    public_key = approver.passkeys.get(signature.credential_id)
    if public_key is None:
        raise _refused("unknown_passkey", "this passkey is not one that the member has enrolled", signature)
    if signature.at > now:
        raise _refused("early", "this signature says that it is of the future", signature)
    if now - signature.at > max_age:
        raise _refused(
            "stale",
            "this signature is too old",
            signature,
            expected=f"at most {int(max_age.total_seconds())} seconds",
            got=f"{int((now - signature.at).total_seconds())} seconds",
            hint="sign again",
        )
    assertion = Assertion(
        credential_id=signature.credential_id,
        client_data=signature.client_data,
        authenticator_data=signature.authenticator_data,
        signature=signature.signature,
    )
    try:
        return check_assertion(assertion, public_key=public_key, content=content, rp_id=rp_id, origins=origins)
    except CheckFailedError as reason:
        raise CheckFailedError(
            _OTHER_CODES.get(reason.code, "approval.forged"),
            reason.what,
            expected=reason.expected,
            got=reason.code,
            hint=reason.hint,
            offender=signature.member,
        ) from None


def still_fresh(signatures: Iterable[Signature], *, now: datetime, max_age: timedelta) -> tuple[Signature, ...]:
    """Of each member the latest signature that is not too old yet, by time: what a stream of facts brings together.

    It checks nothing: give the result to `check_approved`.
    """
    latest: dict[MemberId, Signature] = {}
    for each in sorted(signatures, key=lambda one: one.at):
        if now - each.at <= max_age:
            latest[each.member] = each
    return tuple(sorted(latest.values(), key=lambda one: one.at))


def _refused(code: str, what: str, signature: Signature, **more: str) -> CheckFailedError:
    return CheckFailedError(f"approval.{code}", what, offender=signature.member, **more)
