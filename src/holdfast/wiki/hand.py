"""One operator account on one wiki: what the actions ask of a wiki, over MediaWiki's Action API.

Writes are one request each. A wiki answers 200 to changes that it did not make, so no answer is proof here.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from holdfast.accounts.names import AccountName, account_as_compared, kept_name
from holdfast.actions.steps.ports import INFINITY, AccountState, HandLostError, LogEntry, PageState
from holdfast.errors import CheckFailedError, InputRefusedError
from holdfast.ids import WikiName
from holdfast.wiki.client import Value, WikiClient
from holdfast.wiki.messages import bringing_revisions
from holdfast.wiki.session import Credentials, OperatorSession
from holdfast.wiki.site import Site
from holdfast.wiki.states import CASCADE, account_state, log_entry, page_state

_LONGEST_LIST_BYTES = 5000  # an address longer than some 8 kB is refused by many servers


class ApiHand:
    """Implements `holdfast.actions.steps.ports.WikiHand`. Logs in when first used. One thread uses it at a time.

    `fellows` are the wiki's other operators, whose messages count as ours; hands of one wiki may share a `site`.
    """

    def __init__(
        self,
        wiki: WikiName,
        client: WikiClient,
        credentials: Credentials,
        *,
        fellows: Iterable[str] = (),
        site: Site | None = None,
    ) -> None:
        self._session = OperatorSession(wiki, client, credentials)
        self._authors = tuple(dict.fromkeys([credentials.account, *fellows]))
        self._site = site or Site()

    def __repr__(self) -> str:
        return f"ApiHand({self._session.place})"

    @property
    def wiki(self) -> WikiName:
        return self._session.wiki

    @property
    def operator(self) -> str:
        return self._session.operator

    @property
    def session(self) -> OperatorSession:
        """For readings of this room that are no part of the port."""
        return self._session

    def check_ready(self, needs: Iterable[str]) -> None:
        """As the port has it. Codes: `wiki.hand.login`, `wiki.hand.blocked`, `wiki.hand.rights`."""
        found = self._session.userinfo()
        if "blockid" in found:
            raise HandLostError(
                "wiki.hand.blocked",
                "the operator's account is blocked",
                got=f"a block until {found.get('blockexpiry', 'an unknown time')}",
                place=self._session.place,
                hint="the second operator goes on; find out who did this, and why",
            )
        changeable = found.get("changeablegroups") or {}
        both = set(changeable.get("add", ())) & set(changeable.get("remove", ()))
        may = {*found.get("rights", ()), *(f"userrights:{group}" for group in both)}
        missing = sorted(set(needs) - may)
        if missing:
            raise HandLostError(
                "wiki.hand.rights",
                "the operator's account lacks what the actions need",
                expected=", ".join(sorted(set(needs))),
                got=f"without {', '.join(missing)}",
                place=self._session.place,
                hint="give the account the group and its bot password the grant (core has none for userrights)",
            )

    def has_central_auth(self) -> bool:
        return self._site.has_central_auth(self._session)

    def accounts(self, names: Sequence[AccountName]) -> Mapping[AccountName, AccountState]:
        found: dict[AccountName, AccountState] = {}
        for batch in self.batches(names):
            found |= self._accounts([kept_name(name) for name in batch])
        answered = {account_as_compared(name): state for name, state in found.items()}
        return {
            name: answered.get(account_as_compared(name), AccountState(account=name, exists=False)) for name in names
        }

    def pages(self, titles: Sequence[str]) -> Mapping[str, PageState]:
        found: dict[str, PageState] = {}
        for batch in self.batches(titles):
            for part in self._session.parts(prop="info", inprop="protection", titles="|".join(batch)):
                asked_as = {each["to"]: each["from"] for each in part.get("normalized", ())}
                for page in part.get("pages", ()):
                    title = asked_as.get(page["title"], page["title"])
                    found[title] = page_state(title, page)
        return {title: found.get(title, PageState(title=title, exists=False)) for title in titles}

    def log_entries(
        self, *, kinds: Sequence[str], title: str | None = None, since: str | None = None, by: str | None = None
    ) -> Sequence[LogEntry]:
        """Oldest first. `title` is that of a page, `User:Example` for an account."""
        found = [
            log_entry(event)
            for kind in kinds
            for part in self._session.parts(
                list="logevents",
                letype=kind,
                letitle=title,
                leuser=by,
                lestart=since,
                ledir="newer",
                lelimit="max",
                leprop="ids|title|type|user|timestamp|comment|details",
            )
            for event in part.get("logevents", ())
        ]
        return sorted(found, key=lambda entry: entry.id)

    def message_revisions(self, markers: Mapping[AccountName, str]) -> Mapping[AccountName, int | None]:
        return bringing_revisions(self._session, markers, authors=self._authors)

    def change_groups(
        self, account: AccountName, *, add: Mapping[str, str], remove: Sequence[str], reason: str
    ) -> None:
        """Raises CheckFailedError `wiki.userrights.ignored` when the answer shows less than was asked: this action
        never says that a right is missing, it does nothing and answers as always."""
        answer = self._session.write(
            "userrights",
            user=account,
            add="|".join(add) or None,
            expiry="|".join(add.values()) or None,
            remove="|".join(remove) or None,
            reason=reason,
        )
        if set(answer.get("added", ())) != set(add) or set(answer.get("removed", ())) != set(remove):
            raise CheckFailedError(
                "wiki.userrights.ignored",
                "the wiki answered, and did not change the groups as asked",
                expected=f"added {', '.join(add) or 'none'}, removed {', '.join(remove) or 'none'}",
                got=f"added {_listed(answer, 'added')}, removed {_listed(answer, 'removed')}",
                place=self._session.place,
                hint="the operator may not change these groups, or they were so already; the reading back tells",
            )

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
    ) -> None:
        self._session.write(
            "block",
            user=account,
            expiry=expiry,
            reason=reason,
            nocreate=no_create,
            noemail=no_email,
            allowusertalk=allow_talk,
            autoblock=autoblock,
            reblock=reblock,
        )

    def unblock(self, account: AccountName, *, reason: str) -> None:
        self._session.write("unblock", user=account, reason=reason)

    def message(self, account: AccountName, *, heading: str, text: str, marker: str, summary: str) -> None:
        if marker not in text:
            raise CheckFailedError("wiki.message.no_marker", "a message without its marker could be left twice")
        answer = self._session.write(
            "edit",
            title=f"User talk:{account}",
            section="new",
            sectiontitle=heading,
            text=text,
            summary=summary,
            md5=hashlib.md5(text.encode(), usedforsecurity=False).hexdigest(),
            notminor=True,
            watchlist="nochange",
        )
        if answer.get("result") != "Success":
            raise CheckFailedError(
                "wiki.message.refused",
                "the wiki did not take the message",
                got=str(answer.get("code") or answer.get("result"))[:60],
                place=self._session.place,
                hint="a filter or a captcha stands before it; leave it by hand, with its marker",
            )

    def protect(self, title: str, *, protection: Mapping[str, tuple[str, str]], reason: str) -> None:
        """Sets the whole protection of a page: what is not named is open afterwards."""
        named = {action: each for action, each in protection.items() if action != CASCADE}
        levels = {action: level for action, (level, _) in named.items()} or {"edit": "all"}
        ends = [end for _, end in named.values()] or [INFINITY]
        self._session.write(
            "protect",
            title=title,
            protections="|".join(f"{action}={level}" for action, level in levels.items()),
            expiry="|".join(ends),
            reason=reason,
            cascade=CASCADE in protection,
            watchlist="nochange",
        )

    def set_lock(self, account: AccountName, *, locked: bool, reason: str) -> None:
        self._session.write(
            "setglobalaccountstatus", user=account, locked="lock" if locked else "unlock", reason=reason
        )

    def _accounts(self, names: Sequence[AccountName]) -> dict[AccountName, AccountState]:
        try:
            users, blocks = self._users_and_blocks(names, names)
        except InputRefusedError as reason:
            if reason.offender != "baduser":
                raise
            # one of them can be no account's name: then the blocks are asked for those that exist
            users, _ = self._users_and_blocks(names, [])
            _, blocks = self._users_and_blocks([], [user["name"] for user in users if "blockid" in user])
        system_names = self._site.system_names(self._session)
        by_name: dict[str, list[Mapping[str, Any]]] = {}
        for block in blocks:
            by_name.setdefault(block.get("user", ""), []).append(block)
        states = [
            account_state(user, by_name.get(user["name"], ()), is_system=user["name"] in system_names)
            for user in users
        ]
        if self.has_central_auth():
            states = [replace(state, locked=self._lock(state.account)) for state in states]
        return {state.account: state for state in states}

    def _users_and_blocks(
        self, names: Sequence[str], blocked: Sequence[str]
    ) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
        """Both lists in one request. Not asked for are the groups that everybody has: working them out is slow."""
        asked: dict[str, Value] = {}
        if names:
            asked |= {"ususers": "|".join(names), "usprop": "groupmemberships|blockinfo"}
        if blocked:
            asked |= {"bkusers": "|".join(blocked), "bklimit": "max", "bkprop": "id|user|by|expiry|reason|flags"}
        lists = [name for name, given in (("users", names), ("blocks", blocked)) if given]
        parts = list(self._session.parts(list="|".join(lists), **asked)) if lists else []
        return (
            [user for part in parts for user in part.get("users", ())],
            [block for part in parts for block in part.get("blocks", ())],
        )

    def _lock(self, account: AccountName) -> bool | None:
        """Whether the global account is locked; null when there is none of that name."""
        found = self._session.read(meta="globaluserinfo", guiuser=account).get("globaluserinfo") or {}
        # older answers write true as an empty text
        return found.get("locked", False) is not False if "id" in found else None

    def batches(self, names: Sequence[str]) -> Iterator[list[str]]:
        """Distinct names in groups that one request may hold."""
        self._session.log_in()
        batch: list[str] = []
        size = 0
        for name in dict.fromkeys(names):
            length = len(quote(name)) + 3
            if batch and (len(batch) == self._session.batch_size or size + length > _LONGEST_LIST_BYTES):
                yield batch
                batch, size = [], 0
            batch.append(name)
            size += length
        if batch:
            yield batch


def _listed(answer: Mapping[str, object], name: str) -> str:
    found = answer.get(name)
    return ", ".join(map(str, found)) if isinstance(found, list) and found else "none"
