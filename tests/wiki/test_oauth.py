"""Who somebody is on a wiki is taken from well-formed answers alone, and no secret shows anywhere."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from holdfast.errors import CheckFailedError, HoldfastError, InputRefusedError, ServiceUnavailableError
from holdfast.wiki.oauth import Attempt, WikiProfile, WikiSignIn, fetch_profile, fresh_attempt, read_wiki_sign_in
from mediawiki.oauth_wiki import SECRET, OAuthWiki, oauth_wiki, profile

BACK = "http://localhost:8420/wiki-sign-in/back/"


@pytest.fixture
def wiki(tmp_path: Path) -> Iterator[OAuthWiki]:
    with oauth_wiki() as running:
        running.settings(tmp_path)
        running.accounts["Example"] = profile(7, "Example")
        running.signed_in = "Example"
        yield running


@pytest.fixture
def settings(wiki: OAuthWiki, tmp_path: Path) -> WikiSignIn:
    found = read_wiki_sign_in(tmp_path)
    assert found is not None
    return found


def code_for(wiki: OAuthWiki, settings: WikiSignIn, attempt: Attempt, back: str = BACK) -> str:
    asked = {
        name: texts[0] for name, texts in parse_qs(urlsplit(settings.authorize_address(attempt, back)).query).items()
    }
    return parse_qs(urlsplit(wiki.authorize(asked)).query)["code"][0]


def test_the_account_and_its_number_are_fetched_with_a_code_once(wiki: OAuthWiki, settings: WikiSignIn) -> None:
    attempt = fresh_attempt()
    code = code_for(wiki, settings, attempt)
    found = fetch_profile(settings, code, attempt, BACK)
    assert found == WikiProfile(number="7", account=found.account, is_blocked=False)
    assert found.account == "Example"
    with pytest.raises(CheckFailedError, match=r"wiki_sign_in\.refused"):
        fetch_profile(settings, code, attempt, BACK)


def test_a_code_is_of_no_use_to_another_browser_or_address(wiki: OAuthWiki, settings: WikiSignIn) -> None:
    mine, other = fresh_attempt(), fresh_attempt()
    assert mine.state != other.state
    for attempt, back in ((other, BACK), (mine, BACK + "x")):
        with pytest.raises(CheckFailedError, match=r"wiki_sign_in\.refused"):
            fetch_profile(settings, code_for(wiki, settings, mine), attempt, back)
    for code in ("", "x" * 5000, "a\nb", "nobody's"):
        with pytest.raises(CheckFailedError, match=r"wiki_sign_in\.refused"):
            fetch_profile(settings, code, mine, BACK)


@pytest.mark.parametrize(
    ("part", "status", "body", "code"),
    [
        ("access_token", 200, b"<html>", "wiki_sign_in.answer"),
        ("access_token", 200, b"[]", "wiki_sign_in.answer"),
        ("access_token", 200, b'{"token_type": "mac", "access_token": "canary-token"}', "wiki_sign_in.answer"),
        ("access_token", 200, b'{"token_type": "Bearer", "access_token": 7}', "wiki_sign_in.answer"),
        ("access_token", 302, b"", "wiki_sign_in.refused"),
        ("access_token", 503, b"", "wiki_sign_in.unavailable"),
        ("access_token", 200, b" " * 300_000, "wiki_sign_in.answer"),
        ("profile", 401, b"{}", "wiki_sign_in.refused"),
        ("profile", 200, b'{"username": "Example"}', "wiki_sign_in.answer"),
        ("profile", 200, b'{"sub": 7}', "wiki_sign_in.answer"),
        ("profile", 200, b'{"sub": 0, "username": "Example"}', "wiki_sign_in.answer"),
        ("profile", 200, b'{"sub": true, "username": "Example"}', "wiki_sign_in.answer"),
        ("profile", 200, b'{"sub": "7; x", "username": "Example"}', "wiki_sign_in.answer"),
        ("profile", 200, b'{"sub": 7, "username": ""}', "wiki_sign_in.answer"),
        ("profile", 200, b'{"sub": 7, "username": "A", "username": "B"}', "wiki_sign_in.answer"),
    ],
)
def test_an_answer_of_another_form_vouches_for_nobody(
    wiki: OAuthWiki, settings: WikiSignIn, part: str, status: int, body: bytes, code: str
) -> None:
    attempt = fresh_attempt()
    given = code_for(wiki, settings, attempt)
    wiki.instead[part] = (status, body)
    with pytest.raises(HoldfastError) as raised:
        fetch_profile(settings, given, attempt, BACK)
    assert raised.value.code == code
    assert isinstance(raised.value, ServiceUnavailableError) == (code == "wiki_sign_in.unavailable")
    shown = f"{raised.value!r}{vars(raised.value)}{settings!r}{attempt!r}"
    assert all(secret not in shown for secret in ("canary", given, attempt.verifier))


@pytest.mark.parametrize(("said", "blocked"), [({"blocked": True}, True), ({"blocked": None}, True), ({}, False)])
def test_a_block_is_seen_and_so_is_silence_about_it(
    wiki: OAuthWiki, settings: WikiSignIn, said: dict[str, Any], blocked: bool
) -> None:
    wiki.accounts["Example"] |= said
    attempt = fresh_attempt()
    assert fetch_profile(settings, code_for(wiki, settings, attempt), attempt, BACK).is_blocked is blocked


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"rest": "http://wiki.example/w/rest.php"}, "operators.clear_text"),
        ({"rest": "https://wiki.example/w/api.php"}, "operators.form"),
        ({"name": " "}, "operators.form"),
        ({"extra": "x"}, "operators.form"),
        ({"rest": "javascript:alert(1)//rest.php"}, "wiki.address"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    wiki: OAuthWiki, tmp_path: Path, change: dict[str, str], code: str
) -> None:
    wiki.settings(tmp_path, **change)
    with pytest.raises(HoldfastError) as raised:
        read_wiki_sign_in(tmp_path)
    assert raised.value.code == code
    assert SECRET not in f"{raised.value!r}{vars(raised.value)}"


def test_without_settings_it_is_not_offered_and_others_may_not_read_them(wiki: OAuthWiki, tmp_path: Path) -> None:
    (tmp_path / "wiki-sign-in.toml").chmod(0o644)
    with pytest.raises(InputRefusedError, match=r"operators\.readable"):
        read_wiki_sign_in(tmp_path)
    (tmp_path / "wiki-sign-in.toml").unlink()
    assert read_wiki_sign_in(tmp_path) is None


def test_the_number_may_be_text(wiki: OAuthWiki, settings: WikiSignIn) -> None:
    wiki.accounts["Example"]["sub"] = "7"
    attempt = fresh_attempt()
    assert fetch_profile(settings, code_for(wiki, settings, attempt), attempt, BACK).number == "7"
    assert json.dumps(wiki.accounts)
