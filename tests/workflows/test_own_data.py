"""A person gets what is held about them; a stranger of the same name does not, and nobody learns of a case."""

from typing import Any

import pytest

from holdfast.accounts.names import AccountName
from holdfast.errors import CheckFailedError
from holdfast.facts import SYSTEM, Fact, StreamId
from holdfast.ids import wiki_name
from holdfast.wiki.revision import WrittenRevision
from store.offices import OfficeWorld, TestMember

WIKI, ELSEWHERE, PERSON = wiki_name("examplewiki"), wiki_name("elsewhere"), AccountName("Zanzibar & 'Q'")


def held(world: OfficeWorld, kind: str, **body: Any) -> StreamId:
    from holdfast.access.rules.console_rules import Because
    from holdfast.store.office.streams import Summary
    from holdfast.store.office.vault import Reader

    fact = Fact(type="written", at=world.clock(), by=SYSTEM, body=body)
    return world.office.vault.create(
        Reader.of_the_office(Because.BOOKS),
        kind,
        [fact],
        summary=Summary(state="open"),
        purpose="test",
        tokens={"account": [PERSON]},
    )


def asked(world: OfficeWorld, custodian: TestMember, *, proven: bool = True) -> StreamId:
    from holdfast.workflows.exposure import question as steps

    stream = steps.ask(world.office, custodian.reader(), WIKI, PERSON)
    if proven:
        code = steps.read_question(world.office, custodian.reader(), stream).code
        found = WrittenRevision(id=7, account=PERSON, at=world.clock(), summary=code, text="")
        steps.prove(world.office, custodian.reader(), stream, 7, lambda wiki, number: found)
    return stream


def gathered(world: OfficeWorld, custodian: TestMember) -> Any:
    from holdfast.workflows.desk.own_data import gather

    return gather(world.office, custodian.reader(), asked(world, custodian))


def test_a_proven_person_gets_what_is_held_about_them(office: OfficeWorld) -> None:
    held(office, "person", account=PERSON, wiki=WIKI, jurisdiction="J1", noted_by="m-0123456789ab")
    found = gathered(office, office.member("custodian")).to_json()
    (fact,) = found["parts"]["the register of access to non-public data"]
    assert (fact["jurisdiction"], fact["noted_by"]) == ("J1", "a member of the office")
    assert "told" in found["parts"]["look-ups of you"]


def test_the_same_name_on_another_wiki_may_be_somebody_else_and_gets_nothing_of_it(office: OfficeWorld) -> None:
    held(office, "person", account=PERSON, wiki=ELSEWHERE, jurisdiction="J1")
    assert set(gathered(office, office.member("custodian")).parts) == {"look-ups of you"}


def test_the_answer_is_the_same_whether_there_is_a_case_or_not(office: OfficeWorld) -> None:
    custodian = office.member("custodian")
    before = gathered(office, custodian).to_json()
    for kind in ("case", "plan", "sweep", "freeze"):
        held(office, kind, account=PERSON, wiki=WIKI, what="CANARY")
    after = gathered(office, custodian).to_json()
    assert after["withheld"] == before["withheld"] != []
    assert set(after["withheld"][0]) == {"what", "code", "by", "until"}
    assert after["parts"].keys() - {"your earlier questions"} == before["parts"].keys()
    assert "CANARY" not in str(after)


def test_who_did_not_prove_the_account_gets_nothing(office: OfficeWorld) -> None:
    from holdfast.workflows.desk.own_data import gather

    custodian = office.member("custodian")
    stream = asked(office, custodian, proven=False)
    with pytest.raises(CheckFailedError, match=r"^exposure\.ask\.not_proven"):
        gather(office.office, custodian.reader(), stream)


def test_what_was_opened_for_an_answer_is_in_the_audit(office: OfficeWorld) -> None:
    stream = held(office, "person", account=PERSON, wiki=WIKI)
    gathered(office, office.member("custodian"))
    events = [e.event for e in office.office.vault.audit.entries()]
    assert [e.stream_id for e in events if e.purpose == "a person's own data gathered"] == [stream.id]


def test_what_was_erased_is_not_in_an_answer(office: OfficeWorld) -> None:
    from holdfast.access.rules.console_rules import Because
    from holdfast.store.office.vault import Reader

    stream = held(office, "person", account=PERSON, wiki=WIKI)
    office.office.vault.forget(Reader.of_the_office(Because.BOOKS), stream, purpose="test")
    assert set(gathered(office, office.member("custodian")).parts) == {"look-ups of you"}


def test_the_page_for_reading_shows_names_as_text(office: OfficeWorld) -> None:
    held(office, "person", account=PERSON, wiki=WIKI, note="<script>alert(1)</script>")
    page = gathered(office, office.member("custodian")).to_html()
    assert "<script" not in page
    assert "Zanzibar &amp; &#x27;Q&#x27;" in page


def test_a_custodian_fetches_the_answer_in_both_forms_and_nobody_else_does(office: OfficeWorld) -> None:
    held(office, "person", account=PERSON, wiki=WIKI, jurisdiction="J1")
    custodian = office.member("custodian")
    stream = asked(office, custodian)
    client = custodian.client()
    assert stream.id in client.get("/own-data/").content.decode()
    assert client.post(f"/own-data/{stream.id}/json/").json()["parts"]
    assert "J1" in client.post(f"/own-data/{stream.id}/html/").content.decode()
    assert client.get(f"/own-data/{stream.id}/json/").status_code == 405
    for role in ("operator", "decider", "auditor", "legal"):
        other = office.member(role).client()
        other.raise_request_exception = False
        assert other.post(f"/own-data/{stream.id}/json/").status_code == 403


@pytest.mark.requirement("4.11")
def test_how_far_a_case_is_stands_in_the_answer_once_its_subject_may_be_told(office: OfficeWorld) -> None:
    from holdfast.workflows.cases.case import begin_case, write_case

    investigator, custodian = office.member("investigator").reader(), office.member("custodian")
    for wiki in (WIKI, ELSEWHERE):
        case = begin_case(office.office, investigator, title="A case", wikis=[wiki], marking="amber")
        write_case(office.office, investigator, case, "person added", {"account": str(PERSON), "roles": ["suspect"]})
        if wiki == WIKI:
            told = case
    words = "how far an investigation is that you may know of"
    assert words not in gathered(office, custodian).parts
    write_case(office.office, investigator, told, "may be told", {"id": "p1", "why": "nobody can be harmed"})
    assert gathered(office, custodian).parts[words] == ["received"]


def test_what_an_older_token_shares_with_another_name_is_not_given_out(office: OfficeWorld) -> None:
    """Before, ß became SS in a token: the stream of SSeta is found by ßeta, and is not theirs."""
    from holdfast.access.rules.console_rules import Because
    from holdfast.store.office.streams import Summary
    from holdfast.store.office.vault import Reader
    from holdfast.workflows.desk.own_data import _facts_on, _streams

    body = {"account": "SSeta", "wiki": WIKI, "jurisdiction": "J1"}
    fact = Fact(type="written", at=office.clock(), by=SYSTEM, body=body)
    stream = office.office.vault.create(
        Reader.of_the_office(Because.BOOKS),
        "person",
        [fact],
        summary=Summary(state="open"),
        purpose="test",
        tokens={"account": ["SSeta"]},
    )
    assert _streams(office.office, "person", "ßeta") == [stream]
    assert _facts_on(office.office, stream, WIKI, "ßeta") == ()
    assert _facts_on(office.office, stream, WIKI, "SSeta") == (fact,)
