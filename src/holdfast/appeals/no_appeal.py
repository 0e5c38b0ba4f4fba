"""Actions without appeal: on a legal ground alone, with who may lift it, and signed again at intervals (D2).

A "no" that is not signed again in time lapses by itself, and the action can be appealed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from holdfast.access.rules.roles import Role
from holdfast.appeals.appeal import Route, Text
from holdfast.appeals.facts import RouteField
from holdfast.errors import CheckFailedError, InputRefusedError
from holdfast.facts import Fact, MemberId
from holdfast.facts.fields import Field, Kept, Many, Maybe, Moment
from holdfast.facts.kinds import CLOCK, TWO, Body, Book, FactKind, declared

STREAM_KIND = "no-appeal"
LONGEST_DAYS = 366  # days; chosen: a "no" is looked at again after a year, leap years included


@dataclass(frozen=True, kw_only=True)
class NoAppeal:
    """One action's "no" as its facts have it."""

    action: str
    legal_ground: Text
    may_lift: Text
    until: datetime
    signers: tuple[frozenset[MemberId], ...]
    """Who signed, time after time."""
    route: Route | None = None
    """What the appeal will be about when the "no" is over."""
    lifted_at: datetime | None = None
    lapsed_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether the action cannot be appealed now."""
        return self.lifted_at is None and self.lapsed_at is None and now < self.until

    def is_due_to_lapse(self, now: datetime) -> bool:
        """Whether the clock has to say that the "no" is over."""
        return self.lifted_at is None and self.lapsed_at is None and now >= self.until


def sign_no_appeal(
    *,
    action: str,
    legal_ground: Text,
    may_lift: Text,
    until: datetime,
    signers: frozenset[MemberId],
    now: datetime,
    by: MemberId,
    route: Route | None = None,
) -> list[Fact]:
    """Two people sign that an action cannot be appealed. Raises InputRefusedError `no_appeal.…`."""
    for name, text in (("legal_ground", legal_ground), ("may_lift", may_lift)):
        if not (text if isinstance(text, str) else text.get("en", "")).strip():
            raise InputRefusedError(f"no_appeal.{name}", f'a "no" without {name} is refused')
    _check(until, signers, now)
    body = {
        "action": action,
        "legal_ground": legal_ground if isinstance(legal_ground, str) else dict(legal_ground),
        "may_lift": may_lift if isinstance(may_lift, str) else dict(may_lift),
        "until": until.isoformat(),
        "signers": sorted(signers),
        "route": None if route is None else route.to_json(),
    }
    return [NO_APPEAL.fact("no appeal signed", at=now, by=by, body=body)]


def sign_again(
    state: NoAppeal, *, until: datetime, signers: frozenset[MemberId], now: datetime, by: MemberId
) -> list[Fact]:
    """Two people sign it again; one of them at least did not sign last time.

    Raises CheckFailedError `no_appeal.over`, `no_appeal.same_people`, InputRefusedError `no_appeal.until`,
    `no_appeal.signers`.
    """
    check_again(state, until, now=now)
    _check(until, signers, now)
    if signers <= state.signers[-1]:
        raise CheckFailedError(
            "no_appeal.same_people",
            "the same people signed last time",
            hint="at least one person who did not sign last time looks at it anew",
        )
    return [
        NO_APPEAL.fact(
            "no appeal signed again",
            at=now,
            by=by,
            body={"until": until.isoformat(), "signers": sorted(signers)},
        )
    ]


def check_again(state: NoAppeal, until: datetime, *, now: datetime) -> None:
    """Return when it can be put before two people again, until that day.

    Raises CheckFailedError `no_appeal.over`, InputRefusedError `no_appeal.until`.
    """
    NO_APPEAL.check_state("no appeal signed again", state, now)
    _check_until(until, now)


def lift(state: NoAppeal, *, now: datetime, by: MemberId) -> list[Fact]:
    """It is lifted before its day. Raises CheckFailedError `no_appeal.over`."""
    NO_APPEAL.check_state("no appeal lifted", state, now)
    return [NO_APPEAL.fact("no appeal lifted", at=now, by=by)]


def lapse(state: NoAppeal, *, now: datetime, by: MemberId) -> list[Fact]:
    """The clock says that it is over; nothing when it is not, or has been said."""
    return [NO_APPEAL.fact("no appeal lapsed", at=now, by=by)] if state.is_due_to_lapse(now) else []


def fold_no_appeal(facts: Iterable[Fact]) -> NoAppeal:
    """The state of a stream. Raises CheckFailedError `no_appeal.fact`."""
    return NO_APPEAL.fold(facts)


def _signed(_start: None, fact: Fact, body: Body) -> NoAppeal:
    return NoAppeal(**{**body, "signers": (frozenset(map(MemberId, body["signers"])),)})


def _signed_again(state: NoAppeal, fact: Fact, body: Body) -> NoAppeal:
    return replace(state, until=body["until"], signers=(*state.signers, frozenset(map(MemberId, body["signers"]))))


def _lifted(state: NoAppeal, fact: Fact, body: Body) -> NoAppeal:
    return replace(state, lifted_at=fact.at)


def _lapsed(state: NoAppeal, fact: Fact, body: Body) -> NoAppeal:
    return replace(state, lapsed_at=fact.at)


_SIGNED = {"until": Moment(), "signers": Many(of=Kept())}
NO_APPEAL: Book[NoAppeal] = Book(
    stream=STREAM_KIND,
    about="an action without appeal",
    code="no_appeal.fact",
    error=CheckFailedError,
    first="no appeal signed",
    stands=lambda state, now: "holds" if state.holds(now) else "over",
    not_now="no_appeal.over",
    kinds=declared(
        FactKind(
            name="no appeal signed", step=_signed, by=frozenset({TWO}), door="proposals/plan",
            fields={
                "action": Kept(), "legal_ground": Field(), "may_lift": Field(), **_SIGNED,
                "route": Maybe(of=RouteField()),
            },
        ),
        FactKind(
            name="no appeal signed again", step=_signed_again, by=frozenset({TWO}), when=frozenset({"holds"}),
            door="proposals/no_appeal", fields=_SIGNED,
        ),
        FactKind(
            name="no appeal lifted", step=_lifted, by=frozenset({Role.DECIDER, Role.LEGAL}),
            when=frozenset({"holds"}), door="/no-appeals/<number>/lift/",
        ),
        FactKind(name="no appeal lapsed", step=_lapsed, by=frozenset({CLOCK}), door="clocks/appeals"),
    ),
)  # fmt: skip
"""What is told of a "no"."""


def _check(until: datetime, signers: frozenset[MemberId], now: datetime) -> None:
    if len(signers) < 2:
        raise InputRefusedError("no_appeal.signers", 'a "no" is signed by two people', got=f"{len(signers)}")
    _check_until(until, now)


def _check_until(until: datetime, now: datetime) -> None:
    if not now < until <= now + timedelta(days=LONGEST_DAYS):
        raise InputRefusedError(
            "no_appeal.until", 'a "no" without a near end is refused', expected=f"within {LONGEST_DAYS} days"
        )
