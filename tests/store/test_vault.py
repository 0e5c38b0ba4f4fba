"""The vault: what is sealed is opened by decision alone, written down, counted, and bound to its place."""

import pytest

from holdfast.errors import CheckFailedError, HoldfastError, InputRefusedError
from holdfast.facts import Fact, StreamId
from store.offices import Offices, OfficeWorld
from store.postgresql import Cluster

CANARY = "Zanzibar Quetzalcoatl"


def _make(world: OfficeWorld, kind: str = "person") -> StreamId:
    from holdfast.store.office.streams import Summary

    steward = world.member("access_steward")
    fact = Fact(type="person added", at=world.clock(), by=steward.member, body={"account": CANARY})
    return world.office.vault.create(
        steward.reader(),
        kind,
        [fact],
        summary=Summary(state="active", sealed={"account": CANARY}),
        purpose="test",
        tokens={"account": [CANARY]},
    )


def test_what_was_written_is_read_back_by_who_may(office: OfficeWorld) -> None:
    stream = _make(office)
    facts = office.office.vault.read(office.member("access_steward").reader(), stream, purpose="test")
    assert [dict(fact.body) for fact in facts] == [{"account": CANARY}]


def test_postgresql_holds_the_same(offices: Offices, postgres: Cluster) -> None:
    world = offices.new(database_url=postgres.url())
    stream = _make(world)
    facts = world.office.vault.read(world.member("access_steward").reader(), stream, purpose="test")
    assert facts[0].body["account"] == CANARY


@pytest.mark.parametrize("role", ["investigator", "decider", "operator", "auditor", "appeal_reader"])
def test_who_may_not_read_is_refused_and_it_is_written_down(office: OfficeWorld, role: str) -> None:
    stream, other = _make(office), office.member(role)
    before = office.office.vault.audit.head().size
    with pytest.raises(CheckFailedError, match=r"access\.refused"):
        office.office.vault.read(other.reader(), stream, purpose="test")
    last = list(office.office.vault.audit.entries(before + 1))
    assert [(each.event.outcome, each.event.member) for each in last] == [("refused", other.member)]


def test_a_code_alone_opens_nothing_sealed(office: OfficeWorld) -> None:
    stream, steward = _make(office), office.member("access_steward")
    with pytest.raises(CheckFailedError, match="a_code_opens_lists_alone"):
        office.office.vault.read(steward.reader(passkey=False), stream, purpose="test")
    page = office.office.vault.list_page(steward.reader(passkey=False), "person", purpose="test")
    assert [line.sealed for line in page.lines] == [None]


def test_the_budget_of_a_day_ends_a_crawl_through_everything(office: OfficeWorld) -> None:
    from dataclasses import replace

    from holdfast.audit import Budget

    office.office.vault.audit._budget = Budget(per_day=5, alarm_at=3)
    streams, steward = [_make(office) for _ in range(7)], office.member("access_steward")
    opened = 0
    with pytest.raises(CheckFailedError, match=r"audit\.budget\.spent"):
        for stream in streams:
            office.office.vault.read(steward.reader(), stream, purpose="test")
            opened += 1
    assert opened == 5
    office.office.vault.read(steward.reader(), streams[0], purpose="test")  # the same thing again is not more
    office.clock.go_on(days=1)
    office.office.vault.read(replace(steward.reader()), streams[6], purpose="test")


def test_a_name_is_in_no_byte_of_the_database(office: OfficeWorld) -> None:
    _make(office)
    from django.db import connections

    connections.close_all()
    for path in office.folder.rglob("*"):
        if path.is_file():
            assert CANARY.encode() not in path.read_bytes(), path.name


def test_a_sealed_row_that_was_moved_does_not_open(office: OfficeWorld) -> None:
    from holdfast.store.office.models import FactRow

    one, other = _make(office), _make(office)
    rows = {row.stream.stream_id: row for row in FactRow.objects.filter(stream__kind="person")}
    rows[one.id].body = rows[other.id].body
    rows[one.id].save()
    with pytest.raises(CheckFailedError, match=r"crypto\.sealed"):
        office.office.vault.read(office.member("access_steward").reader(), one, purpose="test")


def test_two_writers_do_not_overwrite_each_other(office: OfficeWorld) -> None:
    from holdfast.store.office.streams import Summary

    stream, steward = _make(office), office.member("access_steward")
    fact = Fact(type="renamed", at=office.clock(), by=steward.member)
    more = {"summary": Summary(state="active"), "purpose": "test"}
    office.office.vault.append(steward.reader(), stream, [fact], expect=1, **more)
    with pytest.raises(CheckFailedError, match=r"office\.stream\.moved"):
        office.office.vault.append(steward.reader(), stream, [fact], expect=1, **more)


def test_what_was_read_stays_written_down_when_the_work_is_undone(office: OfficeWorld) -> None:
    stream, steward = _make(office), office.member("access_steward")
    vault = office.office.vault
    before = vault.audit.head().size
    with pytest.raises(RuntimeError), vault.transaction():
        vault.read(steward.reader(), stream, purpose="test")
        raise RuntimeError
    assert [each.event.verb for each in vault.audit.entries(before + 1)] == ["read_sealed"]


def test_a_stream_that_was_erased_cannot_be_opened_with_any_key(office: OfficeWorld) -> None:
    from holdfast.access.rules.console_rules import Because
    from holdfast.store.office.models import StreamKey
    from holdfast.store.office.vault import Reader

    stream = _make(office)
    office.office.vault.forget(Reader.of_the_office(Because.BOOKS), stream, purpose="retention")
    assert StreamKey.objects.get(kind="person").wrapped_key is None
    with pytest.raises(InputRefusedError, match=r"office\.stream\.erased"):
        office.office.vault.read(office.member("access_steward").reader(), stream, purpose="test")
    assert office.office.vault.holding("account", CANARY) == []


def test_an_account_is_found_by_its_token(office: OfficeWorld) -> None:
    stream = _make(office)
    assert office.office.vault.holding("account", CANARY) == [stream]
    assert office.office.vault.holding("account", "Somebody else") == []


def test_a_member_who_is_denied_one_thing_has_no_way_to_it(office: OfficeWorld) -> None:
    stream, steward, other = _make(office), office.member("access_steward"), office.member("access_steward")
    office.office.vault.set_denied(steward.reader(), stream, [other.member], purpose="test")
    with pytest.raises(HoldfastError, match="denied_this_one"):
        office.office.vault.read(other.reader(), stream, purpose="test")
    office.office.vault.read(steward.reader(), stream, purpose="test")


@pytest.mark.parametrize(
    ("kept", "asked"),
    [("SSeta", "ßeta"), ("2001:db8::1", "2001:DB8:0:0:0:0:0:1"), ("User:A B", "a_B")],
)
def test_a_token_made_under_the_older_form_of_a_name_is_still_found(
    office: OfficeWorld, kept: str, asked: str
) -> None:
    from holdfast.crypto.sealing import blind
    from holdfast.store.office.models import BlindToken, StreamKey

    stream = _make(office)
    row = StreamKey.objects.get(kind=stream.kind, stream_id=stream.id)
    BlindToken.objects.filter(stream=row).delete()
    token = blind(office.office.vault._streams._blinding, "account", kept)
    BlindToken.objects.create(purpose="account", token=token, stream=row)
    assert office.office.vault.holding("account", asked) == [stream]
