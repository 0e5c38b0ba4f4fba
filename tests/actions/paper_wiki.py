"""A wiki on paper: answers and refuses as MediaWiki does, logs each write, and meets trouble on order.

For tests that try hundreds of crashes; what they show is shown again on real wikis.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from holdfast.accounts.names import AccountName
from holdfast.actions.steps.ports import (
    INFINITY,
    AccountState,
    BlockState,
    BusyError,
    HandLostError,
    LogEntry,
    PageState,
)
from holdfast.errors import InputRefusedError
from holdfast.ids import WikiName


@dataclass
class PaperWiki:
    """The wiki; `trouble` is asked before and after each write: `trouble("before", "block", target)`."""

    name: str
    accounts: dict[str, AccountState] = field(default_factory=dict)
    protections: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    log: list[LogEntry] = field(default_factory=list)
    talk: list[tuple[str, str]] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    trouble: Callable[[str, str, str], None] = lambda when, what, target: None
    reads: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock)

    def add(self, name: str, *groups: str) -> None:
        """A new account with groups."""
        number = len(self.accounts) + (100 if self.name == "westwiki" else 1)
        self.accounts[name] = AccountState(
            account=AccountName(name), exists=True, user_id=number, groups=dict.fromkeys(groups, INFINITY)
        )

    def hand(self, operator: str) -> "PaperHand":
        return PaperHand(self, operator)

    def entries(self, kind: str, target: str) -> int:
        """How many log entries of a type there are on one target."""
        return sum(entry.type == kind and entry.title in (target, f"User:{target}") for entry in self.log)

    def messages(self, target: str) -> int:
        return sum(account == target for account, _ in self.talk)

    def note(self, kind: str, action: str, target: str, by: str, **params: Any) -> None:
        number = len(self.log) + 1
        at = "2026-09-13T16:13:00Z"
        title = target if kind == "protect" else f"User:{target}"
        self.log.append(LogEntry(id=number, type=kind, action=action, title=title, by=by, at=at, params=params))


class PaperHand:
    """One operator on it."""

    def __init__(self, wiki: PaperWiki, operator: str) -> None:
        self._wiki = wiki
        self._operator = operator

    @property
    def wiki(self) -> WikiName:
        return WikiName(self._wiki.name)

    @property
    def operator(self) -> str:
        return self._operator

    def check_ready(self, needs: Iterable[str]) -> None:
        if self._operator in self._wiki.lost:
            raise HandLostError("paper.lost", "this operator is blocked")

    def has_central_auth(self) -> bool:
        return False

    def accounts(self, names: Sequence[AccountName]) -> Mapping[AccountName, AccountState]:
        self._wiki.trouble("read", "accounts", "")
        self._wiki.reads += 1
        with self._wiki.lock:
            return {name: self._wiki.accounts.get(name, AccountState(account=name, exists=False)) for name in names}

    def pages(self, titles: Sequence[str]) -> Mapping[str, PageState]:
        known = self._wiki.protections
        return {
            title: PageState(title=title, exists=title in known, protection=known.get(title, {})) for title in titles
        }

    def log_entries(
        self, *, kinds: Sequence[str], title: str | None = None, since: str | None = None, by: str | None = None
    ) -> Sequence[LogEntry]:
        return [each for each in self._wiki.log if each.type in kinds and by in (None, each.by)]

    def message_revisions(self, markers: Mapping[AccountName, str]) -> Mapping[AccountName, int | None]:
        with self._wiki.lock:
            return {
                account: next(
                    (n for n, (to, text) in enumerate(self._wiki.talk) if to == account and marker in text), None
                )
                for account, marker in markers.items()
            }

    def change_groups(
        self, account: AccountName, *, add: Mapping[str, str], remove: Sequence[str], reason: str
    ) -> None:
        def write(state: AccountState) -> None:
            kept = {group: end for group, end in state.groups.items() if group not in remove}
            if kept | dict(add) != state.groups:
                self._wiki.accounts[account] = replace(state, groups=kept | dict(add))
                self._wiki.note("rights", "rights", account, self._operator)

        self._write("rights", account, write)

    def block(self, account: AccountName, *, expiry: str, reblock: bool = False, **options: Any) -> None:
        def write(state: AccountState) -> None:
            if state.block is not None and not reblock:
                raise InputRefusedError("wiki.refused.alreadyblocked", "already blocked")
            block = BlockState(id=len(self._wiki.log), expiry=expiry, by=self._operator, **options)
            self._wiki.accounts[account] = replace(state, block=block)
            self._wiki.note("block", "reblock" if reblock else "block", account, self._operator)

        options.pop("reason")
        self._write("block", account, write)

    def unblock(self, account: AccountName, *, reason: str) -> None:
        def write(state: AccountState) -> None:
            if state.block is None:
                raise InputRefusedError("wiki.refused.cantunblock", "not blocked")
            self._wiki.accounts[account] = replace(state, block=None)
            self._wiki.note("block", "unblock", account, self._operator)

        self._write("block", account, write)

    def message(self, account: AccountName, *, heading: str, text: str, marker: str, summary: str) -> None:
        assert marker in text
        self._write("message", account, lambda _: self._wiki.talk.append((account, text)))

    def protect(self, title: str, *, protection: Mapping[str, tuple[str, str]], reason: str) -> None:
        def write(_: AccountState) -> None:
            self._wiki.protections[title] = {name: tuple(each) for name, each in protection.items()}  # type: ignore[misc]
            self._wiki.note("protect", "protect", title, self._operator)

        self._write("protect", title, write)

    def set_lock(self, account: AccountName, *, locked: bool, reason: str) -> None:
        def write(state: AccountState) -> None:
            self._wiki.accounts[account] = replace(state, locked=locked)
            self._wiki.note("globalauth", "setstatus", account, self._operator)

        self._write("lock", account, write)

    def _write(self, what: str, target: str, write: Callable[[AccountState], None]) -> None:
        if self._operator in self._wiki.lost:
            raise HandLostError("paper.lost", "this operator is blocked")
        self._wiki.trouble("before", what, target)
        with self._wiki.lock:
            write(self._wiki.accounts.get(target, AccountState(account=AccountName(target), exists=False)))
        self._wiki.trouble("after", what, target)


def busy(*, known: bool) -> BusyError:
    """The wiki asks for patience, or is away in the middle of a write."""
    return BusyError("paper.busy", "busy", outcome_known=known)
