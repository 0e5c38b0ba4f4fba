"""`Approved[T]`: a value whose approval was verified, signature by signature, over the very bytes it stands for.

What carries something out takes an `Approved`, never a flag in a row of a database: only `check_approved` builds one.
A signature that is used again does no harm: it counts for one person however often it is given, and it is over a
content whose id stands in the facts once it is carried out, so that the second time there is nothing left to do.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import combinations
from typing import Generic, NoReturn, TypeVar

from holdfast.approval.people import Approver, same_person, tie
from holdfast.approval.request import check_content
from holdfast.approval.signature import Signature, check_signature
from holdfast.canonical import sha256_hex
from holdfast.errors import CheckFailedError, UsageError
from holdfast.facts import MemberId

T = TypeVar("T")

# the key to the only door; nobody else has the object
_CHECKED = object()

_NOT_TWO: Mapping[str, str] = {
    "same_person": "two of these signatures are one person's",
    "same_passkey": "two of these members use one passkey",
    "same_account": "two of these members are one wiki account",
    "linked": "two of these members are declared to belong together",
}


class Approved(Generic[T]):
    """A value that enough different people approved. Only `check_approved` makes one; it cannot be changed."""

    __slots__ = ("_content", "_signatures", "_value")

    def __init__(self, value: T, content: bytes, signatures: tuple[Signature, ...], door: object) -> None:
        if door is not _CHECKED:
            raise UsageError(
                "approval.unchecked", "an approval is not made, it is checked", hint="use check_approved"
            )
        object.__setattr__(self, "_value", value)
        object.__setattr__(self, "_content", content)
        object.__setattr__(self, "_signatures", signatures)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("an approval does not change")

    def __reduce__(self) -> NoReturn:
        raise TypeError("an approval is not stored: store the signatures, and check them again")

    def __repr__(self) -> str:
        return f"Approved({self.sha256})"

    @property
    def value(self) -> T:
        """What was approved."""
        value: T = self._value  # type: ignore[attr-defined]
        return value

    @property
    def content(self) -> bytes:
        """The bytes that were signed."""
        content: bytes = self._content  # type: ignore[attr-defined]
        return content

    @property
    def sha256(self) -> str:
        """Their hash, in hexadecimal."""
        return sha256_hex(self.content)

    @property
    def signatures(self) -> tuple[Signature, ...]:
        """Who signed, as checked."""
        signatures: tuple[Signature, ...] = self._signatures  # type: ignore[attr-defined]
        return signatures


def check_approved(
    value: T,
    *,
    content: bytes,
    signatures: Sequence[Signature],
    approvers: Iterable[Approver],
    now: datetime,
    rp_id: str,
    origins: frozenset[str],
    max_age: timedelta,
    role: frozenset[str],
    barred: Mapping[MemberId, str],
    needed: int = 2,
) -> Approved[T]:
    """The value as approved, when `needed` different people confirmed exactly `content` with their passkeys.

    `content` is made from `value` by the caller at this moment, never read from where the signatures lie.
    `approvers` are all members there are or were (see `same_person`); each signer needs one of the roles in `role`;
    `barred` maps a member to the reason (`recused`, `target` …), and bars every account tied to them.
    One wrong signature refuses all: `still_fresh` sorts out old ones beforehand.

    Raises UsageError `approval.conditions` when a condition is empty or asks for less than two people;
    CheckFailedError `approval.` followed by `forged`, `other_content`, `not_verified`, `unknown_member`,
    `unknown_passkey`, `stale`, `early`, `expired`, `role`, `barred`, `same_person`, `same_passkey`, `same_account`,
    `linked`, `too_few`; InputRefusedError `approval.request.unreadable`.
    """
    everyone = {each.member: each for each in approvers}
    _check_conditions(content, rp_id, origins, max_age, role, needed)
    check_content(content, now)
    for signature in signatures:
        signer = everyone.get(signature.member)
        if signer is None:
            raise _refused("unknown_member", "a signature is of nobody on the members' list", signature.member)
        check_signature(
            signature,
            content=content,
            approver=signer,
            now=now,
            rp_id=rp_id,
            origins=origins,
            max_age=max_age,
        )
    signers = [everyone[signature.member] for signature in signatures]
    _check_roles(signers, role)
    _check_different(signers, list(everyone.values()))
    _check_not_barred(signers, list(everyone.values()), barred)
    if len(signers) < needed:
        raise CheckFailedError(
            "approval.too_few",
            "too few people approved this",
            expected=f"{needed} different people",
            got=str(len(signers)),
            hint="ask another person who may approve it",
        )
    return Approved(value, content, tuple(signatures), _CHECKED)


def _check_conditions(
    content: bytes, rp_id: str, origins: frozenset[str], max_age: timedelta, role: frozenset[str], needed: int
) -> None:
    missing = [
        name
        for name, given in (
            ("content", bool(content)),
            ("rp_id", bool(rp_id)),
            ("origins", bool(origins)),
            ("max_age", max_age > timedelta(0)),
            ("role", bool(role)),
            ("needed", needed >= 2),
        )
        if not given
    ]
    if missing:
        raise UsageError(
            "approval.conditions",
            "an approval without conditions is none",
            expected="a content, a site and its origins, an age, roles, and two people or more",
            got=f"nothing usable for {', '.join(missing)}",
        )


def _check_roles(signers: Iterable[Approver], role: frozenset[str]) -> None:
    for each in signers:
        if not each.roles & role:
            raise _refused(
                "role", "a member signed who may not approve this", each.member, expected=" or ".join(sorted(role))
            )


def _check_different(signers: Sequence[Approver], everyone: Sequence[Approver]) -> None:
    for one, other in combinations(signers, 2):
        found = tie(one, other) or ("linked" if other.member in same_person(one.member, everyone) else "")
        if found:
            raise _refused(
                found, _NOT_TWO[found], (one.member, other.member), hint="another person must approve this"
            )


def _check_not_barred(
    signers: Iterable[Approver], everyone: Sequence[Approver], barred: Mapping[MemberId, str]
) -> None:
    for each in signers:
        for member in sorted(same_person(each.member, everyone)):
            if member in barred:
                raise _refused(
                    "barred",
                    "a member signed who must stand aside",
                    each.member,
                    got=barred[member] or "no reason named",
                )


def _refused(code: str, what: str, offender: object, **more: str) -> CheckFailedError:
    return CheckFailedError(f"approval.{code}", what, offender=offender, **more)
