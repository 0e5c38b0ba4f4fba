"""Ledgers and watchlist through their pages."""

import pytest

from store.offices import OfficeWorld


@pytest.mark.requirement("5.8")
def test_complaints_and_recommendations_are_kept_through_pages(office: OfficeWorld) -> None:
    client = office.member("investigator").client()
    base = "/ledgers/alpha/"
    assert client.get(base).status_code == 200
    sent = [
        ("complaint-recorded", {"about": "blocks of critics", "page": "Meta:RfC", "made_at": "2013-05-01"}),
        ("complaint-answered", {"id": "c1", "state": "unanswered", "note": "closed by time"}),
        ("recommendation-made", {"text": "rotate admins", "owner": "stewards", "due": "2026-10-01"}),
        (
            "effect-measured",
            {"id": "r1", "measure": "top3_share", "before": "0.6", "after": "0.4", "low": "0.3", "high": "0.5"},
        ),
        ("recommendation-moved", {"id": "r1", "state": "done", "note": "measured"}),
    ]
    for fact, form in sent:
        assert client.post(f"{base}{fact}/", form).status_code == 302, fact
    text = office.member("decider").client().get(base).content.decode()
    assert "2013: unanswered 1" in text
    assert "0.6 → 0.4" in text
    assert client.post(f"{base}complaint-recorded/", {}).status_code == 422
    assert client.post(f"{base}complaint-lost/", {}).status_code == 404
    assert client.get("/ledgers/beta/").content.decode().count("None yet.") == 2
    assert office.member("custodian").client().get(base).status_code == 403


@pytest.mark.requirement("2.13")
def test_checked_before_is_seen_before_a_look_up_and_no_account_is_in_an_address(office: OfficeWorld) -> None:
    member = office.member("investigator")
    client, other = member.client(), office.member("decider").client()
    asked = {"account": "Simulated_one", "wiki": "alpha"}
    assert b"Never, as far as" in client.post("/ledgers/watchlist/", asked).content
    entry = {**asked, "scope": "mine", "why": "a report", "until": "2026-12-01"}
    answer = client.post("/ledgers/watchlist/watch-added/", entry)
    assert answer["Location"] == "/ledgers/watchlist/"
    client.post("/ledgers/watchlist/looked/", {**asked, "why": "a report"})
    asked["account"] = "simulated one"
    mine, theirs = client.post("/ledgers/watchlist/", asked), other.post("/ledgers/watchlist/", asked)
    assert member.member.encode() in mine.content
    assert b"2026-09-01, alpha" in mine.content
    assert b"2026-09-01, alpha" in theirs.content
    assert member.member.encode() not in theirs.content
    assert client.post("/ledgers/watchlist/watch-added/", asked).status_code == 422
    assert other.post("/ledgers/watchlist/watch-ended/", {"id": "w1", "why": "x"}).status_code == 409
