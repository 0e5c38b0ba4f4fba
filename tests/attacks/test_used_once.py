"""What is used once is used once by eight at one moment, on both databases; the others are told so."""

from typing import Any

import pytest

from holdfast.errors import HoldfastError
from store.offices import Offices, OfficeWorld
from store.postgresql import Cluster
from store.racing import at_once, codes
from workflows.office_appeals import TEXT, AppealOffice

EIGHT = range(8)


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, offices: Offices) -> OfficeWorld:
    """An office on each of the databases."""
    cluster: Cluster | None = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    return offices.new(database_url=cluster.url() if cluster else "")


def _invited(world: OfficeWorld) -> tuple[Any, str]:
    from holdfast.store.office import members as store

    member = store.fresh_member_id()
    return member, store.add_member(member, ["decider"], world.clock())


def test_one_invitation_makes_one_member_of_eight_who_use_it(world: OfficeWorld) -> None:
    from holdfast.store.office import members as store
    from holdfast.store.office.models import Member

    member, secret = _invited(world)
    found = at_once(
        *(
            lambda number=number: store.accept(secret, f"name-{number}", f"long enough {number}", world.clock())
            for number in EIGHT
        )
    )
    assert codes(found) == ["office.invitation"] * 7
    (winner,) = [number for number in EIGHT if not isinstance(found[number], HoldfastError)]
    kept = Member.objects.get(pk=member)
    assert kept.username == f"name-{winner}"
    assert kept.check_password(f"long enough {winner}")


def test_a_name_chosen_at_one_moment_is_given_to_one_and_the_other_invitation_stays_open(world: OfficeWorld) -> None:
    from holdfast.store.office import members as store

    secrets = [_invited(world)[1] for _ in range(2)]
    found = at_once(
        *(lambda each=each: store.accept(each, "same-name", "long enough 1", world.clock()) for each in secrets)
    )
    assert codes(found) == ["office.username.taken"]
    (loser,) = [secrets[number] for number in range(2) if isinstance(found[number], HoldfastError)]
    assert store.accept(loser, "other-name", "long enough 1", world.clock()).username == "other-name"


def test_of_links_to_one_member_made_at_one_moment_one_works(world: OfficeWorld) -> None:
    from holdfast.store.office import members as store
    from holdfast.workflows.office.members import take_invitation

    member, first = _invited(world)
    operator = world.member("operator").reader()
    links = at_once(*(lambda: take_invitation(world.office, operator, member) for _ in EIGHT))
    assert codes(links) == []

    opened = at_once(*(lambda each=each: store.invited(each, world.clock()) for each in (first, *links)))
    assert codes(opened) == ["office.invitation"] * 8


def test_eight_filings_by_one_public_link_stand_side_by_side(world: OfficeWorld) -> None:
    appeal = AppealOffice(world).in_force()
    office = world.office

    def file(number: int) -> str:
        return appeal.filing.file(office, appeal.token, f"{TEXT} {number}", "fa")

    receipts = at_once(*(lambda number=number: file(number) for number in EIGHT))
    assert codes(receipts) == []
    assert len(set(receipts)) == 8
    assert len(appeal.filings()) == 8
    # the account proves one of them, at one moment in two tabs: it is proven once, and the link closes
    edit = appeal.edit(receipts[3])

    def prove() -> None:
        appeal.filing.prove_account(office, receipts[3], "examplewiki", edit.id, lambda *_: edit)

    assert codes(at_once(prove, prove)) == []
    assert appeal.filing.by_receipt(office, receipts[3]).proven
    assert not appeal.filing.by_receipt(office, receipts[4]).proven
    assert codes(at_once(lambda: file(9), lambda: file(10))) == ["appeal.link"] * 2


def test_one_approval_is_carried_out_once(world: OfficeWorld) -> None:
    from holdfast.store.office.members import all_members
    from holdfast.workflows.office import propose
    from holdfast.workflows.office.members import propose_member

    guardians = [world.member("custodian"), world.member("legal")]
    stream = propose_member(world.office, world.member("operator").reader(), ["auditor"], [])
    world.approve(stream, *guardians)
    before, reader = len(all_members()), guardians[0].reader()
    found = at_once(*(lambda: propose.carry_out(world.office, reader, stream) for _ in EIGHT))
    assert codes(found) == ["proposal.closed"] * 7
    assert len(all_members()) == before + 1


def test_a_signature_counts_once_however_often_it_is_sent(world: OfficeWorld) -> None:
    from holdfast.store.office.models import SignatureRow
    from holdfast.workflows.office import propose
    from holdfast.workflows.office.members import propose_member

    guardian = world.member("custodian")
    stream = propose_member(world.office, world.member("operator").reader(), ["auditor"], [])
    reader = guardian.reader()
    content = propose.read_proposal(world.office, reader, stream).request.content()
    response = guardian.key.response(content)
    found = at_once(*(lambda: propose.sign(world.office, reader, stream, response) for _ in EIGHT))
    assert set(codes(found)) <= {"crypto.passkey.cloned"}
    assert SignatureRow.objects.count() == 1


def test_one_promise_carried_out_by_two_ticks_is_one_entry_of_the_log(world: OfficeWorld) -> None:
    from holdfast.access.rules.console_rules import Because
    from holdfast.facts import SYSTEM, Fact
    from holdfast.store.office.streams import LogEntry, Summary
    from holdfast.store.office.vault import Reader
    from holdfast.workflows.outbox_tasks.log_entry import TASK

    vault, system = world.office.vault, Reader.of_the_office(Because.BOOKS)
    fact = Fact(type="noted", at=world.clock(), by=SYSTEM)
    stream = vault.create(system, "thing", [fact], summary=Summary(state="open"), purpose="test")
    entry = LogEntry(name="said", kind="note", payload={"title": "test", "text": "said once"})
    vault.log_later(system, stream, entry, purpose="test")
    assert codes(at_once(*(lambda: TASK(world.office, stream, "said") for _ in range(4)))) == []
    with world.office.log() as log:
        texts = [log.prove(index).line.text for index in range(log.size)]
    assert sum(b"said once" in each for each in texts) == 1
