"""A lost master key comes back from three shares; another one takes its place; a half-done change is ended."""

from pathlib import Path
from typing import Any

import pytest

from holdfast.cli import main
from holdfast.errors import CheckFailedError, HoldfastError, UsageError
from holdfast.facts import Fact, StreamId
from store.offices import Offices, OfficeWorld

CANARY = "Zanzibar Quetzalcoatl"


def with_a_person(world: OfficeWorld) -> StreamId:
    from holdfast.store.office.streams import Summary

    steward = world.member("access_steward")
    fact = Fact(type="person added", at=world.clock(), by=steward.member, body={"account": CANARY})
    return world.office.vault.create(
        steward.reader(),
        "person",
        [fact],
        summary=Summary(state="active"),
        purpose="test",
        tokens={"account": [CANARY]},
    )


def account_in(world: OfficeWorld, stream: StreamId) -> str:
    """What a new process of the office reads."""
    from holdfast.access.rules.console_rules import Because
    from holdfast.store.office.vault import Reader
    from holdfast.workflows.office.opening import open_office

    office = open_office(world.folder, world.keys, clock=world.clock)
    assert office.vault.holding("account", CANARY) == [stream]
    return str(office.vault.read(Reader.of_the_office(Because.BOOKS), stream, purpose="test")[0].body["account"])


def shares_of(world: OfficeWorld, folder: Path) -> list[str]:
    from holdfast.workflows.office.master_keys import read_share, write_shares

    return [read_share(place) for place in write_shares(world.office, folder)]


def verbs(world: OfficeWorld) -> list[str]:
    return [entry.event.verb.value for entry in world.office.vault.audit.entries()]


def test_a_lost_key_comes_back_from_three_shares_and_everybody_is_told(office: OfficeWorld, tmp_path: Path) -> None:
    from holdfast.store.office.audit_rows import open_alarms
    from holdfast.workflows.office.master_keys import bring_back

    stream, shares = with_a_person(office), shares_of(office, tmp_path / "shares")
    (office.keys / "master.key").unlink()
    bring_back(office.folder, office.keys, shares[1:4], clock=office.clock)
    assert account_in(office, stream) == CANARY
    assert verbs(office)[-3:].count("restore_key") == 1
    assert "split_key" in verbs(office)
    assert [each.code for each in open_alarms()] == ["recovery opened"]


def test_each_share_is_a_file_that_only_its_owner_reads(office: OfficeWorld, tmp_path: Path) -> None:
    shares_of(office, tmp_path / "shares")
    files = sorted((tmp_path / "shares").iterdir())
    assert [each.stat().st_mode & 0o777 for each in files] == [0o600] * 5
    with pytest.raises(UsageError, match=r"^office\.keys\.shares_there"):
        shares_of(office, tmp_path / "shares")
    with pytest.raises(UsageError, match=r"^keys\.folder\.inside"):
        shares_of(office, office.folder / "shares")


def test_shares_of_another_office_are_refused_before_anything_is_written(offices: Offices, tmp_path: Path) -> None:
    from holdfast.workflows.office.master_keys import bring_back

    office = offices.new()
    with_a_person(office)
    from holdfast.crypto.master_key import fresh_master_key, split

    (office.keys / "master.key").unlink()
    with pytest.raises(CheckFailedError, match=r"^office\.keys\.other"):
        bring_back(office.folder, office.keys, split(fresh_master_key())[:3])
    assert not (office.keys / "master.key").exists()


def test_a_key_that_is_there_is_not_replaced_from_shares(office: OfficeWorld, tmp_path: Path) -> None:
    from holdfast.workflows.office.master_keys import bring_back

    shares = shares_of(office, tmp_path / "shares")
    with pytest.raises(UsageError, match=r"^keys\.master\.exists"):
        bring_back(office.folder, office.keys, shares[:3])


def test_a_rotation_leaves_what_is_sealed_and_ends_every_session(office: OfficeWorld) -> None:
    from allauth.mfa.models import Authenticator

    from holdfast.store.office.models import Session
    from holdfast.workflows.office.master_keys import rotate_master_key

    stream, member = with_a_person(office), office.member("decider")
    member.client()
    secret = office.office.place.seal_code("CODE")
    Authenticator.objects.create(user_id=member.member, type=Authenticator.Type.TOTP, data={"secret": secret})
    done = rotate_master_key(office.folder, office.keys, clock=office.clock)
    assert (done.old_id, done.streams > 1) == (office.office.place.master.id, True)
    assert account_in(office, stream) == CANARY
    assert Session.objects.count() == 0
    assert "rotate_key" in verbs(office)
    from holdfast.workflows.office.opening import place_of

    kept = Authenticator.objects.get(type=Authenticator.Type.TOTP).data["secret"]
    assert place_of(office.folder, office.keys).unseal_code(kept) == "CODE"


def test_a_process_that_slept_through_a_rotation_neither_reads_nor_seals(office: OfficeWorld) -> None:
    from holdfast.access.rules.console_rules import Because
    from holdfast.store.office.vault import Reader
    from holdfast.workflows.office.master_keys import rotate_master_key

    stream, sleeping = with_a_person(office), office.office
    rotate_master_key(office.folder, office.keys, clock=office.clock)
    with pytest.raises(CheckFailedError, match=r"^crypto\.sealed"):
        sleeping.vault.read(Reader.of_the_office(Because.BOOKS), stream, purpose="test")
    with pytest.raises(CheckFailedError, match=r"^office\.keys\.other"):
        with_a_person(office)


@pytest.mark.parametrize("after_the_database", [False, True])
def test_an_interrupted_rotation_is_ended_by_running_it_again(
    office: OfficeWorld, monkeypatch: pytest.MonkeyPatch, after_the_database: bool
) -> None:
    from holdfast.store.office import rotation
    from holdfast.workflows.office.master_keys import rotate_master_key

    stream = with_a_person(office)

    def power_cut(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(*((Path, "replace") if after_the_database else (rotation, "rotate")), power_cut)
        with pytest.raises(KeyboardInterrupt):
            rotate_master_key(office.folder, office.keys, clock=office.clock)
    if after_the_database:
        with pytest.raises(CheckFailedError, match=r"^office\.keys\.other.*rotate"):
            account_in(office, stream)
    else:
        assert account_in(office, stream) == CANARY
    done = rotate_master_key(office.folder, office.keys, clock=office.clock)
    assert (done.streams == 0) == after_the_database
    assert account_in(office, stream) == CANARY
    assert not (office.keys / "master.key.next").exists()


def test_a_key_of_another_office_opens_nothing(offices: Offices) -> None:
    from holdfast.workflows.office.opening import open_office

    one, other = offices.new(), offices.new()
    other_key = other.keys / "master.key"
    other_key.unlink()
    from holdfast.crypto.master_key import fresh_master_key, write_master_key

    write_master_key(other.keys, other.folder, fresh_master_key())
    with pytest.raises(HoldfastError, match=r"^office\.keys\.other"):
        open_office(other.folder, other.keys)
    assert open_office(one.folder, one.keys)


def test_the_commands_split_restore_and_rotate(
    office: OfficeWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stream = with_a_person(office)
    where = ["--office", str(office.folder), "--keys", str(office.keys)]
    assert main(["office", "keys", "split", "--out", str(tmp_path / "shares"), *where]) == 0
    (office.keys / "master.key").unlink()
    few = [part for number in (1, 4) for part in ("--share", str(tmp_path / f"shares/share-{number}.txt"))]
    assert main(["office", "keys", "restore", *few, *where]) == 3
    assert "keys.share.few" in capsys.readouterr().err
    assert main(["office", "keys", "restore", *few, "--share", str(tmp_path / "shares/share-5.txt"), *where]) == 0
    assert main(["office", "keys", "rotate", *where]) == 0
    assert account_in(office, stream) == CANARY
    shown = capsys.readouterr().out
    words = (tmp_path / "shares/share-1.txt").read_text().splitlines()[-1]
    assert words not in shown
