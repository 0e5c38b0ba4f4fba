"""The client waits as it is told, gives up in the end, and says what is wrong and what to do."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.cli import main
from holdfast.errors import ExitCode, InputRefusedError, ServiceUnavailableError, UsageError
from holdfast.tables.lake import create_lake
from holdfast.wiki.address import api_named_by, usual_places, wiki_address
from holdfast.wiki.client import Patience, WikiClient
from holdfast.wiki.find import find_wiki
from mediawiki.fixtures import ServedWiki
from mediawiki.meddler import Behaviour, Meddler, Reply, meddling, passing_on
from mediawiki.throwaway import ThrowawayWiki

SITE = {"query": {"general": {"generator": "MediaWiki 1.39.17"}}}
LAG = {"errors": [{"code": "maxlag", "text": "تأخير"}]}
HTML = {"Content-Type": "text/html"}


def said(content: object, **more: object) -> Reply:
    return Reply(body=json.dumps(content).encode(), **more)


def one_after_another(*replies: Reply) -> Behaviour:
    def behave(meddler: Meddler, path: str) -> Reply:
        return replies[min(len(meddler.asked), len(replies)) - 1]

    return behave


def client_of(meddler: Meddler, waited: list[float], **more: object) -> WikiClient:
    return WikiClient(wiki_address(f"{meddler.address}/api.php"), sleep=waited.append, **more)


def test_it_names_itself_and_a_contact_and_asks_for_errors_in_codes() -> None:
    with meddling(one_after_another(said(SITE))) as meddler:
        client_of(meddler, [], contact="someone@example.org").read(
            action="query", meta="siteinfo", flag=True, no=False
        )
    (agent,) = meddler.agents
    assert agent.startswith("Holdfast/")
    assert "someone@example.org" in agent
    for part in ("formatversion=2", "errorformat=plaintext", "maxlag=5", "flag=1"):
        assert part in meddler.asked[0]
    assert "no=" not in meddler.asked[0]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (said(LAG, headers={"Retry-After": "7", "MediaWiki-API-Error": "maxlag"}), 7),
        (said(LAG), 5),
        (said({"errors": [{"code": "readonly"}]}), 5),
        (said({"error": {"code": "ratelimited", "info": "old shape"}}), 5),
        (said({"errors": [{"code": "internal_api_error_DBQueryError"}]}), 1),
        (Reply(status=503, headers=HTML | {"Retry-After": "30"}), 30),
        (Reply(status=429, headers=HTML), 5),
        (Reply(status=502, headers=HTML), 1),
        (Reply(closes=True), 1),
        (Reply(body=b'{"query":', cut=4), 1),
        (Reply(body=b"<!DOCTYPE html>", headers=HTML), 1),
        (Reply(body=b"[]"), 1),
        (Reply(body=b'{"query": 1'), 1),
        (Reply(body=b"\xff\xfe\x00"), 1),
    ],
)  # fmt: skip
def test_it_waits_and_tries_again(reply: Reply, expected: float) -> None:
    waited: list[float] = []
    with meddling(one_after_another(reply, said(SITE))) as meddler:
        assert client_of(meddler, waited).read(action="query").content == SITE
    assert waited == [expected]


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (said({"errors": [{"code": "readonly"}]}), "wiki.busy"),
        (Reply(status=500, headers=HTML), "wiki.unavailable"),
        (Reply(body=b"<html>", headers=HTML), "wiki.not_json"),
        (Reply(status=503, headers=HTML | {"Retry-After": "86400"}), "wiki.unavailable"),
    ],
)
def test_it_gives_up_in_the_end_and_says_that_the_next_run_goes_on(reply: Reply, code: str) -> None:
    waited: list[float] = []
    with meddling(one_after_another(reply)) as meddler, pytest.raises(ServiceUnavailableError) as raised:
        client_of(meddler, waited).read(action="query")
    assert raised.value.code == code
    assert raised.value.exit_code is ExitCode.SERVICE_UNAVAILABLE
    assert "goes on where it stopped" in raised.value.hint
    assert waited == sorted(waited)
    assert sum(waited) < 300


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (said({"errors": [{"code": "readapidenied"}]}), "wiki.read_denied"),
        (said({"errors": [{"code": "badvalue", "text": "private words"}]}), "wiki.refused"),
        (said({"error": {"globalblock": [{"code": "x"}]}}), "wiki.refused"),
        (said({"error": "just words"}), "wiki.refused"),
        (Reply(status=404, headers=HTML), "wiki.not_found"),
        (Reply(status=403, headers=HTML), "wiki.forbidden"),
        (Reply(status=302, headers={"Location": "http://127.0.0.2:9/api.php"}), "wiki.redirected"),
        (Reply(status=302, headers={"Location": "/api.php"}), "wiki.redirected"),
        (Reply(status=302, headers={"Location": "file:///etc/hostname"}), "wiki.redirected"),
    ],
)
def test_it_does_not_repeat_what_would_fail_again(reply: Reply, code: str) -> None:
    waited: list[float] = []
    with meddling(one_after_another(reply)) as meddler, pytest.raises(InputRefusedError) as raised:
        client_of(meddler, waited).read(action="query")
    assert raised.value.code == code
    assert "private words" not in str(raised.value)
    assert raised.value.hint
    assert waited == []


def test_a_continuation_in_circles_is_refused() -> None:
    reply = said({"continue": {"lecontinue": "1|2", "continue": "-||"}, "query": {"logevents": []}})
    with (
        meddling(one_after_another(reply)) as meddler,
        pytest.raises(InputRefusedError, match="wiki.continuation_loops"),
    ):
        list(client_of(meddler, []).batches(action="query", list="logevents"))
    assert len(meddler.asked) == 2


def test_a_continuation_that_never_brings_anything_is_refused() -> None:
    def behave(meddler: Meddler, path: str) -> Reply:
        return said({"batchcomplete": True, "continue": {"lecontinue": str(len(meddler.asked))}})

    with meddling(behave) as meddler, pytest.raises(InputRefusedError, match="answers without content"):
        list(client_of(meddler, []).batches(action="query", list="logevents"))


@given(st.text(max_size=60))
def test_an_address_is_taken_or_refused_with_a_reason(text: str) -> None:
    for tried in (text, f"https://{text}", f"http://wiki.example/{text}"):
        with suppress(UsageError):
            taken = wiki_address(tried)
            assert wiki_address(taken.url) == taken
            assert all(wiki_address(place).host == taken.host for place in usual_places(taken))


@pytest.mark.parametrize("text", ["", "ftp://a.example", "https://", "https://me:secret@a.example/", "a.example"])
def test_what_is_no_web_address_is_wrong_usage(text: str) -> None:
    with pytest.raises(UsageError, match="wiki.address") as raised:
        wiki_address(text)
    assert "secret" not in str(raised.value)


def test_the_api_is_named_by_the_head_of_a_page() -> None:
    page = '<html><head><link rel="EditURI" href="//wiki.example/w/api.php?action=rsd"></head>'
    assert api_named_by(page, "https://wiki.example/wiki/Main_Page") == "https://wiki.example/w/api.php"
    assert api_named_by("<p>nothing", "https://wiki.example/") is None


def test_a_real_wiki_that_lags_says_so(acted_wiki: ServedWiki) -> None:
    waited: list[float] = []
    api = wiki_address(f"{acted_wiki.address}/api.php")
    client = WikiClient(api, maxlag_seconds=-2, sleep=waited.append, patience=Patience(busy=(1, 9)))
    with pytest.raises(ServiceUnavailableError, match="wiki.busy.*maxlag"):
        client.read(action="query", meta="siteinfo")
    assert waited == [5, 9]  # the wiki asked for five seconds


def test_real_wikis_that_are_locked_or_private_or_at_another_place(mediawiki: ThrowawayWiki, tmp_path: Path) -> None:
    wiki = mediawiki.clone(tmp_path / "wiki")
    wiki.configure("$wgReadOnly = 'maintenance';")
    with wiki.serving() as address:
        client, site = find_wiki(address)
        assert site["general"]["readonly"] is True
        assert client.read(action="query", list="allusers").content["query"]["allusers"]
        with pytest.raises(InputRefusedError, match=r"wiki.not_a_wiki.*HTTP 404"):
            find_wiki(f"{address}/nowhere/api.php")
        wiki.configure("$wgGroupPermissions['*']['read'] = false;")
        with pytest.raises(InputRefusedError, match="wiki.read_denied"):
            find_wiki(f"{address}/api.php")


@pytest.mark.parametrize(
    ("reply", "code", "exit_code"),
    [
        (Reply(body=b"<html><title>A shop</title></html>", headers=HTML), "wiki.not_a_wiki", 3),
        (said({"swagger": "2.0"}), "wiki.not_a_wiki", 3),
        (Reply(status=404, headers=HTML), "wiki.not_a_wiki", 3),
        (Reply(status=301, headers={"Location": "https://elsewhere.example/"}), "wiki.redirected", 3),
        (Reply(closes=True), "wiki.unavailable", 4),
    ],
)
@pytest.mark.parametrize("ending", ["", "/api.php"])
def test_what_is_not_a_wiki_leaves_the_lake_as_it_was(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    reply: Reply,
    code: str,
    exit_code: int,
    ending: str,
) -> None:
    monkeypatch.setattr("holdfast.wiki.client.time.sleep", lambda seconds: None)
    lake = create_lake(tmp_path / "lake")
    with meddling(one_after_another(reply)) as meddler:
        found = main(["ingest", meddler.address + ending, "--wiki", "w", "--lake", str(lake.path)])
    assert found == exit_code
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{code}: ")
    assert "127.0.0.1" in line
    assert lake.entries() == ()


def test_an_answer_of_another_shape_is_refused_with_the_stage(
    acted_wiki: ServedWiki, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def without_numbers(meddler: Meddler, path: str) -> Reply:
        reply = passing_on(acted_wiki.address)(meddler, path)
        return Reply(body=reply.body.replace(b'"revid"', b'"rid"'), headers=reply.headers)

    with meddling(without_numbers) as meddler:
        arguments = ["ingest", f"{meddler.address}/api.php", "--wiki", "w", "--lake", str(tmp_path / "lake")]
        assert main(arguments) == 3
        error = capsys.readouterr().err
        assert error.startswith("wiki.answer_shape: ")
        assert "edits" in error
        meddler.behaviour = passing_on(acted_wiki.address)
        assert main(arguments) == 0
