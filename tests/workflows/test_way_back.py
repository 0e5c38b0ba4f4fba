"""An office that shut itself out comes back by three shares: said to all, after a delay, and never in silence."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from holdfast.cli import main
from holdfast.errors import CheckFailedError, HoldfastError, InputRefusedError
from store.offices import Offices, OfficeWorld, TestMember


def shares_of(world: OfficeWorld, folder: Path) -> list[str]:
    from holdfast.workflows.office.master_keys import read_share, write_shares

    return [read_share(place) for place in write_shares(world.office, folder)]


def asked(world: OfficeWorld, member: TestMember, shares: list[str]) -> Any:
    from holdfast.workflows.access.way_back import ask

    return ask(world.office, member.member, shares)


def opened(world: OfficeWorld, number: str) -> str:
    from holdfast.workflows.access.way_back import open_way

    return open_way(world.office, number)


def start_page(member: TestMember) -> str:
    return str(member.client().get("/").content.decode())


def joins(secret: str) -> int:
    """Whether a stranger with this link may enrol: 200 or 404."""
    return int(
        Client(SERVER_NAME="localhost", SERVER_PORT="8420", raise_request_exception=False)
        .get(f"/join/{secret}/")
        .status_code
    )


def test_two_guardians_and_one_lost_passkey_is_not_the_end(office: OfficeWorld, tmp_path: Path) -> None:
    from holdfast.store.office import members as store
    from holdfast.store.office.audit_rows import open_alarms

    operator, one, other = office.member("operator"), office.member("custodian"), office.member("legal")
    reader = office.member("investigator")
    shares, lost = shares_of(office, tmp_path / "shares"), other.client()
    way = asked(office, other, shares[1:4])
    for each in (operator, one, other, reader):
        assert "three shares of the master key" in start_page(each)
    assert ("way back", f"{other.member} way-back/{way.id}") in {(a.code, a.place) for a in open_alarms()}
    written = [(e.event.verb, e.event.purpose) for e in office.office.vault.audit.entries()]
    assert ("write", "way back asked") in written
    office.clock.go_on(hours=71, minutes=59)
    with pytest.raises(CheckFailedError, match=r"^way_back\.early"):
        opened(office, way.id)
    office.clock.go_on(minutes=1)
    before = store.roles_of(other.member)
    secret = opened(office, way.id)
    assert joins(secret) == 200
    assert lost.get("/").status_code == 302  # the old sessions and passkeys are over
    assert store.roles_of(other.member) == before == {"legal"}
    assert "let in again without two guardians" in start_page(one)
    assert ("way back", f"{other.member} member/{other.member}") in {(a.code, a.place) for a in open_alarms()}


def test_a_lost_only_operator_comes_back_and_a_suspended_guardian_works_again(
    office: OfficeWorld, tmp_path: Path
) -> None:
    from holdfast.store.office.members import is_suspended
    from holdfast.workflows.office.members import suspend_own

    operator, one, _ = office.member("operator"), office.member("custodian"), office.member("legal")
    shares = shares_of(office, tmp_path / "shares")
    suspend_own(office.office, one.reader())
    ways = [asked(office, each, shares[:3]) for each in (operator, one)]
    office.clock.go_on(hours=73)
    assert [joins(opened(office, way.id)) for way in ways] == [200, 200]
    assert not is_suspended(one.member)


@pytest.mark.parametrize("who", ["guardian", "the member"])
def test_any_guardian_and_the_member_stop_it_and_others_may_not(
    office: OfficeWorld, tmp_path: Path, who: str
) -> None:
    operator, one, other = office.member("operator"), office.member("custodian"), office.member("legal")
    way = asked(office, operator, shares_of(office, tmp_path / "shares")[:3])
    address = f"/way-back/{way.id}/stop/"
    for stranger in (office.member("investigator"), office.member("operator")):
        client = stranger.client()
        client.raise_request_exception = False
        assert client.post(address).status_code == 409
        assert "Stop it" not in start_page(stranger)
    stopper = one if who == "guardian" else operator
    assert "Stop it" in start_page(stopper)
    assert stopper.client().post(address).status_code == 302
    assert "was stopped" in start_page(other)
    office.clock.go_on(hours=80)
    with pytest.raises(CheckFailedError, match=r"^way_back\.state"):
        opened(office, way.id)


def test_nobody_without_an_account_reaches_the_stop_or_sees_the_announcement(
    office: OfficeWorld, tmp_path: Path
) -> None:
    operator = office.member("operator")
    way = asked(office, operator, shares_of(office, tmp_path / "shares")[:3])
    stranger = Client(SERVER_NAME="localhost", SERVER_PORT="8420", raise_request_exception=False)
    assert stranger.post(f"/way-back/{way.id}/stop/").status_code == 302
    assert way.id not in stranger.get("/accounts/login/").content.decode()
    assert "Stop it" in start_page(operator)


def test_it_leads_to_no_seat_of_a_reader_and_takes_no_fewer_shares(office: OfficeWorld, tmp_path: Path) -> None:
    from holdfast.crypto.master_key import fresh_master_key, split

    office.member("operator")
    shares = shares_of(office, tmp_path / "shares")
    for role in ("investigator", "decider", "access_steward", "appeal_reader"):
        with pytest.raises(CheckFailedError, match=r"^way_back\.seat"):
            asked(office, office.member(role), shares[:3])
    guardian = office.member("custodian")
    with pytest.raises(InputRefusedError, match=r"^keys\.share\.few"):
        asked(office, guardian, shares[:2])
    with pytest.raises(CheckFailedError, match=r"^keys\.share\.other_key"):
        asked(office, guardian, list(split(fresh_master_key())[:3]))
    assert "three shares" not in start_page(guardian)


def test_whom_a_freeze_holds_does_not_come_back_this_way(office: OfficeWorld, tmp_path: Path) -> None:
    from holdfast.access.freezes.order import Scope
    from holdfast.workflows.access.register import add_row
    from holdfast.workflows.freezes.freeze import propose_freeze

    steward, decider = office.member("access_steward"), office.member("decider")
    guardian = office.member("legal", wiki_accounts=("Simulated Ann",))
    row = {"account": "Simulated Ann", "wiki": "enwiki", "right": "checkuser", "jurisdiction": "J1"}
    row |= {"jurisdiction_source": "own statement", "jurisdiction_date": "2026-01-01"}
    add_row(office.office, steward.reader(), row)
    scope = Scope(rights=frozenset({"checkuser"}), jurisdictions=frozenset({"J1"}))
    proposal = propose_freeze(office.office, steward.reader(), scope, reason="a test")
    office.approve(proposal, steward, decider)
    office.carry_out(proposal, decider)
    with pytest.raises(CheckFailedError, match=r"^way_back\.frozen"):
        asked(office, guardian, shares_of(office, tmp_path / "shares")[:3])


def test_a_process_that_dies_leaves_all_or_nothing_and_is_run_again(
    office: OfficeWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from holdfast.store.office import members as store
    from holdfast.store.office.audit_rows import AuditRows

    guardian, shares = office.member("custodian"), shares_of(office, tmp_path / "shares")

    def power_cut(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(AuditRows, "alarm", power_cut)
        with pytest.raises(KeyboardInterrupt):
            asked(office, guardian, shares[:3])
    assert "three shares" not in start_page(guardian)
    way = asked(office, guardian, shares[:3])
    assert asked(office, guardian, shares[2:]).id == way.id
    office.clock.go_on(hours=72)
    with monkeypatch.context() as patch:
        patch.setattr(store, "invite", power_cut)
        with pytest.raises(KeyboardInterrupt):
            opened(office, way.id)
    assert next(each.passkeys for each in store.all_members() if each.member == guardian.member) == 1
    first = opened(office, way.id)  # killed here, the link was never shown
    again = opened(office, way.id)
    assert (joins(first), joins(again)) == (404, 200)


def test_once_the_person_has_enrolled_or_a_week_has_gone_it_is_over(office: OfficeWorld, tmp_path: Path) -> None:
    from allauth.mfa.models import Authenticator

    guardian, shares = office.member("custodian"), shares_of(office, tmp_path / "shares")
    way = asked(office, guardian, shares[:3])
    office.clock.go_on(days=3)
    opened(office, way.id)
    data = {"name": "new", "credential": guardian.key.registration(), "passwordless": True}
    Authenticator.objects.create(user_id=guardian.member, type=Authenticator.Type.WEBAUTHN, data=data)
    with pytest.raises(CheckFailedError, match=r"^way_back\.state"):
        opened(office, way.id)
    late = asked(office, guardian, shares[:3])
    office.clock.go_on(days=10)
    with pytest.raises(CheckFailedError, match=r"^way_back\.state"):
        opened(office, late.id)
    assert "not used in time" in start_page(guardian)


def test_roles_that_changed_meanwhile_end_it(office: OfficeWorld, tmp_path: Path) -> None:
    from holdfast.store.office import members as store

    guardian = office.member("custodian")
    way = asked(office, guardian, shares_of(office, tmp_path / "shares")[:3])
    store.set_roles(guardian.member, ["legal"], office.clock())
    office.clock.go_on(hours=72)
    with pytest.raises(CheckFailedError, match=r"^way_back\.state"):
        opened(office, way.id)


def at_once(acts: Mapping[str, Callable[[], Any]]) -> list[tuple[str, Any]]:
    """What came of those that were done, each in a thread of its own."""
    from django.db import connections

    together = threading.Barrier(len(acts))
    done: list[tuple[str, Any]] = []

    def attempt(name: str, act: Callable[[], Any]) -> None:
        together.wait()
        try:
            done.append((name, act()))
        except HoldfastError:
            pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=attempt, args=each) for each in acts.items()]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return done


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_of_two_who_act_at_once_one_wins(
    offices: Offices, request: pytest.FixtureRequest, tmp_path: Path, engine: str
) -> None:
    from holdfast.workflows.access.way_back import announced, stop

    url = request.getfixturevalue("postgres").url() if engine == "postgresql" else ""
    office = offices.new(database_url=url)
    guardian, other = office.member("custodian"), office.member("legal")
    shares = shares_of(office, tmp_path / "shares")
    asks = at_once({name: lambda: asked(office, guardian, shares[:3]).id for name in ("one", "two", "three")})
    (way,) = announced(office.office)
    assert {number for _, number in asks} == {way.id}
    office.clock.go_on(hours=72)
    done = at_once(
        {
            "opened": lambda: opened(office, way.id),
            "stopped": lambda: stop(office.office, other.reader(), way.id),
        }
    )
    assert [name for name, _ in done] == [announced(office.office)[0].state]


def test_the_commands_show_ask_stop_and_open(
    office: OfficeWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    operator = office.member("operator")
    where = ["--office", str(office.folder), "--keys", str(office.keys)]
    shares_of(office, tmp_path / "shares")
    three = [part for n in (1, 3, 5) for part in ("--share", str(tmp_path / f"shares/share-{n}.txt"))]
    assert main(["office", "way-back", "show", *where]) == 0
    assert f"one operator ({operator.member})" in capsys.readouterr().out
    assert main(["office", "way-back", "ask", operator.member, *three, *where]) == 0
    said = capsys.readouterr().out
    number = said.split()[2]
    assert "any guardian may stop it" in said
    assert main(["office", "way-back", "open", number, *where]) == 1
    assert "way_back.early" in capsys.readouterr().err
    assert main(["office", "way-back", "stop", number, *where]) == 0
    assert main(["office", "way-back", "open", number, *where]) == 1
    assert main(["office", "way-back", "open", "nothing", *where]) == 3
    assert main(["office", "way-back", "ask", operator.member, *three[:4], *where]) == 3
    assert main(["office", "way-back", "ask", "m-000000000000", *three, *where]) == 3
    capsys.readouterr()
    assert main(["office", "way-back", "show", "--json", *where]) == 0
    assert '"state": "stopped"' in capsys.readouterr().out
