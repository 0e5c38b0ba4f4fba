"""The rules of the console as typed calls: who may read and do what. The only way from a session to a decision."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from holdfast.access.rules.engine import Decision, Entity, PolicySet, Ref, Request, refusal
from holdfast.facts import MemberId


class Verb(StrEnum):
    """What a member may do. `read_list` opens the plain columns of a list, `read_sealed` what is encrypted."""

    READ_LIST = "read_list"
    READ_SEALED = "read_sealed"
    WRITE = "write"
    APPROVE = "approve"
    EXPORT = "export"
    ADMINISTER = "administer"


class Because(StrEnum):
    """Why the office itself acts, without a member who asks. Each is a rule of `console.cedar`."""

    CLOCK = "office: a clock came due"
    APPROVED = "office: two people approved it"
    RULE = "office: a rule needs to know"
    """Another rule asks (who is barred, which plans are open); who asked is shown the answer. Writes nothing."""
    FIGURES = "office: figures are counted"
    """Numbers leave, and nothing of what was counted. Writes nothing."""
    OUTSIDE = "office: somebody outside asks with their secret"
    SHARES = "office: holders of key shares act together"
    BOOKS = "office: it keeps its own books"
    """What follows from what a member did: profiles, keys, lines closed to somebody, what was read back."""
    COMMAND = "office: asked on its own machine"
    """By whoever has the keys of the office, at the command line."""


class Room(StrEnum):
    """The kinds of streams that the console knows."""

    PERSON = "person"
    FREEZE = "freeze"
    REVIEW = "review"
    EXPOSURE = "exposure"
    CASE = "case"
    CASE_DESTRUCTION = "case-destruction"
    CASE_NAMES = "case-names"
    LEDGER = "ledger"
    WATCHLIST = "watchlist"
    PLAN = "plan"
    SWEEP = "sweep"
    APPEAL = "appeal"
    AUDIT = "audit"
    AUDIT_EXPORT = "audit-export"
    OFFICE = "office"


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Who asks, and how they are signed in now."""

    member: MemberId
    roles: frozenset[str]
    """Values of `Role`, or one of `Because` for the office itself."""
    passkey_session: bool
    passkey_fresh: bool
    suspended: bool


@dataclass(frozen=True, kw_only=True)
class Place:
    """What is asked for: one stream, or (without an id) the list of a kind.

    `denied` are members who are denied this one stream; `concerns` are members whom it is about.
    """

    kind: str
    id: str = "all"
    sealed: bool = True
    denied: frozenset[MemberId] = frozenset()
    concerns: frozenset[MemberId] = frozenset()


def decide(policies: PolicySet, visitor: Visitor, verb: str, place: Place, *, now: datetime) -> Decision:
    """May this visitor do this here? Refused for every doubt; the rules are named either way."""
    return policies.decide_many([_request(visitor, verb, place, now)])[0]


def require(policies: PolicySet, visitor: Visitor, verb: str, place: Place, *, now: datetime) -> Decision:
    """The decision when it is a permission. Raises CheckFailedError `access.refused`, naming the rules."""
    decision = decide(policies, visitor, verb, place, now=now)
    if not decision.allowed:
        raise refusal(policies, decision, action=f"{verb} of {place.kind}")
    return decision


def _request(visitor: Visitor, verb: str, place: Place, now: datetime) -> Request:
    return Request(
        principal=Entity(
            type="Member",
            id=visitor.member,
            facts={"id": visitor.member, "roles": frozenset(map(str, visitor.roles))},
        ),
        action=str(verb),
        resource=Entity(
            type="Record",
            id=place.id,
            facts={
                "kind": str(place.kind),
                "sealed": place.sealed,
                "denied": frozenset(Ref(type="Member", id=each) for each in place.denied),
                "concerns": frozenset(map(str, place.concerns)),
            },
        ),
        context={
            "passkey_session": visitor.passkey_session,
            "passkey_fresh": visitor.passkey_fresh,
            "suspended": visitor.suspended,
            "now": int(now.timestamp()),
        },
    )
