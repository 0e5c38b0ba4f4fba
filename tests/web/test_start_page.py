"""The start page: what waits is said to those who can act on it, and never "nothing" of what was not asked."""

import re
from datetime import timedelta
from typing import Any

from store.offices import OfficeWorld, TestMember
from web.everywhere import CANARY, ROLES, planted, watching_the_seals


def start(member: TestMember, **how: Any) -> str:
    return str(member.client(**how).get("/").content.decode())


def waiting(member: TestMember, **how: Any) -> str:
    """The list of what waits, as text."""
    found = re.search(r"Waiting for you</h2><ul>(.*?)</ul>", start(member, **how), re.DOTALL)
    return found.group(1) if found else ""


def test_an_appeal_waits_for_its_readers_through_every_step_and_for_nobody_else(office: OfficeWorld) -> None:
    from holdfast.appeals.appeal import Outcome
    from holdfast.appeals.links import receipt_sha256
    from holdfast.workflows.appeals import appeal
    from holdfast.workflows.appeals import filing as appeal_filing
    from workflows.office_appeals import route

    reader, decider = office.member("appeal_reader"), office.member("decider")
    url = appeal.make_link(office.office, route(office, action="p-a/001", plan="p-a", account="Somebody"))
    assert waiting(reader) == "", "a link that is out asks nothing of anybody"
    appeal.put_in_force(office.office, "p-a", {})
    receipt = appeal_filing.file(office.office, url.rstrip("/").rpartition("/")[2], "I object", "en")
    (stream,) = office.office.vault.holding(appeal.RECEIPT, receipt_sha256(receipt))
    assert "taken up or refused: 1" in waiting(reader)
    appeal.find_eligible(office.office, reader.reader(), stream)
    assert "wait for a reader: 1" in waiting(reader)
    appeal.assign(office.office, reader.reader(), stream)
    assert "without an outcome yet: 1" in waiting(reader)
    assert "late" not in waiting(reader)
    office.clock.go_on(days=31)
    assert "outcome is late: 1" in waiting(reader)
    assert waiting(decider) == ""
    appeal.decide(office.office, reader.reader(), stream, Outcome.REMAND, "told", asked_back="why?")
    assert "sent back with questions and not closed: 1" in waiting(decider)
    assert "late" not in waiting(reader)


def test_notices_and_questions_wait_for_custodians_when_their_day_has_come(office: OfficeWorld) -> None:
    from access.checkuser_logs import answer, entry
    from holdfast.access.exposure.lookups_read import LogFile
    from holdfast.accounts.names import AccountName
    from holdfast.canonical import canonical_bytes
    from holdfast.ids import wiki_name
    from holdfast.workflows.exposure import months_read as exposure
    from holdfast.workflows.exposure import question as exposure_question

    steward, custodian, wiki = office.member("access_steward"), office.member("custodian"), wiki_name("examplewiki")
    at = office.clock() - timedelta(days=1)
    found = entry(timestamp=f"{at:%Y-%m-%dT%H:%M:%SZ}", checkuser="Holder", target="Target", reason="why")
    log = LogFile(place="log", data=canonical_bytes(answer([found])))
    exposure.import_lookups(office.office, steward.reader(), wiki, [log])
    assert waiting(custodian) == "", "it is not due yet"
    exposure_question.ask(office.office, custodian.reader(), wiki, AccountName("Asker"))
    assert "have not proven their account yet: 1" in waiting(custodian)
    assert waiting(steward) == ""
    office.clock.go_on(days=200)
    assert "who are to be told now: 1" in waiting(custodian)
    assert "proven" not in waiting(custodian), "the code of that question is over"


def test_legal_is_asked_for_a_signature_once(office: OfficeWorld) -> None:
    from holdfast.workflows.acting import plan as plans
    from workflows.paper_office import TARGETS, PaperOperators, prepared, text_of

    people = {role: office.member(role) for role in ("investigator", "decider")}
    legal, other = office.member("legal"), office.member("legal")
    identity = prepared(office, people, text_of("p-1", *TARGETS), PaperOperators())
    proposal = plans.ask_sign_off(office.office, people["investigator"].reader(), identity, "J1")
    assert f"/approvals/sign-off/{proposal.id}/" in waiting(legal)
    legal.sign(proposal)
    assert waiting(legal) == ""
    assert waiting(other) == "", "one signature is what is wanted"
    assert "1 / 1" in legal.client().get("/approvals/").content.decode()
    assert "yours is not asked for" in other.client().get(f"/approvals/sign-off/{proposal.id}/").content.decode()
    plan = legal.client().get(f"/plans/{identity}/").content.decode()
    assert "signed off" in plan
    assert "sign-off asked" not in plan


def test_what_is_signed_waits_to_be_carried_out(office: OfficeWorld) -> None:
    from holdfast.workflows.office.members import propose_member

    operator, legal, custodian = office.member("operator"), office.member("legal"), office.member("custodian")
    proposal = propose_member(office.office, operator.reader(), ["auditor"], [])
    assert "to be signed" in waiting(legal)
    legal.sign(proposal)
    assert waiting(legal) == ""
    assert "to be signed" in waiting(custodian, fresh=False), "it waits whether or not the passkey was just used"
    custodian.sign(proposal)
    assert "to be carried out" in waiting(custodian)
    office.carry_out(proposal, custodian)
    assert "to be carried out" not in waiting(custodian)
    assert "have not come: 2" in waiting(operator), "this one, and the office's first operator"


def test_reviews_that_are_late_wait_for_those_who_lead_them(office: OfficeWorld) -> None:
    made = planted(office)
    assert "Reviews that are open: 4" in waiting(made.members["access_steward"])
    office.clock.go_on(days=400)
    assert "Reviews that are late: 4" in waiting(made.members["access_steward"])
    assert "Reviews" not in waiting(made.members["investigator"])


def test_a_red_case_waits_for_those_alone_whom_it_names(office: OfficeWorld) -> None:
    from workflows.case_steps import CaseWorld

    world = CaseWorld(office=office, investigator=office.member("investigator"), decider=office.member("decider"))
    world.begin("a title", marking="red")
    assert "Cases in triage: 1" in waiting(world.investigator)
    assert waiting(world.decider) == ""
    assert waiting(office.member("investigator")) == ""


def test_the_start_page_says_what_it_counted_and_what_it_cannot_know_and_opens_no_seal(office: OfficeWorld) -> None:
    made = planted(office)
    for role in ROLES:
        with watching_the_seals() as opened:
            page = start(made.members[role])
        assert opened.streams == set(), role
        assert CANARY not in page
        assert "Counted for your roles: proposals to be signed or carried out" in page, role
        assert "Not counted: what stands inside a case" in page, role
        assert "Nothing waits for you" not in page
    assert "people&#x27;s questions" in start(made.members["custodian"])
    assert ", appeals." in start(made.members["appeal_reader"])


def test_the_list_does_not_say_that_nobody_signed_what_was_carried_out(office: OfficeWorld) -> None:
    from holdfast.workflows.office.members import propose_member

    operator, legal, custodian = (office.member(role) for role in ("operator", "legal", "custodian"))
    proposal = propose_member(office.office, operator.reader(), ["auditor"], [])
    office.approve(proposal, legal, custodian)
    assert "2 / 2" in legal.client().get("/approvals/").content.decode()
    office.carry_out(proposal, legal)
    shown = legal.client().get("/approvals/").content.decode()
    assert "executed" in shown
    assert "0 / 2" not in shown
