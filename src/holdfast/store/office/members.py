"""Members: who works in the console, with which roles, and with which passkeys they sign.

A member's wiki accounts and declared links are facts of the sealed stream `member/ID`; this file keeps what
signing in needs.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction

from holdfast.errors import InputRefusedError, UsageError
from holdfast.facts import MemberId
from holdfast.store.office.models import Invitation, Member, MemberRole
from holdfast.store.office.moments import told_of_races
from holdfast.store.office.sessions import end_sessions

INVITATION_HOURS = 24  # hours that an invitation is good; chosen


@dataclass(frozen=True, kw_only=True)
class MemberRecord:
    """One member, as the console's operators see them. Roles and times, no names."""

    member: MemberId
    username: str
    roles: frozenset[str]
    active: bool
    suspended_at: datetime | None
    joined_at: datetime
    passkeys: int
    has_code: bool


def fresh_member_id() -> MemberId:
    """A new member's id: it says nothing."""
    return MemberId(f"m-{secrets.token_hex(6)}")


def add_member(member: MemberId, roles: Iterable[str], at: datetime, *, proposal: str = "") -> str:
    """A new member who has not signed in yet; gives the secret of the invitation, which is not kept."""
    with transaction.atomic():
        row = Member.objects.create(id=member, username=None, joined_at=at)
        row.set_unusable_password()
        row.save()
        set_roles(member, roles, at, proposal=proposal)
        return invite(member, at)


def invite(member: MemberId, at: datetime) -> str:
    """A one-time secret by which a member chooses a sign-in name and password, or enrols again."""
    secret = secrets.token_urlsafe(24)
    Invitation.objects.filter(member_id=member, used_at=None).update(used_at=at)
    Invitation.objects.create(
        token_sha256=_digest(secret), member_id=member, made_at=at, until=at + timedelta(hours=INVITATION_HOURS)
    )
    return secret


def invited(secret: str, at: datetime) -> Member:
    """Whom an invitation is for. Raises InputRefusedError `office.invitation`, the same for guessed, used, late."""
    row = Invitation.objects.filter(token_sha256=_digest(secret), used_at=None, until__gt=at).first()
    if row is None:
        raise _not_open()
    return row.member


def _taken() -> UsageError:
    return UsageError("office.username.taken", "this sign-in name is taken", hint="choose another one")


def _not_open() -> InputRefusedError:
    return InputRefusedError(
        "office.invitation",
        "this invitation is not open",
        hint="it may have been used, or be older than a day: ask the person who sent it for a new one",
    )


def accept(secret: str, username: str, password: str, at: datetime) -> Member:
    """Use an invitation, once: set sign-in name and password. Earlier passkeys and codes of this member end here.

    Of several at one moment the first is in; the others are told what everybody is told of a used one. Raises
    InputRefusedError `office.invitation`, UsageError `office.username.taken`, and as `told_of_races`.
    """
    with told_of_races(), transaction.atomic():
        # using it up comes first: who waited for the row of the one before finds it used
        open_ones = Invitation.objects.filter(token_sha256=_digest(secret), used_at=None, until__gt=at)
        if not open_ones.update(used_at=at):
            raise _not_open()
        member = Invitation.objects.select_related("member").get(token_sha256=_digest(secret)).member
        if Member.objects.filter(username__iexact=username).exclude(pk=member.pk).exists():
            raise _taken()
        member.username = username
        member.set_password(password)
        try:
            with transaction.atomic():
                member.save()
        except IntegrityError:  # somebody with another invitation chose it at this moment
            raise _taken() from None
        Authenticator.objects.filter(user=member).delete()
        end_sessions([MemberId(str(member.pk))])
        return member


def name_simulated(member: MemberId, username: str) -> None:
    """Give a simulated member of a demo a sign-in name; nobody can sign in with it, for it has no password."""
    Member.objects.filter(pk=member).update(username=username)


def roles_of(member: MemberId) -> frozenset[str]:
    """The roles that a member holds now."""
    return frozenset(MemberRole.objects.filter(member_id=member, until=None).values_list("role", flat=True))


def ever_held(roles: Iterable[str]) -> frozenset[MemberId]:
    """Every member who holds or held one of these roles: their rows stay when a role ends."""
    found = MemberRole.objects.filter(role__in=list(roles)).values_list("member_id", flat=True)
    return frozenset(map(MemberId, found))


def set_roles(member: MemberId, roles: Iterable[str], at: datetime, *, proposal: str = "") -> None:
    """Make these the member's roles; rows of earlier ones stay with their end. Sessions end: they begin anew."""
    wanted, held = frozenset(roles), roles_of(member)
    MemberRole.objects.filter(member_id=member, until=None, role__in=held - wanted).update(until=at)
    MemberRole.objects.bulk_create(
        MemberRole(member_id=member, role=each, since=at, proposal=proposal) for each in sorted(wanted - held)
    )
    if wanted != held:
        end_sessions([member])


def suspend(members: Iterable[MemberId], at: datetime) -> int:
    """Suspend members and end their sessions at once; how many sessions ended."""
    wanted = list(members)
    Member.objects.filter(pk__in=wanted, suspended_at=None).update(suspended_at=at)
    return end_sessions(wanted)


def unsuspend(member: MemberId) -> None:
    """Let a member work again."""
    Member.objects.filter(pk=member).update(suspended_at=None)


def is_suspended(member: MemberId) -> bool:
    """Whether a member is suspended, or is none."""
    return not Member.objects.filter(pk=member, is_active=True, suspended_at=None).exists()


def all_members() -> tuple[MemberRecord, ...]:
    """Every member, by id."""
    kinds: dict[str, list[str]] = {}
    for user, kind in Authenticator.objects.values_list("user_id", "type"):
        kinds.setdefault(user, []).append(kind)
    held: dict[str, set[str]] = {}
    for user, role in MemberRole.objects.filter(until=None).values_list("member_id", "role"):
        held.setdefault(user, set()).add(role)
    return tuple(
        MemberRecord(
            member=MemberId(row.pk),
            username=row.username or "",
            roles=frozenset(held.get(row.pk, ())),
            active=row.is_active,
            suspended_at=row.suspended_at,
            joined_at=row.joined_at,
            passkeys=kinds.get(row.pk, []).count("webauthn"),
            has_code="totp" in kinds.get(row.pk, []),
        )
        for row in Member.objects.order_by("pk")
    )


def forget_sign_in(member: MemberId) -> None:
    """End a member's password, codes, passkeys and sessions, until they use a new invitation."""
    row = Member.objects.get(pk=member)
    row.set_unusable_password()
    row.save()
    Authenticator.objects.filter(user=row).delete()
    end_sessions([member])


def passkey_registrations(member: MemberId) -> tuple[Mapping[str, object], ...]:
    """What the browser gave when each of the member's passkeys was enrolled (WebAuthn registration responses)."""
    rows = Authenticator.objects.filter(user_id=member, type=Authenticator.Type.WEBAUTHN).order_by("pk")
    return tuple(row.data["credential"] for row in rows)


def _digest(secret: str) -> str:
    return hashlib.sha256(f"invitation\0{secret}".encode()).hexdigest()
