"""The pages of plans: from a text to a sweep, with two signatures, and what is held put before two people."""

from typing import Any

import pytest

from holdfast.accounts.names import AccountName
from store.offices import OfficeWorld
from workflows.paper_office import TARGETS, PaperOperators, approved, prepared, swept, text_of


@pytest.fixture
def people(office: OfficeWorld) -> dict[str, Any]:
    return {role: office.member(role) for role in ("investigator", "decider", "legal", "operator", "custodian")}


def test_a_draft_is_kept_and_every_problem_of_a_bad_one_is_on_the_page(
    office: OfficeWorld, people: dict[str, Any]
) -> None:
    browser = people["investigator"].client()
    shown = browser.get("/plans/new/")
    assert "global_ban" in shown.content.decode()
    bad = text_of("p-1").replace('milder_step = "A talk."\n', "").replace('["J1"]', "[]")
    answer = browser.post("/plans/new/", {"text": bad})
    assert answer.status_code == 422
    assert "milder_step is missing" in answer.content.decode()
    answer = browser.post("/plans/new/", {"text": text_of("p-1")})
    assert (answer.status_code, answer["Location"]) == (302, "/plans/p-1/")
    assert TARGETS[0] in browser.get("/plans/p-1/").content.decode()
    assert TARGETS[0] not in browser.get("/plans/").content.decode()


@pytest.mark.requirement("3.5")
def test_a_plan_goes_before_the_deciders_only_with_its_legal_sign_off(
    office: OfficeWorld, people: dict[str, Any]
) -> None:
    identity = prepared(office, people, text_of("p-1"), PaperOperators())
    browser = people["investigator"].client()
    refused = browser.post(f"/plans/{identity}/put-forward/")
    assert refused.status_code == 409
    assert "is not signed off" in refused.content.decode()
    asked = browser.post(f"/plans/{identity}/sign-off/", {"jurisdiction": "J1"})
    page = people["legal"].client().get(asked["Location"])
    assert "Carry it out now" not in page.content.decode()
    from holdfast.facts import StreamId

    people["legal"].sign(StreamId(kind="proposal-sign-off", id=asked["Location"].split("/")[3]))
    assert "Carry it out now" not in people["legal"].client().get(asked["Location"]).content.decode()
    put = browser.post(f"/plans/{identity}/put-forward/")
    assert put.status_code == 302
    signed = people["decider"].client().get(put["Location"]).content.decode()
    assert all(name in signed for name in TARGETS)


def test_progress_shows_what_is_held_and_a_decision_goes_before_two(
    office: OfficeWorld, people: dict[str, Any]
) -> None:
    operators = PaperOperators()
    identity = approved(office, people, text_of("p-1"), operators)
    given = {"bureaucrat": "infinity"}
    east = operators.wikis["eastwiki"]
    east.hand("Meddler").change_groups(AccountName(TARGETS[1]), add=given, remove=[], reason="")
    assert swept(office, identity, operators).ending.value == "held"
    browser = people["decider"].client()
    shown = browser.get(f"/plans/{identity}/progress/").content.decode()
    assert "held (moved)" in shown
    assert 'hx-trigger="every 5s"' in shown
    put = browser.post(
        f"/plans/{identity}/decide/", {"action": "p-1/002", "choice": "skip", "reason": "it can wait", "new_plan": ""}
    )
    from holdfast.facts import StreamId

    proposal = StreamId(kind="proposal-sweep-decision", id=put["Location"].split("/")[3])
    second = office.member("decider")
    office.approve(proposal, people["decider"], second)
    office.carry_out(proposal, second)
    assert swept(office, identity, operators).ending.value == "finished"
    address = f"/plans/{identity}/progress/part/"
    assert browser.get(address)["Location"] == f"/plans/{identity}/progress/"
    part = browser.get(address, headers={"HX-Request": "true"})
    assert part.status_code == 286, "HTMX stops asking"
    assert "skipped" in part.content.decode()


@pytest.mark.requirement("D16")
def test_who_is_found_to_be_coerced_after_the_approval_is_not_touched_before_care_is_done(
    office: OfficeWorld, people: dict[str, Any]
) -> None:
    from holdfast.errors import CheckFailedError
    from workflows.case_steps import CaseWorld

    operators = PaperOperators()
    identity = approved(office, people, text_of("p-1"), operators)
    case = CaseWorld(office=office, investigator=people["investigator"], decider=people["decider"])
    case.begin("another case")
    case.write("person added", account=TARGETS[2], roles=["coerced"])
    with pytest.raises(CheckFailedError, match=r"case\.people\.duty_first"):
        swept(office, identity, operators)
    for wiki in operators.wikis.values():
        assert (wiki.log, wiki.talk) == ([], [])
    for duty in ("safe-contact", "counsel-offered", "exposure-check", "own-request-offered"):
        case.write("duty done", id="p1", duty=duty, how="done", note="as agreed")
    assert swept(office, identity, operators).ending.value == "finished"


def test_operators_see_how_far_a_sweep_is_and_no_name(office: OfficeWorld, people: dict[str, Any]) -> None:
    operators = PaperOperators()
    identity = approved(office, people, text_of("p-1"), operators)
    swept(office, identity, operators)
    shown = people["operator"].client().get("/plans/").content.decode()
    assert identity in shown
    assert "finished" in shown
    assert people["operator"].client().get(f"/plans/{identity}/progress/").status_code == 403
    assert people["custodian"].client().get("/plans/").status_code == 403


@pytest.mark.requirement("D14")
def test_a_plan_is_closed_only_with_its_aftercare(office: OfficeWorld, people: dict[str, Any]) -> None:
    operators = PaperOperators()
    identity = approved(office, people, text_of("p-1"), operators)
    browser = people["decider"].client()
    assert "not carried out to its end" in browser.post(f"/plans/{identity}/close/").content.decode()
    swept(office, identity, operators)
    assert "closed only with its aftercare" in browser.post(f"/plans/{identity}/close/").content.decode()
    care = {
        "recourse_owner": "the liaison",
        "interim_cover": "two stewards",
        "vote_calendar": "in March",
        "survey": "in May",
    }
    browser.post(f"/plans/{identity}/aftercare/", care)
    assert browser.post(f"/plans/{identity}/close/").status_code == 302
    assert "closed" in browser.get(f"/plans/{identity}/").content.decode()
