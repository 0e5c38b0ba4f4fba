"""Telling people that they were looked up: later, by policy; a custodian may seal a notice, never without end.

One stream of facts holds the look-ups of one wiki and month, with what became of each notice. Forgetting a month is
forgetting its key.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from holdfast.access.exposure.lookups import Lookup, TargetKind, is_reason
from holdfast.access.rules.roles import Role
from holdfast.accounts.names import account_as_compared
from holdfast.canonical import sha256_hex
from holdfast.clock import month_end, parse_at
from holdfast.errors import CheckFailedError, UsageError
from holdfast.facts import Fact, MemberId, StreamId
from holdfast.facts.fields import Field, Kept, Many, Moment, OneOf
from holdfast.facts.kinds import Body, Book, FactKind, declared, kept
from holdfast.ids import WikiName
from holdfast.notices.kinds import ReasonCode

STREAM_KIND = "exposure"


@dataclass(frozen=True, kw_only=True)
class TellingPolicy:
    """When people are told, and how long a notice may be kept from them."""

    delay_days: int = 90
    """From the look-up until the person is told; how long CheckUser's own data are kept (C9)."""
    seal_days: int = 90
    """The longest that one signature of a custodian can hold a notice back."""
    sealed_days_in_all: int = 365
    """The longest that all of them together can, counted from the first."""
    keep_days: int = 1095
    """After the end of its month a look-up is forgotten, unless it is still owed or held (1.15)."""
    names_holder: bool = False
    """Whether the person is told the account of the one who looked, or the role alone (3.15)."""


class Telling(StrEnum):
    """Where the notice about one look-up stands."""

    NOBODY = "nobody"
    """The target was an address: there is nobody to tell."""
    WAITING = "waiting"
    DUE = "due"
    SEALED = "sealed"
    EXPIRED = "expired"
    """The last seal has run out, and the person has still not been told: owed at once."""
    TOLD = "told"


@dataclass(frozen=True, kw_only=True)
class NoticeSeal:
    """One signature of a custodian that holds a notice back."""

    by: MemberId
    at: datetime
    until: datetime
    code: ReasonCode
    motive: str
    lifted_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class NoticeState:
    """What became of the notice about one look-up."""

    lookup: Lookup
    seals: tuple[NoticeSeal, ...] = ()
    told_at: datetime | None = None
    told_way: str = ""

    def seal_at(self, now: datetime) -> NoticeSeal | None:
        """The seal that holds now."""
        last = self.seals[-1] if self.seals else None
        return last if last and last.lifted_at is None and now < last.until else None

    def due_at(self, policy: TellingPolicy) -> datetime:
        """When the policy's delay is over."""
        return self.lookup.at + timedelta(days=policy.delay_days)

    def telling(self, policy: TellingPolicy, now: datetime) -> Telling:
        """Where it stands now."""
        if self.told_at is not None:
            return Telling.TOLD
        if self.lookup.target.kind is not TargetKind.ACCOUNT:
            return Telling.NOBODY
        if self.seal_at(now):
            return Telling.SEALED
        if now < self.due_at(policy):
            return Telling.WAITING
        return Telling.EXPIRED if self.seals and self.seals[-1].lifted_at is None else Telling.DUE


@dataclass(frozen=True, kw_only=True)
class LookupMonth:
    """The look-ups of one wiki and month, by identity."""

    wiki: WikiName
    month: str
    notices: Mapping[str, NoticeState] = field(default_factory=dict)

    @property
    def stream(self) -> StreamId:
        """Where its facts are kept."""
        return month_stream(self.wiki, self.month)


def month_of(lookup: Lookup) -> str:
    """`2021-09`, UTC."""
    return f"{lookup.at:%Y-%m}"


def month_stream(wiki: WikiName, month: str) -> StreamId:
    """The stream of a wiki's month. Its name tells the month, and the wiki only to those who know which to try."""
    return StreamId(kind=STREAM_KIND, id=f"{month}-{sha256_hex(f'{wiki}'.encode())[:16]}")


def fold_month(wiki: WikiName, month: str, facts: Iterable[Fact]) -> LookupMonth:
    """The state of a month. Raises CheckFailedError `exposure.fact` for a fact that is not one of these."""
    return EXPOSURE.fold(facts, LookupMonth(wiki=wiki, month=month))


def _read(state: LookupMonth, fact: Fact, body: Body) -> LookupMonth:
    notices = dict(state.notices)
    for each in body["lookups"]:
        notices.setdefault(each.identity, NoticeState(lookup=each))
    return replace(state, notices=notices)


def _with(state: LookupMonth, notice: NoticeState) -> LookupMonth:
    return replace(state, notices={**state.notices, notice.lookup.identity: notice})


def _sealed(state: LookupMonth, fact: Fact, body: Body) -> LookupMonth:
    notice = _notice(state, body["lookup"])
    seal = NoticeSeal(by=fact.by, at=fact.at, until=body["until"], code=body["code"], motive=body["motive"])
    return _with(state, replace(notice, seals=(*notice.seals, seal)))


def _unsealed(state: LookupMonth, fact: Fact, body: Body) -> LookupMonth:
    notice = _notice(state, body["lookup"])
    return _with(state, replace(notice, seals=(*notice.seals[:-1], replace(notice.seals[-1], lifted_at=fact.at))))


def _told(state: LookupMonth, fact: Fact, body: Body) -> LookupMonth:
    told = {each: replace(_notice(state, each), told_at=fact.at, told_way=body["way"]) for each in body["lookups"]}
    return replace(state, notices={**state.notices, **told})


@dataclass(frozen=True)
class _Lookup(Field):
    """One look-up."""

    def read(self, value: Any) -> Lookup:
        """The look-up."""
        return Lookup.from_json(value)

    @property
    def means(self) -> str:
        return "a look-up"


_SEAL = {"lookup": Kept(), "code": OneOf(kind=ReasonCode), "until": Moment(), "motive": Kept()}
_CUSTODIAN, _MANY = frozenset({Role.CUSTODIAN}), 10_000_000
_BY = _CUSTODIAN | {Role.ACCESS_STEWARD, Role.INVESTIGATOR}
EXPOSURE: Book[LookupMonth] = Book(
    stream=STREAM_KIND,
    about="a month of look-ups",
    code="exposure.fact",
    error=CheckFailedError,
    kinds=declared(
        FactKind(
            name="month opened", step=kept, by=_BY, door="/exposure/import/",
            fields={"wiki": Kept(), "month": Kept()},
        ),
        FactKind(
            name="look-ups read", step=_read, by=_BY, door="/exposure/import/",
            fields={"lookups": Many(of=_Lookup(), most=_MANY)},
        ),
        FactKind(
            name="notice sealed", step=_sealed, by=_CUSTODIAN, door="/exposure/queue/<month>/<lookup>/seal/",
            fields=_SEAL,
        ),
        FactKind(
            name="seal renewed", step=_sealed, by=_CUSTODIAN, door="/exposure/queue/<month>/<lookup>/seal/",
            fields=_SEAL,
        ),
        FactKind(
            name="seal lifted", step=_unsealed, by=_CUSTODIAN, door="/exposure/queue/<month>/<lookup>/lift/",
            fields={"lookup": Kept()},
        ),
        FactKind(
            name="person told", step=_told, by=_CUSTODIAN, door="/exposure/queue/<month>/<lookup>/told/",
            fields={"lookups": Many(of=Kept(), most=_MANY), "way": Kept()},
        ),
    ),
)  # fmt: skip
"""What is told of a month."""


def take_in(state: LookupMonth, lookups: Iterable[Lookup], *, at: datetime, by: MemberId) -> list[Fact]:
    """The fact that look-ups were read, those that are new; nothing when all are known: twice is once."""
    new = [each for each in lookups if each.identity not in state.notices]
    for each in new:
        if each.wiki != state.wiki or month_of(each) != state.month:
            raise UsageError("exposure.month", "a look-up of another wiki or month", expected=str(state.stream))
    if not new:
        return []
    return [EXPOSURE.fact("look-ups read", at=at, by=by, body={"lookups": [each.to_json() for each in new]})]


def by_month(lookups: Iterable[Lookup]) -> Mapping[tuple[WikiName, str], tuple[Lookup, ...]]:
    """Look-ups sorted into the months that keep them."""
    found: dict[tuple[WikiName, str], list[Lookup]] = {}
    for each in lookups:
        found.setdefault((each.wiki, month_of(each)), []).append(each)
    return {key: tuple(those) for key, those in sorted(found.items())}


def seal_notice(
    state: LookupMonth,
    identity: str,
    *,
    code: ReasonCode,
    until: datetime,
    motive: str,
    now: datetime,
    by: MemberId,
    own_accounts: frozenset[tuple[WikiName, str]],
    policy: TellingPolicy,
) -> list[Fact]:
    """A custodian holds a notice back, or renews a seal, until a day, against a written motive.

    `own_accounts` are the custodian's own. Raises CheckFailedError `exposure.seal.told`, `…nobody`, `…own_lookup`,
    `…second_person` when this person has signed for this notice before, `…too_long`, `…in_all`; UsageError
    `exposure.seal.motive`.
    """
    notice = _notice(state, identity)
    standing = notice.telling(policy, now)
    if standing is Telling.TOLD:
        raise _refused("told", "the person has been told already")
    if standing is Telling.NOBODY:
        raise _refused("nobody", "this look-up was of an address: there is nobody to tell")
    lookup = notice.lookup
    own = {(wiki, account_as_compared(name)) for wiki, name in own_accounts}
    if {(lookup.wiki, account_as_compared(name)) for name in (lookup.holder, lookup.target.name)} & own:
        raise _refused("own_lookup", "nobody seals the notice of a look-up that they made or that is of themselves")
    if by in {each.by for each in notice.seals}:
        raise _refused("second_person", "this person has signed for this notice before; renewing needs another")
    if not now < until <= now + timedelta(days=policy.seal_days):
        raise _refused("too_long", "a seal ends after now", expected=f"within {policy.seal_days} days")
    first = notice.seals[0].at if notice.seals else now
    if until > first + timedelta(days=policy.sealed_days_in_all):
        raise _refused(
            "in_all", "no notice is sealed without end", expected=f"at most {policy.sealed_days_in_all} days in all"
        )
    if not is_reason(motive):
        raise UsageError(
            "exposure.seal.motive", "a seal needs a written motive", hint="write why the notice must wait"
        )
    body = {"lookup": identity, "code": ReasonCode(code).value, "until": until.isoformat(), "motive": motive.strip()}
    return [EXPOSURE.fact("seal renewed" if notice.seals else "notice sealed", at=now, by=by, body=body)]


def lift_seal(state: LookupMonth, identity: str, *, now: datetime, by: MemberId) -> list[Fact]:
    """A seal ends before its day. Raises CheckFailedError `exposure.seal.none`."""
    if _notice(state, identity).seal_at(now) is None:
        raise _refused("none", "there is no seal that holds")
    return [EXPOSURE.fact("seal lifted", at=now, by=by, body={"lookup": identity})]


def tell(
    state: LookupMonth,
    identities: Sequence[str],
    *,
    way: str,
    now: datetime,
    by: MemberId,
    policy: TellingPolicy,
) -> list[Fact]:
    """The person was told about these look-ups, by a way such as `talk page` or `own question`.

    Raises CheckFailedError `exposure.tell.not_due` for one that is sealed, waiting, told already, or has nobody.
    """
    for identity in identities:
        standing = _notice(state, identity).telling(policy, now)
        if standing not in (Telling.DUE, Telling.EXPIRED):
            raise CheckFailedError(
                "exposure.tell.not_due",
                "this notice may not go out now",
                expected="due, or its seal expired",
                got=standing.value,
                hint="a seal ends by its day or by a custodian",
            )
    body: dict[str, Any] = {"lookups": list(identities), "way": way}
    return [EXPOSURE.fact("person told", at=now, by=by, body=body)] if identities else []


@dataclass(frozen=True, kw_only=True)
class QueueRow:
    """One line of the queue of people to be told: no name, no reason."""

    lookup: str
    wiki: WikiName
    month: str
    telling: Telling
    due_at: datetime
    sealed_until: datetime | None
    code: ReasonCode | None
    signatures: int


def queue(months: Iterable[LookupMonth], policy: TellingPolicy, now: datetime) -> tuple[QueueRow, ...]:
    """Every notice that has somebody to tell, by the day on which it is or was due."""
    rows = []
    for month in months:
        for identity, notice in month.notices.items():
            seal = notice.seal_at(now)
            standing = notice.telling(policy, now)
            if standing is not Telling.NOBODY:
                rows.append(
                    QueueRow(
                        lookup=identity,
                        wiki=month.wiki,
                        month=month.month,
                        telling=standing,
                        due_at=notice.due_at(policy),
                        sealed_until=seal.until if seal else None,
                        code=seal.code if seal else None,
                        signatures=len(notice.seals),
                    )
                )
    return tuple(sorted(rows, key=lambda row: (row.due_at, row.lookup)))


@dataclass(frozen=True, kw_only=True)
class SealCounts:
    """How many notices are and were held back: published (D19), over all wikis, so that none can be singled out."""

    notices: int
    told: int
    sealed: int
    expired: int
    """Seals that ran out while the person is still not told."""
    ever_sealed: int
    renewed: int
    longest_days: int
    """The longest that one notice has been held back so far, by the days of its seals."""

    def to_json(self) -> dict[str, int]:
        """For the public table."""
        return dict(vars(self))


def seal_counts(months: Iterable[LookupMonth], policy: TellingPolicy, now: datetime) -> SealCounts:
    """The public counts of a set of months."""
    notices = [
        each for month in months for each in month.notices.values() if each.lookup.target.kind is TargetKind.ACCOUNT
    ]
    standing = [each.telling(policy, now) for each in notices]
    return SealCounts(
        notices=len(notices),
        told=standing.count(Telling.TOLD),
        sealed=standing.count(Telling.SEALED),
        expired=standing.count(Telling.EXPIRED),
        ever_sealed=sum(bool(each.seals) for each in notices),
        renewed=sum(len(each.seals) > 1 for each in notices),
        longest_days=max((_days_sealed(each, now) for each in notices), default=0),
    )


def _days_sealed(notice: NoticeState, now: datetime) -> int:
    if not notice.seals:
        return 0
    last = notice.seals[-1]
    return (min(last.lifted_at or last.until, now) - notice.seals[0].at).days


def may_be_forgotten_at(
    state: LookupMonth, policy: TellingPolicy, now: datetime, *, held_until: datetime | None = None
) -> datetime | None:
    """From when the month's key may be thrown away; None while somebody is still owed a notice.

    `held_until`: when the last time for appeal that rests on these look-ups is over (3.13). What is owed goes before
    what is to be deleted; both have an end, because a seal has one.
    """
    owed = {Telling.WAITING, Telling.DUE, Telling.SEALED, Telling.EXPIRED}
    if any(each.telling(policy, now) in owed for each in state.notices.values()):
        return None
    first = parse_at(f"{state.month}-01")
    end = datetime.combine(month_end(first.date()), first.timetz()) + timedelta(days=policy.keep_days)
    return max(end, held_until) if held_until else end


def _notice(state: LookupMonth, identity: str) -> NoticeState:
    if identity not in state.notices:
        raise UsageError("exposure.unknown", "there is no such look-up in this month", place=str(state.stream))
    return state.notices[identity]


def _refused(code: str, what: str, *, expected: str = "") -> CheckFailedError:
    return CheckFailedError(f"exposure.seal.{code}", what, expected=expected)
