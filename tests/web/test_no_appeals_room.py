"""Actions that cannot be appealed: found from the plan, signed again by two people, lifted, and then appealed."""

from datetime import timedelta
from typing import Any

import pytest

from actions.sweeping import HEAD, group
from holdfast.facts import StreamId
from store.offices import PORT, OfficeWorld
from workflows.paper_office import TARGETS, PaperOperators, approved, swept

NO = (
    "{ appealable = false, legal_ground = 'an order of a court', may_lift = 'legal', "
    "sign_again_by = 2026-12-01, sign_again_days = 90 }"
)


class Refused:
    """A plan whose one action cannot be appealed, carried out on paper wikis."""

    def __init__(self, world: OfficeWorld) -> None:
        from holdfast.workflows.appeals.no_appeal import stream_for

        self.world = world
        roles = ("investigator", "decider", "legal", "appeal_reader")
        self.people = {role: world.member(role) for role in roles}
        operators = PaperOperators()
        text = HEAD + group("global_ban", TARGETS[:1], '{ reason = "see your talk page" }', appeal=NO)
        self.plan = approved(world, self.people, text, operators)
        swept(world, self.plan, operators)
        self.number = stream_for(f"{self.plan}/001").id
        self.address = f"/no-appeals/{self.number}/"

    def client(self, role: str) -> Any:
        return self.people[role].client()

    def day(self, days: int) -> str:
        return f"{self.world.clock() + timedelta(days=days):%Y-%m-%d}"


@pytest.fixture
def refused(office: OfficeWorld) -> Refused:
    return Refused(office)


@pytest.mark.requirement("D2")
def test_a_no_is_found_from_the_plan_signed_again_by_two_people_lifted_and_then_appealed(refused: Refused) -> None:
    legal = refused.client("legal")
    assert f'href="{refused.address}"' in legal.get(f"/plans/{refused.plan}/").content.decode()
    assert f'href="{refused.address}"' in legal.get("/no-appeals/").content.decode()
    assert "/no-appeals/" in refused.client("appeal_reader").get("/appeals/").content.decode()
    shown = legal.get(refused.address).content.decode()
    assert "an order of a court" in shown
    assert "2026-12-01" in shown

    assert legal.post(f"{refused.address}again/", {"until": refused.day(400)}).status_code == 422
    assert legal.post(f"{refused.address}again/", {"until": "no day"}).status_code == 422
    put = legal.post(f"{refused.address}again/", {"until": refused.day(200)})
    assert put.status_code == 302
    proposal = StreamId(kind="proposal-no-appeal", id=put["Location"].split("/")[3])
    new = refused.world.member("decider")
    refused.world.approve(proposal, refused.people["legal"], new)
    assert refused.world.carry_out(proposal, new).id == refused.address.split("/")[2]
    assert refused.day(200) in legal.get(refused.address).content.decode()

    assert legal.post(f"{refused.address}lift/").status_code == 302
    shown = legal.get(refused.address).content.decode()
    assert "lifted" in shown
    assert "Lift it now" not in shown
    assert legal.post(f"{refused.address}lift/").status_code == 409

    reader = refused.client("appeal_reader")
    page = reader.get("/appeals/").content.decode()
    assert f"/appeals/{refused.number}/" in page
    made = reader.post(f"/appeals/{refused.number}/link/", {"until": ""}).content.decode()
    link = made.partition(f"http://localhost:{PORT}/appeal/")[2].partition("/")[0]
    from django.test import Client

    person = Client(SERVER_NAME="localhost", SERVER_PORT=str(PORT))
    given = {"text": "It was not me.", "understood": "yes", "language": "en"}
    assert "Your receipt" in person.post(f"/appeal/{link}/", given).content.decode()


def test_one_person_alone_does_not_sign_it_again(refused: Refused) -> None:
    from holdfast.errors import HoldfastError
    from holdfast.workflows.appeals import no_appeal

    legal = refused.client("legal")
    state, _ = no_appeal.read_no(
        refused.world.office,
        refused.people["legal"].reader(),
        StreamId(kind=no_appeal.STREAM_KIND, id=refused.number),
    )
    put = legal.post(f"{refused.address}again/", {"until": refused.day(200)})
    proposal = StreamId(kind="proposal-no-appeal", id=put["Location"].split("/")[3])
    first = refused.people["decider"]
    assert first.member in state.signers[-1]
    refused.world.approve(proposal, first)
    with pytest.raises(HoldfastError, match=r"approval\."):
        refused.world.carry_out(proposal, first)


def test_of_a_lifting_and_a_signing_at_once_one_holds_and_the_other_is_told(refused: Refused) -> None:
    from holdfast.errors import CheckFailedError

    legal = refused.client("legal")
    put = legal.post(f"{refused.address}again/", {"until": refused.day(200)})
    proposal = StreamId(kind="proposal-no-appeal", id=put["Location"].split("/")[3])
    new = refused.world.member("decider")
    refused.world.approve(proposal, refused.people["legal"], new)
    assert refused.client("decider").post(f"{refused.address}lift/").status_code == 302
    with pytest.raises(CheckFailedError, match=r"no_appeal\.over|office\.stream\.moved"):
        refused.world.carry_out(proposal, new)
    assert "lifted" in legal.get(refused.address).content.decode()


@pytest.mark.parametrize("role", ["custodian", "operator", "access_steward"])
def test_nobody_else_reads_or_lifts_it(refused: Refused, role: str) -> None:
    client = refused.world.member(role).client()
    for address in ("/no-appeals/", refused.address):
        assert client.get(address).status_code == 403
    assert client.post(f"{refused.address}lift/").status_code == 403


def test_who_reads_plans_without_deciding_sees_it_and_is_offered_nothing(refused: Refused) -> None:
    client = refused.client("appeal_reader")
    shown = client.get(refused.address)
    assert shown.status_code == 200
    assert "<form" not in shown.content.decode().partition("<main")[2].partition("</main>")[0]
    assert client.post(f"{refused.address}lift/").status_code == 403
    assert refused.address not in refused.world.member("auditor").client().get("/no-appeals/").content.decode()
