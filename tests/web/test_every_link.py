"""Every link and every form of every page, in every role: what a page offers, its reader may open or send."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from store.offices import OfficeWorld
from web.everywhere import ROLES, PlantedOffice, planted

# these open for everybody who is signed in, or have their own key; every other page says which rules it asks
_WITHOUT_A_DOOR = {
    "approvals:home": "each line asks for itself",
    "start:home": "what waits for whoever asks",
    "start:join": "the invitation is the key",
    "start:language": "changes a cookie",
    "start:suspend": "everybody may end their own access",
    "start:typed": "what this member had typed in this browser",
    "appeal:offer": "the link of the notice is the key",
    "appeal:status": "the receipt is the key",
    "wiki-sign-in:begin": "before signing in",
    "wiki-sign-in:back": "before signing in",
}
# forms that end the visit or change how one signs in; other tests send them
_NOT_SENT = ("/accounts/", "/suspend/", "/language/")


class _Read(HTMLParser):
    """The links of a page, and where its forms go."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if tag == "form":
            self.forms.append((given.get("method", "get").lower(), given.get("action", "")))


@dataclass
class Crawl:
    """What one role met: the answer of each address, the page that led there, and the forms with their page."""

    answers: dict[str, int] = field(default_factory=dict)
    led_by: dict[str, str] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)
    outside: set[str] = field(default_factory=set)


@pytest.fixture
def everything(office: OfficeWorld) -> PlantedOffice:
    from holdfast.audit import Budget

    made = planted(office)
    office.office.vault.audit._budget = Budget(per_day=100_000, alarm_at=90_000)
    return made


def crawl(made: PlantedOffice, role: str) -> Crawl:
    """Follow every link, beginning at the start page and at every planted address that opens for this role."""
    found, client = Crawl(), made.members[role].client()
    todo = ["/", *(each for each in made.addresses if client.get(each).status_code == 200)]
    found.led_by = dict.fromkeys(todo, "its address")
    while todo:
        at = todo.pop()
        if at in found.answers:
            continue
        answer = client.get(at)
        found.answers[at] = answer.status_code
        read = _Read()
        if answer.status_code in (301, 302):
            read.links.append(answer["Location"])
        elif answer.status_code == 200 and _is_page(answer):
            read.feed(answer.content.decode())
        for link in [*read.links, *(action for method, action in read.forms if method == "get")]:
            to = urlsplit(urljoin(f"http://here{at}", link))
            if to.netloc != "here":
                found.outside.add(link)
                continue
            address = to.path + (f"?{to.query}" if to.query else "")
            found.led_by.setdefault(address, at)
            todo.append(address)
        for method, action in read.forms:
            if method == "post":
                found.forms.setdefault(urlsplit(urljoin(f"http://here{at}", action)).path, at)
    return found


def _is_page(answer: Any) -> bool:
    is_file = "attachment" in answer.headers.get("content-disposition", "")
    return answer.headers.get("content-type", "").startswith("text/html") and not is_file


@contextmanager
def _undone() -> Iterator[None]:
    """Nothing that is sent in here stays."""
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _asker(made: PlantedOffice, role: str) -> Any:
    return SimpleNamespace(office=made.world.office, reader=made.members[role].reader())


def test_every_link_of_every_page_opens_for_the_role_that_sees_it(everything: PlantedOffice) -> None:
    for role in ROLES:
        found = crawl(everything, role)
        closed = {(each, found.led_by[each]): code for each, code in found.answers.items() if code >= 400}
        assert closed == {}, role
        assert found.outside == set(), role
        assert len(found.answers) > 15, role


def test_every_form_that_a_page_shows_may_be_sent_by_its_reader_and_leads_to_a_page(
    everything: PlantedOffice,
) -> None:
    from holdfast.web.console.leads import opens

    wrong: list[Any] = []
    for role in ROLES:
        asker, sent = _asker(everything, role), 0
        for address, page in crawl(everything, role).forms.items():
            if address.startswith(_NOT_SENT):
                continue
            if not opens(asker, address):
                wrong.append((role, page, address, "not open"))
            with _undone():
                # an empty form is refused for what is missing (422), or by the rule that it meets first
                answer = everything.members[role].client().post(address)
                if answer.status_code in (403, 404, 405, 500):
                    wrong.append((role, page, address, answer.status_code))
                if answer.status_code == 302:
                    led = everything.members[role].client().get(answer["Location"])
                    if led.status_code != 200:
                        wrong.append((role, page, address, answer["Location"]))
            sent += 1
        assert sent, role
    assert wrong == []


def test_a_door_says_what_the_page_behind_it_answers(everything: PlantedOffice) -> None:
    from holdfast.web.console.leads import opens

    asked, wrong = 0, []
    for role in ROLES:
        asker, client = _asker(everything, role), everything.members[role].client()
        for address in everything.addresses:
            code = client.get(address).status_code
            if code in (302, 405):
                continue  # leads on, or takes forms alone: the tests above follow and send them
            if opens(asker, address) != (code not in (403, 409)):
                wrong.append((role, address, code))
            asked += 1
    assert wrong == []
    assert asked > 200


def test_every_page_says_which_rules_it_asks() -> None:
    from holdfast.web.console.urls import ROOMS

    pages = {f"{room.name}:{each.name}": each.name in room.doors for room in ROOMS for each in room.urls}
    assert {name for name, has_door in pages.items() if not has_door} == set(_WITHOUT_A_DOOR)
    assert all(set(room.doors) <= {each.name for each in room.urls} for room in ROOMS)


def test_carrying_out_what_another_role_reads_says_that_it_was_done(office: OfficeWorld) -> None:
    from holdfast.workflows.office.members import propose_member

    operator, legal, custodian = office.member("operator"), office.member("legal"), office.member("custodian")
    proposal = propose_member(office.office, operator.reader(), ["auditor"], [])
    office.approve(proposal, legal, custodian)
    browser = legal.client()
    answer = browser.post(f"/approvals/membership/{proposal.id}/carry-out/", follow=True)
    assert answer.redirect_chain == [(f"/approvals/membership/{proposal.id}/", 302)]
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "This was done." in page
    assert "not done" not in page


def test_who_proposes_what_they_may_not_read_is_told_that_it_was_done(office: OfficeWorld) -> None:
    operator = office.member("operator")
    office.member("legal"), office.member("custodian")
    answer = operator.client().post("/members/", {"roles": ["auditor"], "wiki_accounts": ""}, follow=True)
    assert [address for address, _ in answer.redirect_chain] == ["/approvals/"]
    assert answer.status_code == 200
    assert "This was done." in answer.content.decode()
    assert "not done" not in answer.content.decode()


def test_who_closes_a_case_to_themself_by_what_they_write_is_told_that_it_was_written(office: OfficeWorld) -> None:
    from workflows.case_steps import CaseWorld

    world = CaseWorld(office=office, investigator=office.member("investigator"), decider=office.member("decider"))
    world.begin("a title")
    given = {"member": world.investigator.member, "why": "too close"}
    browser = world.investigator.client()
    answer = browser.post(f"/cases/{world.id}/do/reader-denied/", given, follow=True)
    assert [address for address, _ in answer.redirect_chain] == ["/cases/"]
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "This was done." in page
    assert f"/cases/{world.id}/" not in page, "the list leads nowhere that is closed"
    assert browser.get(f"/cases/{world.id}/").status_code == 403


def test_a_page_that_may_not_be_read_does_not_say_that_something_was_not_done(office: OfficeWorld) -> None:
    from workflows.case_steps import CaseWorld

    world = CaseWorld(office=office, investigator=office.member("investigator"), decider=office.member("decider"))
    world.begin("a title")
    auditor = office.member("auditor").client()
    seen = auditor.get(f"/cases/{world.id}/")
    assert seen.status_code == 403
    assert "not done" not in seen.content.decode()
    assert "This page does not open for you" in seen.content.decode()
    sent = auditor.post(f"/cases/{world.id}/do/taken-up/", {"why": "x"})
    assert sent.status_code == 403
    assert "This was not done" in sent.content.decode()


def test_a_case_that_turns_red_leaves_the_links_of_those_it_does_not_name(office: OfficeWorld) -> None:
    from workflows.case_steps import CaseWorld

    world = CaseWorld(office=office, investigator=office.member("investigator"), decider=office.member("decider"))
    world.begin("a title", marking="red")
    decider, link = world.decider.client(), f'href="/cases/{world.id}/"'
    assert link not in decider.get("/cases/").content.decode()
    assert world.id in decider.get("/cases/").content.decode()
    assert link in world.investigator.client().get("/cases/").content.decode()
    world.write("reader named", member=world.decider.member, why="decides it")
    assert link in decider.get("/cases/").content.decode()
    assert decider.get(f"/cases/{world.id}/").status_code == 200
