"""A person's own question: who looked at me, when and why (1.14)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from holdfast.access.exposure.lookups import TargetKind
from holdfast.access.exposure.report import LIMITS
from holdfast.access.exposure.telling import LookupMonth, NoticeState, Telling, TellingPolicy
from holdfast.accounts.names import AccountName, account_as_compared
from holdfast.errors import CheckFailedError
from holdfast.facts import MemberId
from holdfast.ids import WikiName
from holdfast.notices.kinds import ReasonCode

OTHER_ACCOUNT = "[another account]"
_PROOF = object()


@dataclass(frozen=True, kw_only=True)
class AccountLink:
    """That a member of the console has shown a wiki account to be theirs."""

    wiki: WikiName
    account: AccountName
    proven_at: datetime
    way: str
    """`oauth2`, or `confirmed edit`: how it was shown."""


class ProvenAsker:
    """Somebody whose accounts are theirs. Only `prove_asker` makes one."""

    def __init__(self, proof: object, member: MemberId, accounts: frozenset[tuple[WikiName, str]]) -> None:
        if proof is not _PROOF:
            raise CheckFailedError("exposure.ask.not_proven", "an asker is proven by prove_asker alone")
        self.member = member
        self.accounts = accounts


def prove_asker(
    member: MemberId, links: Sequence[AccountLink], *, now: datetime, max_age: timedelta = timedelta(days=1)
) -> ProvenAsker:
    """The asker with the accounts that they have shown to be theirs, freshly: anybody else learns nothing.

    Raises CheckFailedError `exposure.ask.not_proven` when there is none, or one is older than `max_age`.
    """
    fresh = [each for each in links if timedelta(0) <= now - each.proven_at <= max_age]
    if not fresh or len(fresh) != len(links):
        raise CheckFailedError(
            "exposure.ask.not_proven",
            "it is not shown that these accounts are yours",
            expected="each account linked by signing in on its wiki, not long ago",
            hint="sign in on the wiki again, then ask",
        )
    return ProvenAsker(_PROOF, member, frozenset((each.wiki, str(each.account)) for each in fresh))


@dataclass(frozen=True, kw_only=True)
class Told:
    """One look-up, as the person it was of is told it."""

    lookup: str
    wiki: WikiName
    at: datetime
    who: str
    """The role, or the account where the policy names it."""
    type: str
    reason: str
    """As written, with addresses and other people's accounts blotted out; empty when none was given."""


@dataclass(frozen=True, kw_only=True)
class Withheld:
    """That one look-up is withheld, why and until when; nothing else of it."""

    code: ReasonCode
    until: datetime


@dataclass(frozen=True, kw_only=True)
class OwnAnswer:
    """All look-ups of one person, as far as they may be told."""

    told: tuple[Told, ...]
    withheld: tuple[Withheld, ...]
    covers_until: date
    """Later look-ups are in nobody's answer, whether there are any or not: the policy's delay."""

    def to_json(self) -> dict[str, Any]:
        """For the person."""
        return {
            "told": [{**vars(each), "at": _shown(each.at)} for each in self.told],
            "withheld": [{"code": each.code.value, "until": _shown(each.until)} for each in self.withheld],
            "covers_until": self.covers_until.isoformat(),
            "limits": [
                *LIMITS,
                "Look-ups of an address or a range are in nobody's answer: whose it was is not known.",
            ],
        }


def answer_own_question(
    months: Iterable[LookupMonth], asker: ProvenAsker, *, policy: TellingPolicy, now: datetime
) -> OwnAnswer:
    """Every look-up of the asker's accounts: who, when, why. What a custodian sealed is named with code and end.

    What is within the policy's delay is not mentioned, to anybody: the answer says until when it covers.
    """
    kept = list(months)
    mine = {(wiki, account_as_compared(name)) for wiki, name in asker.accounts}
    own_names = {name for _, name in mine}
    names = {
        name
        for month in kept
        for notice in month.notices.values()
        for name in (str(notice.lookup.holder), _account(notice))
        if account_as_compared(name) not in own_names
    }
    own = [
        notice
        for month in kept
        for notice in month.notices.values()
        if notice.lookup.target.kind is TargetKind.ACCOUNT
        and (notice.lookup.wiki, account_as_compared(notice.lookup.target.name)) in mine
    ]
    told, withheld = [], []
    for notice in sorted(own, key=lambda each: (each.lookup.at, each.lookup.identity)):
        seal = notice.seal_at(now)
        if now < notice.due_at(policy) and notice.telling(policy, now) is not Telling.TOLD:
            continue
        if seal is not None:
            withheld.append(Withheld(code=seal.code, until=seal.until))
        else:
            told.append(_told(notice, names, policy))
    return OwnAnswer(
        told=tuple(told),
        withheld=tuple(sorted(withheld, key=lambda each: (each.until, each.code))),
        covers_until=(now - timedelta(days=policy.delay_days)).astimezone(UTC).date(),
    )


def _account(notice: NoticeState) -> str:
    return notice.lookup.target.name if notice.lookup.target.kind is TargetKind.ACCOUNT else ""


def _told(notice: NoticeState, names: set[str], policy: TellingPolicy) -> Told:
    lookup = notice.lookup
    return Told(
        lookup=lookup.identity,
        wiki=lookup.wiki,
        at=lookup.at,
        who=str(lookup.holder) if policy.names_holder else f"a CheckUser of {lookup.wiki}",
        type=lookup.type.value,
        reason=blot_names(lookup.reason, names) if lookup.has_reason else "",
    )


def blot_names(text: str, names: Iterable[str]) -> str:
    """The text without these names, whatever the case of their first letter and with `_` for a space.

    A name of letters is found as a whole word; in scripts that set no spaces, wherever it stands.
    """
    for name in sorted((each for each in names if each), key=lambda each: (-len(each), each)):
        first = (
            f"[{re.escape(name[0].lower())}{re.escape(name[0].upper())}]" if len(name[0].upper()) == 1 else name[0]
        )
        pattern = first + "[ _]".join(re.escape(part) for part in re.split("[ _]", name[1:]))
        before = r"(?<![A-Za-z0-9])" if name[0].isascii() else ""
        after = r"(?![A-Za-z0-9])" if name[-1].isascii() else ""
        text = re.sub(before + pattern + after, OTHER_ACCOUNT, text)
    return text


def _shown(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
