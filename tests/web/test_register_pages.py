"""The pages of register, freezes and reviews, as their people use them."""

from pathlib import Path
from typing import Any

import pytest

from store.offices import OfficeWorld
from workflows.test_freeze_workflow import HEAD, filled, frozen, register, row

SCOPE = {"rights": "checkuser", "jurisdictions": "J1", "reason": "coercion feared"}


@pytest.fixture
def steward(office: OfficeWorld, tmp_path: Path) -> Any:
    return filled(office, tmp_path)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_list_names_nobody_and_names_are_shown_on_demand(steward: Any) -> None:
    client = steward.client()
    assert "Simulated" not in text(client.get("/register/"))
    assert "Simulated Ann" in text(client.get("/register/names/"))


def test_a_person_is_found_by_any_spelling_and_the_rules_are_shown_by_name(steward: Any) -> None:
    client = steward.client()
    found = client.post("/register/find/", {"account": "simulated_Ann"}, follow=True)
    assert "granted_with_a_valid_agreement" in text(found)
    assert "Nobody in the register" in text(client.post("/register/find/", {"account": "Nobody"}))


def test_an_upload_is_read_and_twice_adds_nothing(steward: Any, office: OfficeWorld, tmp_path: Path) -> None:
    client = steward.client()
    path = tmp_path / "more.csv"
    path.write_text(HEAD + row("Simulated Eve", "J1"), "utf-8")
    for expected in ("<dd>1</dd>", "<dd>0</dd>"):
        with path.open("rb") as file:
            answer = client.post("/register/import/", {"file": file, "kind": "csv"})
        assert expected in text(answer)
    assert len(register(office).people) == 5


def test_one_person_is_added_changed_and_taken_off_through_a_form(steward: Any, office: OfficeWorld) -> None:
    client = steward.client()
    answer = client.post("/register/add/", {"account": "Simulated Eve", "wiki": "enwiki", "right": "checkuser"})
    assert "<dd>1</dd>" in text(answer)
    placed = {"account": "Simulated Eve", "jurisdiction": "J1", "jurisdiction_source": "x"}
    assert client.post("/register/add/", placed).status_code == 422
    client.post("/register/add/", {**placed, "jurisdiction_date": "2026-01-01"})
    eve = next(each for each in register(office).people.values() if each.account == "Simulated Eve")
    assert eve.jurisdiction is not None
    assert eve.jurisdiction.name == "J1"
    end = f"/register/person/{eve.id.id}/end/"
    assert client.post(end, {"wiki": "enwiki", "right": "checkuser", "why": ""}).status_code == 400
    client.post(end, {"wiki": "enwiki", "right": "checkuser", "why": "resigned"})
    assert "resigned" in text(client.get(f"/register/person/{eve.id.id}/"))
    client.post(end, {"what": "gone"})
    assert register(office).people[eve.id].gone_at == office.clock()


def test_what_if_answers_on_the_page(steward: Any) -> None:
    answer = text(steward.client().post("/register/what-if/", {"jurisdictions": "J1", "rights": "checkuser"}))
    assert "jurisdiction_is_restricted" in answer
    assert "enwiki, checkuser: 3 → 1" in answer


def test_a_freeze_is_previewed_signed_and_begun_through_the_pages(steward: Any, office: OfficeWorld) -> None:
    decider = office.member("decider")
    client = steward.client()
    preview = text(client.post("/freezes/new/", {**SCOPE, "preview": "1"}))
    assert "Simulated Ben" in preview
    assert "Simulated Cy" not in preview
    assert office.office.vault.count("proposal-freeze") == 0
    answer = client.post("/freezes/new/", {**SCOPE, "propose": "1"})
    assert answer.status_code == 302
    page = text(client.get(answer.url))
    assert "protective, no fault" in page
    assert "operators.no_wiki" in page
    from holdfast.facts import StreamId

    proposal = StreamId(kind="proposal-freeze", id=answer.url.split("/")[3])
    office.approve(proposal, steward, decider)
    done = decider.client().post(f"{answer.url}carry-out/", follow=True)
    assert "Not read back as removed" in text(done)
    assert office.office.vault.count("review", state="open") == 2


def test_a_right_taken_back_by_hand_is_noted(steward: Any, office: OfficeWorld) -> None:
    freeze, _ = frozen(office, steward)
    item = freeze.order.items[0]
    client = steward.client()
    given = {"person": item.person.id, "wiki": item.wiki, "right": item.right}
    client.post(f"/freezes/{freeze.id.id}/by-hand/", given)
    assert "1 / 2" in text(client.get(f"/freezes/{freeze.id.id}/"))
    wrong = client.post(f"/freezes/{freeze.id.id}/by-hand/", {**given, "wiki": "otherwiki"})
    assert wrong.status_code == 409


def test_a_review_is_led_through_the_pages(steward: Any, office: OfficeWorld) -> None:
    freeze, decider = frozen(office, steward)
    number = sorted(freeze.reviews.values())[0].id
    client = steward.client()
    client.post(f"/reviews/{number}/statement/", {"text": "  I am <b>safe</b>\n"})
    client.post(f"/reviews/{number}/ask/", {"text": "a word"})
    page = text(client.get(f"/reviews/{number}/"))
    assert "  I am &lt;b&gt;safe&lt;/b&gt;" in page
    assert "evidence asked" in page
    answer = client.post(
        f"/reviews/{number}/outcome/", {"outcome": "restore", "reason": "seen", "reason_code": "SAFE"}
    )
    assert answer.status_code == 302
    assert "Send it back" not in text(client.get(f"/reviews/{number}/"))
    other = decider.client()
    assert "Send it back" in text(other.get(f"/reviews/{number}/"))
    other.post(f"/reviews/{number}/send-back/", {"text": "too thin"})
    assert "too thin" in text(client.get(f"/reviews/{number}/"))


def test_an_empty_form_says_what_is_missing(steward: Any, office: OfficeWorld) -> None:
    freeze, _ = frozen(office, steward)
    number = sorted(freeze.reviews.values())[0].id
    client = steward.client()
    assert client.post(f"/reviews/{number}/outcome/", {}).status_code == 422
    assert client.post(f"/reviews/{number}/statement/", {"text": " "}).status_code == 400
    assert client.post("/freezes/new/", {}).status_code == 422
    assert client.post("/freezes/new/", {**SCOPE, "jurisdictions": ""}).status_code == 400
    assert client.post("/freezes/new/", {**SCOPE, "jurisdictions": "", "accounts": "Nobody"}).status_code == 422


def test_the_board_and_its_files_hold_no_jurisdiction(steward: Any, office: OfficeWorld) -> None:
    frozen(office, steward)
    client = steward.client()
    for address in ("/register/noticeboard/", "/register/noticeboard/page/", "/register/noticeboard/wikitext/"):
        found = text(client.get(address))
        assert "J1" not in found
        assert "fewer than 10" in found
    assert "Simulated Ann" in text(client.get("/register/noticeboard/wikitext/"))


def test_the_rule_book_is_changed_by_two(steward: Any, office: OfficeWorld) -> None:
    client = steward.client()
    days = ("single_holder_days", "review_days", "evidence_days", "keep_days", "approval_hours", "smallest_group")
    form = {"current_versions": "3", **dict.fromkeys(days, "20")}
    assert client.get("/register/rules/").status_code == 200
    answer = client.post("/register/rules/", {**form, "current_versions": "3 4", "restricted": "J9 checkuser"})
    assert answer.status_code == 302
    assert "J9 × checkuser" in text(client.get(answer.url))
    bad = client.post("/register/rules/", {**form, "restricted": "J9 sysop"})
    assert bad.status_code == 422
    assert "no such right" in text(bad)


@pytest.mark.parametrize("role", ["investigator", "legal", "custodian", "appeal_reader", "auditor", "operator"])
def test_other_roles_open_no_sealed_page_of_the_register(role: str, steward: Any, office: OfficeWorld) -> None:
    frozen(office, steward)
    client = office.member(role).client()
    for address in ("/register/what-if/", "/register/noticeboard/", "/register/rules/", "/freezes/new/"):
        assert client.get(address).status_code == 403, address
    person = next(iter(register(office).people)).id
    assert client.get(f"/register/person/{person}/").status_code == 403
