"""No read of sealed data without an allowed decision and an audit entry: every page, every role, every sign-in."""

import pytest

from store.offices import OfficeWorld
from web.everywhere import CANARY, ROLES, PlantedOffice, planted, routes, watching_the_seals

SKIPPED = ("/accounts/logout/", "/suspend/")
"""These end the session that visits them."""


@pytest.fixture
def full(office: OfficeWorld) -> PlantedOffice:
    from holdfast.audit import Budget

    office.office.vault.audit._budget = Budget(per_day=100_000, alarm_at=90_000)
    return planted(office)


def _visit(full: PlantedOffice, client: object, address: str, method: str = "get") -> tuple[int, str]:
    answer = getattr(client, method)(address)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer.status_code, body.decode("utf-8", "replace")


def _allowed_since(full: PlantedOffice, seq: int) -> tuple[set[tuple[str, str]], set[str]]:
    entries = [each.event for each in full.world.office.vault.audit.entries(seq + 1)]
    allowed = [each for each in entries if each.outcome == "allowed"]
    reads = {(each.kind, each.stream_id) for each in allowed if each.verb in ("read_sealed", "write", "approve")}
    return reads, {each.kind for each in allowed if each.verb == "read_sealed" and not each.stream_id}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_every_seal_that_a_page_opens_is_allowed_and_written_down(
    full: PlantedOffice, role: str, method: str
) -> None:
    client = full.members[role].client()
    for address in [*full.addresses, *routes()]:
        if address.startswith(SKIPPED):
            continue
        before = full.world.office.vault.audit.head().size
        with watching_the_seals() as opened:
            status, _ = _visit(full, client, address, method)
        assert status < 500, (address, status)
        reads, kinds = _allowed_since(full, before)
        unaccounted = {each for each in opened.streams if each not in reads and each[0] not in kinds}
        assert not unaccounted, (address, unaccounted)


def test_who_may_not_see_anything_sealed_sees_no_planted_name(full: PlantedOffice) -> None:
    for role in ROLES:
        for client in (full.members[role].client(passkey=False), full.members[role].client(fresh=False)):
            for address in [*full.addresses, *routes()]:
                if not address.startswith(SKIPPED):
                    status, text = _visit(full, client, address)
                    assert CANARY not in text, (role, address)
                    assert status < 500, (role, address)


def test_the_operator_sees_no_planted_name_even_with_a_fresh_passkey(full: PlantedOffice) -> None:
    client = full.members["operator"].client()
    for address in [*full.addresses, *routes()]:
        if not address.startswith(SKIPPED):
            assert CANARY not in _visit(full, client, address)[1], address


def test_who_is_not_signed_in_reaches_nothing(full: PlantedOffice) -> None:
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    for address in [*full.addresses, *routes()]:
        status, text = _visit(full, client, address)
        assert CANARY not in text, address
        assert status < 500, address
