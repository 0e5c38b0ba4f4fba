"""Every form of the console that takes an account finds it however it is spelt, and refuses what is no account.

The forms are found by walking the console: a new field that may take an account and is not in the table here fails.
"""

import json
import re
from collections.abc import Callable, Iterator
from pkgutil import walk_packages
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from access.checkuser_logs import answer, entry
from accounts.spellings import ADDRESSES, NOBODY, SPELLINGS, STRANGERS
from accounts.test_every_door import LIKE_ACCOUNTS, REGISTER
from holdfast.accounts.names import account_as_compared
from holdfast.facts import StreamId
from holdfast.registry import load_attribute
from mediawiki.oauth_wiki import oauth_wiki
from store.offices import NOON, OfficeWorld

EVERYBODY = [*SPELLINGS, *STRANGERS]
DAY = f"{NOON:%Y-%m-%d}"
LOG_WIKI = "examplewiki"
ERRORS = range(400, 500)


class Pages:
    """The console of an office in which each account has its own look-ups and grants."""

    def __init__(self, world: OfficeWorld) -> None:
        self.world, self.office = world, world.office
        at = f"{NOON:%Y-%m-%dT%H:%M:%SZ}"
        log = [entry(timestamp=at, checkuser=name, target=name) for name in EVERYBODY]
        log += [entry(timestamp=at, type="ipusers", target=name, checkuser="Keeper") for name in ADDRESSES]
        person = "{},enwiki,en,checkuser,2020-01-01,3,2019-12-01,J1,own statement,2019-12-01\n"
        register = REGISTER + "".join(person.format(name) for name in EVERYBODY)
        self.steward = world.member("access_steward")
        self.upload("/exposure/import/", json.dumps(answer(log)), wiki=LOG_WIKI)
        self.upload("/register/import/", register, kind="csv")

    def upload(self, address: str, text: str, **form: str) -> None:
        sent = self.steward.client().post(address, {"file": SimpleUploadedFile("x", text.encode()), **form})
        assert sent.status_code == 200

    def post(self, role: str, address: str, **form: Any) -> Any:
        """The page's answer; where it refused, a text with the error's code."""
        member = self.steward if role == "access_steward" else self.world.member(role)
        sent = member.client().post(address, form)
        return _refused(sent) or sent

    def who(self, name: str) -> Any:
        form = {"wiki": LOG_WIKI, "day": DAY, "account": name, "form": "json"}
        found = self.post("access_steward", "/exposure/who/", **form)
        return found if isinstance(found, str) else found.json()

    def report(self, holders: str, at_risk: str = "") -> Any:
        period = {"period_start": "2026-01-01", "period_end": "2026-12-01", "form": "json"}
        found = self.post("access_steward", "/exposure/holder/", accounts=holders, at_risk=at_risk, **period)
        return found if isinstance(found, str) else found.json()

    def holder(self, name: str) -> Any:
        return self.report(f"{LOG_WIKI}:{name}")

    def at_risk(self, name: str) -> Any:
        return self.report("\n".join(f"{LOG_WIKI}:{each}" for each in [*EVERYBODY, "Keeper"]), f"{LOG_WIKI}:{name}")

    def question(self, name: str) -> Any:
        found = self.post("custodian", "/exposure/questions/", wiki=LOG_WIKI, account=name)
        if isinstance(found, str):
            return found
        return found.url.split("/")[-2] in {each.id for each in self.office.vault.holding("account", _form(name))}

    def freeze(self, name: str) -> Any:
        form = {"rights": "checkuser", "jurisdictions": "", "accounts": name, "reason": "x", "preview": "1"}
        found = self.post("access_steward", "/freezes/new/", **form)
        return found if isinstance(found, str) else re.findall("(?s)<tbody>.*?</tbody>", found.content.decode())

    def find(self, name: str) -> Any:
        found = self.post("access_steward", "/register/find/", account=name)
        return found if isinstance(found, str) else getattr(found, "url", "nobody")

    def row(self, name: str, **more: str) -> Any:
        form = {"account": name, "wiki": "enwiki", "right": "checkuser", **more}
        found = self.post("access_steward", "/register/add/", **form)
        return found if isinstance(found, str) else self.office.vault.count("person")

    def former(self, name: str) -> Any:
        return self.row("Somebody new", former_names=name)

    def invite(self, name: str) -> Any:
        from holdfast.workflows.office.members import members_with

        before = len(members_with(self.office, [_form(name)]))
        found = self.post("operator", "/members/", roles=["auditor"], wiki_accounts=name)
        return found if isinstance(found, str) else len(members_with(self.office, [_form(name)])) - before

    def sign_in(self, name: str) -> Any:
        from holdfast.workflows.office.propose import read_proposal

        kind, guardian, member = "proposal-wiki-sign-in", self.world.member("custodian"), self.world.member("auditor")
        before = {each.stream for each in self.office.vault.plain_lines(kind)}
        with oauth_wiki() as wiki:
            wiki.settings(self.world.keys)
            found = self.post("operator", "/wiki-sign-in/link/", member=member.member, account=name)
        for new in {each.stream for each in self.office.vault.plain_lines(kind)} - before:
            return read_proposal(self.office, guardian.reader(), new).request.what["account"]
        return found

    def asked(self, name: str) -> Any:
        if not self.office.vault.exists(StreamId(kind="watchlist", id="all")):
            for each in [*EVERYBODY, *ADDRESSES]:
                self.look(each)
        found = self.post("investigator", "/ledgers/watchlist/", account=name, wiki="alpha")
        return found if isinstance(found, str) else found.content.decode().count("2026-09-01, alpha")

    def watch(self, name: str) -> Any:
        form = {"account": name, "wiki": "alpha", "scope": "all", "why": "x", "until": "2026-12-01"}
        found = self.post("investigator", "/ledgers/watchlist/watch-added/", **form)
        return found if isinstance(found, str) else [*self.watchlist().entries.values()][-1].account

    def look(self, name: str) -> Any:
        found = self.post("investigator", "/ledgers/watchlist/looked/", account=name, wiki="alpha", why="x")
        return found if isinstance(found, str) else self.watchlist().looks[-1].account

    def watchlist(self) -> Any:
        from holdfast.access.rules.console_rules import Because
        from holdfast.cases.watchlist import fold_watchlist
        from holdfast.store.office.vault import Reader
        from holdfast.workflows.cases.watchlist import STREAM

        return fold_watchlist(self.office.vault.read(Reader.of_the_office(Because.BOOKS), STREAM, purpose="a test"))

    def person(self, name: str) -> Any:
        from workflows.case_steps import case_world

        case = case_world(self.world)
        case.begin()
        client = case.investigator.client()
        sent = client.post(f"/cases/{case.id}/do/person-added/", {"account": name, "roles": ["witness"]})
        return _refused(sent) or len(self.office.vault.holding("case account", name)) > 0


def _form(name: str) -> str:
    return account_as_compared(name)


def _refused(sent: Any) -> str:
    if sent.status_code not in ERRORS:
        return ""
    return "refused: " + " ".join(re.findall(r"(?:code|message__content)[^>]*>\s*([^<]+)<", sent.content.decode()))


FIELDS: dict[tuple[str, str], Callable[[Pages, str], Any]] = {
    ("WhoForm", "account"): Pages.who,
    ("HolderForm", "accounts"): Pages.holder,
    ("HolderForm", "at_risk"): Pages.at_risk,
    ("QuestionForm", "account"): Pages.question,
    ("ScopeForm", "accounts"): Pages.freeze,
    ("FindForm", "account"): Pages.find,
    ("RowForm", "account"): Pages.row,
    ("RowForm", "former_names"): Pages.former,
    ("InviteForm", "wiki_accounts"): Pages.invite,
    ("LinkForm", "account"): Pages.sign_in,
    ("AskForm", "account"): Pages.asked,
    ("WatchForm", "account"): Pages.watch,
    ("LookForm", "account"): Pages.look,
    ("person added", "account"): Pages.person,
}
OF_ADDRESSES = {
    ("WhoForm", "account"), ("HolderForm", "at_risk"), ("AskForm", "account"), ("WatchForm", "account"),
    ("LookForm", "account"), ("person added", "account"),
}  # fmt: skip
"""Fields that take an address too: a case and a watchlist may hold one."""
NO_ACCOUNTS = {
    ("SearchForm", "member"): "a member's id",
    ("LinkForm", "member"): "a member's id",
    ("denial lifted", "member"): "a member's id",
    ("reader denied", "member"): "a member's id",
    ("reader named", "member"): "a member's id",
    ("counsel attached", "person"): "a person of the case, by its id there",
    ("finding tied", "person"): "a person of the case, by its id there",
    ("RowForm", "person"): "a label that joins rows",
    ("RowForm", "user_id"): "a number",
    ("RulesForm", "single_holder_days"): "a number",
}


def fields() -> Iterator[tuple[str, str]]:
    """Every field of the console's forms, and of the forms of a case."""
    from django import forms

    import holdfast.web.console as console
    from holdfast.web.console.case_specs import SPECS
    from holdfast.web.console.rooms.register import RowForm

    for each in walk_packages(console.__path__, f"{console.__name__}."):
        load_attribute(each.name, "__name__")

    def forms_of(kind: type[Any]) -> Iterator[type[Any]]:
        for each in kind.__subclasses__():
            yield each
            yield from forms_of(each)

    for form in forms_of(forms.BaseForm):
        if form.__module__.startswith("holdfast."):
            yield from ((form.__name__, name) for name in (RowForm() if form is RowForm else form).base_fields)
    yield from (("RowForm", name) for name in RowForm().fields)
    yield from ((name, field) for name, spec in SPECS.items() for field in spec.fields)


def test_every_field_that_may_take_an_account_is_in_the_table(office: OfficeWorld) -> None:
    found = {(form, name) for form, name in fields() if LIKE_ACCOUNTS.search(name)}
    assert found == FIELDS.keys() | NO_ACCOUNTS.keys()


@pytest.mark.parametrize("field", FIELDS, ids=" ".join)
def test_a_page_finds_an_account_however_it_is_spelt_and_refuses_what_is_none(
    field: tuple[str, str], office: OfficeWorld
) -> None:
    on, ask = Pages(office), FIELDS[field]
    known = SPELLINGS | (ADDRESSES if field in OF_ADDRESSES else {})
    for name, spellings in known.items():
        said = {each: ask(on, each) for each in dict.fromkeys((name, *spellings))}
        assert not str(said[name]).startswith("refused"), said[name]
        assert all(each == said[name] for each in said.values()), said
    for each in NOBODY if field in OF_ADDRESSES else (*NOBODY, *ADDRESSES):
        assert re.search(r"access\.(name|csv\.rows)", str(ask(on, each))), each


def test_pages_count_whoever_was_looked_up_once_under_every_spelling(office: OfficeWorld) -> None:
    on = Pages(office)
    for name in SPELLINGS:
        assert on.holder(name)["lookups"] == 1
    for name in SPELLINGS | ADDRESSES:
        assert len(on.who(name)["did"]) == 1
        assert len(on.at_risk(name)["at_risk"]) == 1
    assert on.at_risk("Nobody here")["at_risk"] == on.who("Nobody here")["did"] == []
