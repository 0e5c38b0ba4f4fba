"""A person of the register, as the facts about them have it; every question is asked for a moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from holdfast.access.rules.rights import DOMICILE
from holdfast.accounts.names import AccountName, account_as_compared
from holdfast.facts import MemberId, StreamId
from holdfast.ids import WikiName


@dataclass(frozen=True, kw_only=True)
class WikiAccount:
    """The account of a person on one wiki, where it differs from the main name or its number is known."""

    name: AccountName
    user_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """A signed agreement. `begins` is inclusive, `ends` exclusive; None: it does not end by itself."""

    version: str
    begins: datetime
    ends: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Grant:
    """One right on one wiki, from `begins` until `ends` (exclusive; None: no end). `group` carries it on the wiki."""

    wiki: WikiName
    right: str
    group: str
    begins: datetime
    ends: datetime | None = None
    ended: datetime | None = None
    """When it was taken back before its end; None while it stands."""
    why_ended: str = ""
    ends_on_wiki: bool = False
    """Whether the wiki itself takes the group away at `ends`: the date was read there."""
    recorded: datetime | None = None
    """When the office learned of it; None: nobody wrote that down."""
    end_recorded: datetime | None = None
    """When the office learned that it was taken back."""

    def runs_at(self, at: datetime) -> bool:
        """Whether it is running at that moment, by its own dates."""
        return self.begins <= at and all(end is None or at < end for end in (self.ends, self.ended))

    def may_stand_at(self, at: datetime) -> bool:
        """Whether the wiki may still show it: it runs, or its date has passed and nobody has said that it is gone."""
        over = self.known_over
        return self.begins <= at and (over is None or at < over)

    @property
    def known_over(self) -> datetime | None:
        """From when on it is known to be gone: people said so, or the wiki's own date has come. A date that was
        written down beforehand takes nothing away from anybody."""
        is_history = self.ends is not None and (self.recorded is None or self.ends <= self.recorded)
        end = self.ends if self.ends_on_wiki or is_history else None
        return min((each for each in (end, self.ended) if each), default=None)

    @property
    def key(self) -> tuple[WikiName, str]:
        """Wiki and right: what a freeze holds."""
        return (self.wiki, self.right)


@dataclass(frozen=True, kw_only=True)
class Hold:
    """One freeze on one right on one wiki, with what stood there before, to be put back exactly."""

    freeze: str
    wiki: WikiName
    right: str
    begins: datetime
    before: Mapping[str, str]
    """The groups that were there, and the end of each as the wiki writes it: ISO 8601 UTC or `infinity`. Empty: none
    was. The group without a name stands for a right outside the wikis."""
    ends: datetime | None = None
    """When the freeze let go of it."""

    def stands_at(self, at: datetime) -> bool:
        """Whether the freeze held it at that moment."""
        return self.begins <= at and (self.ends is None or at < self.ends)


@dataclass(frozen=True, kw_only=True)
class Jurisdiction:
    """A class such as `J1`, never an address; who said so, and when. `domicile_known`: known to others."""

    name: str
    source: str
    recorded_on: str
    domicile_known: bool = False


@dataclass(frozen=True, kw_only=True)
class Exemption:
    """Somebody decided that a rule shall not touch this person. `what` is a right, or `domicile`."""

    id: str
    what: str
    begins: datetime
    ends: datetime | None
    author: str
    reason_code: str


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with, or formerly with, access to non-public data."""

    id: StreamId
    account: AccountName
    former: tuple[AccountName, ...] = ()
    wiki_accounts: Mapping[WikiName, WikiAccount]
    grants: tuple[Grant, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    jurisdictions: tuple[Jurisdiction, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    holds: tuple[Hold, ...] = ()
    members: frozenset[MemberId] = frozenset()
    """The same person's accounts of the console, so that nobody handles what is about themself."""
    suspended_at: tuple[tuple[datetime, datetime | None], ...] = ()
    """When the person's own access was suspended by themself, from and until."""
    gone_at: datetime | None = None
    """When the account vanished or was closed."""
    gone_recorded: datetime | None = None
    """When the office learned of that."""
    language: str = ""
    """The language of notices to this person, if it was ever told."""

    def account_on(self, wiki: WikiName) -> AccountName:
        """The account's name on one wiki."""
        there = self.wiki_accounts.get(wiki)
        return there.name if there else self.account

    def user_id_on(self, wiki: WikiName) -> int | None:
        """The account's number on one wiki, if known."""
        there = self.wiki_accounts.get(wiki)
        return there.user_id if there else None

    @property
    def names(self) -> frozenset[str]:
        """Every name the person has or had, as `account_as_compared` writes them."""
        known = (self.account, *self.former, *(each.name for each in self.wiki_accounts.values()))
        return frozenset(map(account_as_compared, known))

    @property
    def jurisdiction(self) -> Jurisdiction | None:
        """The class recorded last; None when none is."""
        return self.jurisdictions[-1] if self.jurisdictions else None

    def agreement_at(self, at: datetime) -> Agreement | None:
        """The agreement that counts at a moment: the one signed last before it, or else the next one to begin."""
        begun = [each for each in self.agreements if each.begins <= at]
        if begun:
            return max(begun, key=lambda each: (each.begins, each.ends is None, each.ends or each.begins))
        return min(self.agreements, key=lambda each: each.begins, default=None)

    def grant_at(self, wiki: WikiName, right: str, at: datetime) -> Grant | None:
        """The running grant at a moment, or else the last one that ever was; None when there was none."""
        found = [each for each in self.grants if each.key == (wiki, right)]
        running = [each for each in found if each.runs_at(at)]
        return max(running or found, key=lambda each: each.begins, default=None)

    def standing_at(self, at: datetime) -> tuple[Grant, ...]:
        """For each wiki and right the grant that the wiki may still show, whether or not its date has passed.

        What was recorded of a right last counts: an earlier grant is over when a later one is.
        """
        if self.gone_at is not None and self.gone_at <= at:
            return ()
        last: dict[tuple[WikiName, str], Grant] = {}
        for grant in sorted((each for each in self.grants if each.begins <= at), key=lambda each: each.begins):
            before = last.get(grant.key)
            if before is None or grant.runs_at(at) or not before.runs_at(at):
                last[grant.key] = grant
        return tuple(each for each in last.values() if each.may_stand_at(at))

    def held_by(self, wiki: WikiName, right: str, at: datetime) -> tuple[Hold, ...]:
        """The freezes that hold one right at a moment, the oldest first."""
        return tuple(each for each in self.holds if (each.wiki, each.right) == (wiki, right) and each.stands_at(at))

    def released_from(self, freeze: str, at: datetime) -> bool:
        """Whether a freeze once held something of this person and holds nothing more: a review let them go."""
        mine = [each for each in self.holds if each.freeze == freeze]
        return bool(mine) and not any(each.stands_at(at) for each in mine)

    def is_suspended_at(self, at: datetime) -> bool:
        """Whether the person's own suspension stands at a moment."""
        return any(begin <= at and (end is None or at < end) for begin, end in self.suspended_at)

    def exempt_from(self, at: datetime) -> frozenset[str]:
        """The rights (and `domicile`) that standing exemptions are for."""
        return frozenset(
            each.what for each in self.exemptions if each.begins <= at and (each.ends is None or at < each.ends)
        )

    def is_domicile_exempt(self, at: datetime) -> bool:
        """Whether the person is exempt from the rule on known domiciles."""
        return DOMICILE in self.exempt_from(at)
