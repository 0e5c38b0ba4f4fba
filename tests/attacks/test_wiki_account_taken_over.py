"""Attacks by way of a wiki account: taken over, renamed, somebody else's answer, a member who is not ready."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from holdfast.errors import CheckFailedError
from mediawiki.oauth_wiki import OAuthWiki, oauth_wiki, profile
from store.offices import OfficeWorld, TestMember


@pytest.fixture
def wiki(office: OfficeWorld) -> Iterator[OAuthWiki]:
    with oauth_wiki() as running:
        running.settings(office.keys)
        running.accounts |= {"Example": profile(7, "Example"), "Stranger": profile(8, "Stranger")}
        running.signed_in = "Example"
        yield running


@pytest.fixture
def guardians(office: OfficeWorld) -> list[TestMember]:
    return [office.member("custodian"), office.member("legal"), office.member("auditor")]


def link(office: OfficeWorld, guardians: list[TestMember], member: str, account: str = "Example") -> None:
    from holdfast.workflows.office.wiki_sign_in import propose_link

    stream = propose_link(office.office, office.member("operator").reader(), member, account)
    office.approve(stream, *guardians[:2])
    office.carry_out(stream, guardians[0])


def browser() -> object:
    from django.test import Client

    return Client(SERVER_NAME="localhost", SERVER_PORT="8420")


def come_back(client: object, wiki: OAuthWiki, **changed: str) -> object:
    """Begin, be sent to the wiki, come back with its answer (or a changed one)."""
    begun = client.get("/wiki-sign-in/")  # type: ignore[attr-defined]
    asked = {name: texts[0] for name, texts in parse_qs(urlsplit(begun["Location"]).query).items()}
    answer = {name: texts[0] for name, texts in parse_qs(urlsplit(wiki.authorize(asked)).query).items()}
    return client.get("/wiki-sign-in/back/", answer | changed)  # type: ignore[attr-defined]


def is_signed_in(client: object) -> bool:
    return client.get("/").status_code == 200  # type: ignore[attr-defined]


def test_who_takes_over_the_wiki_account_stands_before_the_passkey(
    office: OfficeWorld, wiki: OAuthWiki, guardians: list[TestMember]
) -> None:
    link(office, guardians, office.member("decider").member)
    client = browser()
    answer = come_back(client, wiki)
    assert answer.status_code == 200  # type: ignore[attr-defined]
    assert "/accounts/2fa/authenticate/" in answer.content.decode()  # type: ignore[attr-defined]
    assert not is_signed_in(client)
    for page in (
        "/members/",
        "/approvals/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/2fa/",
        "/accounts/password/change/",
    ):
        assert "/accounts/login/" in client.get(page)["Location"], page  # type: ignore[attr-defined]


def test_a_renamed_account_keeps_the_link_and_a_new_one_under_its_name_does_not_get_it(
    office: OfficeWorld, wiki: OAuthWiki, guardians: list[TestMember]
) -> None:
    link(office, guardians, office.member("decider").member)
    assert come_back(browser(), wiki).status_code == 200  # type: ignore[attr-defined]
    wiki.accounts["Example"] = profile(99, "Example")
    assert come_back(browser(), wiki).status_code == 409  # type: ignore[attr-defined]
    from holdfast.store.office.models import AlarmRow

    assert "wiki account changed" in AlarmRow.objects.values_list("code", flat=True)
    wiki.accounts["Example"] = profile(7, "Example")
    assert come_back(browser(), wiki).status_code == 200  # type: ignore[attr-defined]


@pytest.mark.parametrize("why", ["stranger", "blocked", "no passkey", "suspended", "link ended"])
def test_whoever_may_not_come_learns_nothing_of_why(
    office: OfficeWorld, wiki: OAuthWiki, guardians: list[TestMember], why: str
) -> None:
    from holdfast.store.office import members as store

    member = office.member("decider")
    link(office, guardians, member.member)
    if why == "stranger":
        wiki.signed_in = "Stranger"
    elif why == "blocked":
        wiki.accounts["Example"]["blocked"] = True
    elif why == "no passkey":
        store.forget_sign_in(member.member)
    elif why == "suspended":
        store.suspend([member.member], office.clock())
    else:
        link(office, guardians, member.member, "")
    client = browser()
    answer = come_back(client, wiki)
    assert answer.status_code == 409  # type: ignore[attr-defined]
    assert "nobody signs in by this account" in answer.content.decode()  # type: ignore[attr-defined]
    assert member.member not in answer.content.decode()  # type: ignore[attr-defined]
    assert not is_signed_in(client)
    last = [each.event for each in office.office.vault.audit.entries(0) if each.event.verb == "sign_in"][-1]
    assert last.outcome == "refused"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"state": "guessed"}, "this browser asked"),
        ({"state": ""}, "this browser asked"),
        ({"code": "guessed"}, "vouch for anybody"),
        ({"code": ""}, "vouch for anybody"),
    ],
)
def test_an_answer_that_was_changed_on_the_way_signs_nobody_in(
    office: OfficeWorld, wiki: OAuthWiki, guardians: list[TestMember], changed: dict[str, str], code: str
) -> None:
    link(office, guardians, office.member("decider").member)
    client = browser()
    answer = come_back(client, wiki, **changed)
    assert answer.status_code == 409  # type: ignore[attr-defined]
    assert code in answer.content.decode()  # type: ignore[attr-defined]
    assert "/accounts/2fa/authenticate/" not in answer.content.decode()  # type: ignore[attr-defined]


def test_an_attackers_answer_in_anothers_browser_signs_nobody_in(
    office: OfficeWorld, wiki: OAuthWiki, guardians: list[TestMember]
) -> None:
    """The victim's browser is led to the attacker's answer: it began nothing, or began something else."""
    link(office, guardians, office.member("decider").member)
    attacker, victim = browser(), browser()
    begun = attacker.get("/wiki-sign-in/")  # type: ignore[attr-defined]
    asked = {name: texts[0] for name, texts in parse_qs(urlsplit(begun["Location"]).query).items()}
    answer = {name: texts[0] for name, texts in parse_qs(urlsplit(wiki.authorize(asked)).query).items()}
    assert victim.get("/wiki-sign-in/back/", answer).status_code == 409  # type: ignore[attr-defined]
    victim.get("/wiki-sign-in/")  # type: ignore[attr-defined]
    assert victim.get("/wiki-sign-in/back/", answer).status_code == 409  # type: ignore[attr-defined]


def test_one_person_may_not_link_their_own_account_and_one_account_not_two_members(
    office: OfficeWorld, wiki: OAuthWiki, guardians: list[TestMember]
) -> None:
    from holdfast.workflows.office.wiki_sign_in import propose_link

    own = propose_link(office.office, office.member("operator").reader(), guardians[0].member, "Example")
    with pytest.raises(CheckFailedError, match=r"approval\."):
        guardians[0].sign(own)
    link(office, guardians, office.member("decider").member)
    with pytest.raises(CheckFailedError, match=r"wiki_sign_in\.taken"):
        link(office, guardians, office.member("investigator").member)


def test_names_numbers_and_secrets_lie_nowhere_in_the_clear(
    office: OfficeWorld, wiki: OAuthWiki, guardians: list[TestMember]
) -> None:
    account = "Xylophon Canary"
    wiki.accounts[account] = profile(987654321, account)
    wiki.signed_in = account
    link(office, guardians, office.member("decider").member, account)
    client = browser()
    begun = client.get("/wiki-sign-in/")  # type: ignore[attr-defined]
    assert begun.cookies["holdfast-wiki-sign-in"]["httponly"]
    assert begun.cookies["holdfast-wiki-sign-in"]["samesite"] == "Lax"
    assert come_back(client, wiki).status_code == 200  # type: ignore[attr-defined]
    from django.db import connection

    connection.close()
    stored = b"".join(path.read_bytes() for path in office.folder.rglob("*") if path.is_file())
    for canary in (account, account.replace(" ", "_"), "987654321", "canary-secret", *wiki.tokens):
        assert canary.encode() not in stored, canary


def test_an_account_whose_name_shares_an_older_form_does_not_get_the_link(
    office: OfficeWorld, wiki: OAuthWiki, guardians: list[TestMember]
) -> None:
    wiki.accounts |= {"SSeta": profile(7, "SSeta"), "ßeta": profile(8, "ßeta")}
    link(office, guardians, office.member("decider").member, "SSeta")
    wiki.signed_in = "ßeta"
    assert come_back(browser(), wiki).status_code == 409  # type: ignore[attr-defined]
    wiki.signed_in = "SSeta"
    assert come_back(browser(), wiki).status_code == 200  # type: ignore[attr-defined]
