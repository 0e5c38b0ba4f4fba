"""The operators' credentials: one file in the keys folder, `wikis.toml`, which only its owner may read.

    [wiki.frwiki]
    api = "https://fr.example.org/w/api.php"
    language = "fr"
    [[wiki.frwiki.operator]]        # the first acts; the second goes on when somebody blocks the first
    name = "Warden@holdfast"        # a bot password: Special:BotPasswords on that wiki
    password = "…"
    [[wiki.frwiki.operator]]
    name = "Warden2@holdfast"
    password = "…"

The passwords stand nowhere else: in no database, backup, log or error.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from holdfast.errors import InputRefusedError
from holdfast.ids import WikiName, wiki_name
from holdfast.wiki.address import WikiAddress, is_loopback, wiki_address
from holdfast.wiki.client import OnWait, Patience, Sleep, WikiClient
from holdfast.wiki.hand import ApiHand
from holdfast.wiki.secret_file import bad_form, read_secret_toml
from holdfast.wiki.session import Credentials
from holdfast.wiki.site import Site

FILE_NAME = "wikis.toml"
_OPERATORS_AT_MOST = 2  # operators: one, and another that goes on when the first loses its rights
_LOGIN = re.compile(r"[^@\n]{1,240}@[^@\n]{1,100}\Z")


@dataclass(frozen=True, kw_only=True)
class WikiAccess:
    """One wiki that can be acted on: its API, its language, and its operators in the order in which they act."""

    wiki: WikiName
    api: WikiAddress
    language: str
    operators: tuple[Credentials, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The operators' accounts; no plan may touch them."""
        return tuple(each.account for each in self.operators)


@dataclass(frozen=True, kw_only=True)
class Operators:
    """Every wiki that can be acted on, and how to speak with it."""

    wikis: Mapping[WikiName, WikiAccess]
    contact: str = ""
    patience: Patience | None = None
    sleep: Sleep | None = field(default=None, repr=False)
    on_wait: OnWait = field(default=lambda why, seconds: None, repr=False)

    def access(self, wiki: WikiName) -> WikiAccess:
        """How one wiki is reached. Raises InputRefusedError `operators.no_wiki`."""
        if wiki not in self.wikis:
            raise InputRefusedError(
                "operators.no_wiki",
                "nobody can act on this wiki",
                expected=", ".join(self.wikis) or "a wiki in the operators' file",
                got=wiki,
                hint=f"add the wiki and its operators to {FILE_NAME} in the keys folder",
            )
        return self.wikis[wiki]

    def hands_for(self, wiki: WikiName) -> tuple[ApiHand, ...]:
        """The first operator's hand, and the second's where there is one. Nobody is logged in yet.

        Raises InputRefusedError `operators.no_wiki`.
        """
        return tuple(make() for make in self._makers(wiki))

    def openers_for(self, wiki: WikiName) -> tuple[Callable[[], ApiHand], ...]:
        """For each operator what logs it in anew and gives its hand, as an executor with several lanes needs it.

        Each call gives a hand of its own. The call raises HandLostError `wiki.hand.login`, BusyError.
        """

        def opener(make: Callable[[], ApiHand]) -> Callable[[], ApiHand]:
            def opened() -> ApiHand:
                hand = make()
                hand.session.log_in()
                return hand

            return opened

        return tuple(opener(make) for make in self._makers(wiki))

    def _makers(self, wiki: WikiName) -> list[Callable[[], ApiHand]]:
        access, site = self.access(wiki), Site()

        def maker(credentials: Credentials) -> Callable[[], ApiHand]:
            return lambda: ApiHand(wiki, self._client(access), credentials, fellows=access.names, site=site)

        return [maker(each) for each in access.operators]

    def _client(self, access: WikiAccess) -> WikiClient:
        return WikiClient(
            access.api, contact=self.contact, patience=self.patience, sleep=self.sleep, on_wait=self.on_wait
        )


def read_operators(keys: Path, *, contact: str = "", patience: Patience | None = None) -> Operators:
    """The operators' file in a keys folder; no file means that there is no wiki to act on.

    Raises InputRefusedError `operators.readable` when others than its owner may read it, and `operators.form`.
    """
    path = keys / FILE_NAME
    content = read_secret_toml(path) or {}
    if set(content) - {"wiki"} or not isinstance(content.get("wiki", {}), dict):
        raise bad_form(path, "it holds something other than tables [wiki.NAME]")
    wikis = (_wiki(name, entry, path) for name, entry in content.get("wiki", {}).items())
    return Operators(wikis={each.wiki: each for each in wikis}, contact=contact, patience=patience)


def _wiki(name: str, entry: Any, path: Path) -> WikiAccess:
    if not isinstance(entry, dict) or set(entry) - {"api", "language", "operator"}:
        raise bad_form(path, f"[wiki.{name[:64]}] holds something other than api, language and operator")
    api, language, operators = entry.get("api"), entry.get("language"), entry.get("operator")
    if not isinstance(api, str) or not isinstance(language, str) or not isinstance(operators, list):
        raise bad_form(path, f"[wiki.{name[:64]}] must name its api, its language and its operators")
    if not 1 <= len(operators) <= _OPERATORS_AT_MOST:
        raise bad_form(path, f"[wiki.{name[:64]}] must have one operator or two")
    address = wiki_address(api)
    if not address.url.startswith("https://") and not is_loopback(address.url):
        raise InputRefusedError(
            "operators.clear_text",
            "the operators' passwords would cross the network readable",
            expected="https://",
            got="http://",
            place=address.shown,
            hint="give the wiki's https address",
        )
    found = tuple(_credentials(each, name, path) for each in operators)
    if len({each.account for each in found}) != len(found):
        raise bad_form(path, f"the operators of [wiki.{name[:64]}] must be two accounts, or one block stops both")
    return WikiAccess(wiki=wiki_name(name), api=address, language=language, operators=found)


def _credentials(entry: Any, wiki: str, path: Path) -> Credentials:
    if (
        not isinstance(entry, dict)
        or set(entry) != {"name", "password"}
        or not all(isinstance(each, str) and each for each in entry.values())
    ):
        raise bad_form(path, f"each operator of [wiki.{wiki[:64]}] needs a name and a password")
    if not _LOGIN.match(entry["name"]):
        raise bad_form(path, f"an operator of [wiki.{wiki[:64]}] is not named as a bot password is, Account@app")
    return Credentials(name=entry["name"], password=entry["password"])
