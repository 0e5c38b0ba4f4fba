"""What the actions need of the world; the `wiki` room and the store implement it, `workflows` joins them.

A hand is one operator account on one wiki. Its reading methods may be called at any time. Its writing methods do
one write and return when the wiki has answered; whether the write took effect is only ever decided by reading back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from holdfast.accounts.names import AccountName
from holdfast.errors import CheckFailedError, ServiceUnavailableError
from holdfast.ids import WikiName

INFINITY = "infinity"
"""An end that never comes, as every field here writes it, whatever the API wrote."""


@dataclass(frozen=True, kw_only=True)
class BlockState:
    """A block as the wiki holds it. Expiry: ISO 8601 UTC or `infinity`."""

    id: int
    expiry: str
    by: str = ""
    reason: str = ""
    partial: bool = False
    no_create: bool = True
    no_email: bool = False
    allow_talk: bool = True
    autoblock: bool = False


@dataclass(frozen=True, kw_only=True)
class AccountState:
    """One account on one wiki, read now. `groups` maps explicit groups to their expiry (ISO 8601 or `infinity`)."""

    account: AccountName
    exists: bool
    user_id: int | None = None
    groups: Mapping[str, str] = field(default_factory=dict)
    block: BlockState | None = None
    locked: bool | None = None
    """The global lock; null where there is no CentralAuth."""
    is_system: bool = False


@dataclass(frozen=True, kw_only=True)
class PageState:
    """One page's protection: action (`edit`, `move`) to (level, expiry)."""

    title: str
    exists: bool
    protection: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class LogEntry:
    """One public log entry of the wiki, for reconciliation."""

    id: int
    type: str
    action: str
    title: str
    by: str
    at: str
    params: Mapping[str, object] = field(default_factory=dict)
    comment: str = ""


class BusyError(ServiceUnavailableError):
    """The wiki asks for patience (`maxlag`, `readonly`, `ratelimited`), or does not answer: try again later.

    `outcome_known` is false when the write may have been carried out: read back before anything else.
    """

    def __init__(self, code: str, what: str, *, outcome_known: bool, wait_seconds: float = 0, **more: str) -> None:
        super().__init__(code, what, **more)
        self.outcome_known = outcome_known
        self.wait_seconds = wait_seconds


class HandLostError(CheckFailedError):
    """This operator account can no longer act (blocked, logged out, right missing): go on with the second one."""


class WikiHand(Protocol):
    """One operator account on one wiki."""

    @property
    def wiki(self) -> WikiName: ...
    @property
    def operator(self) -> str: ...

    def check_ready(self, needs: Iterable[str]) -> None:
        """Raise HandLostError unless this account is logged in, not blocked, and holds the named user rights and
        (for `userrights:GROUP`) may change that group."""

    def has_central_auth(self) -> bool: ...
    def accounts(self, names: Sequence[AccountName]) -> Mapping[AccountName, AccountState]:
        """The state of each account now; read in batches."""

    def pages(self, titles: Sequence[str]) -> Mapping[str, PageState]: ...
    def log_entries(
        self, *, kinds: Sequence[str], title: str | None = None, since: str | None = None, by: str | None = None
    ) -> Sequence[LogEntry]: ...
    def message_revisions(self, markers: Mapping[AccountName, str]) -> Mapping[AccountName, int | None]:
        """For each account the revision of its talk page that brought its marker, or None; read in batches.

        The history counts, not the newest text alone: a message that was blanked was still delivered.
        """

    def change_groups(
        self, account: AccountName, *, add: Mapping[str, str], remove: Sequence[str], reason: str
    ) -> None:
        """`add` maps a group to its expiry."""

    def block(
        self,
        account: AccountName,
        *,
        expiry: str,
        reason: str,
        no_create: bool,
        no_email: bool,
        allow_talk: bool,
        autoblock: bool,
        reblock: bool = False,
    ) -> None: ...
    def unblock(self, account: AccountName, *, reason: str) -> None: ...
    def message(self, account: AccountName, *, heading: str, text: str, marker: str, summary: str) -> None:
        """One new section on the talk page; `marker` is in the text. Look for the marker before calling."""

    def protect(self, title: str, *, protection: Mapping[str, tuple[str, str]], reason: str) -> None: ...
    def set_lock(self, account: AccountName, *, locked: bool, reason: str) -> None: ...
