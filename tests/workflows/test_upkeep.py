"""The drill: an office is copied, lost, and stands again; what is copied opens with its keys alone."""

import io
import json
import sqlite3
import tarfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from holdfast.cli import main
from holdfast.crypto.age import Identity, decrypt_stream, fresh_identity
from holdfast.errors import CheckFailedError, HoldfastError, InputRefusedError, UsageError
from holdfast.facts import SYSTEM, Fact, StreamId
from store.offices import Offices, OfficeWorld
from store.postgresql import Cluster

CANARY = "Zanzibar Quetzalcoatl"
IDENTITY = fresh_identity()


def filled(world: OfficeWorld) -> StreamId:
    """An office with something that names a person, an open session, and entries in the log, one of them sealed."""
    from holdfast.access.rules.console_rules import Because
    from holdfast.store.office.streams import LogEntry, Summary
    from holdfast.store.office.vault import Reader
    from holdfast.workflows.tick import tick

    steward = world.member("access_steward")
    steward.client()
    vault, reader = world.office.vault, Reader.of_the_office(Because.BOOKS)
    fact = Fact(type="person added", at=world.clock(), by=steward.member, body={"account": CANARY})
    stream = vault.create(
        reader, "thing", [fact], summary=Summary(state="active"), purpose="test", tokens={"account": [CANARY]}
    )
    for name, more in (("said", {}), ("kept", {"opens_on": "the case is closed"})):
        text = CANARY if more else "nothing"
        entry = LogEntry(name=name, kind="note", payload={"title": "test", "text": text}, **more)
        vault.log_later(reader, stream, entry, purpose="test")
    assert not any(each.failed for each in tick(world.office))
    return stream


def copied(world: OfficeWorld, place: Path, identity: Identity = IDENTITY) -> Path:
    from holdfast.workflows.office.upkeep import back_up_office

    return back_up_office(world.office, place, [identity.recipient]).path


def restored(world: OfficeWorld, copy: Path, to: Path, **more: Any) -> Any:
    from holdfast.workflows.office.upkeep import restore_office

    more = {"identities": [IDENTITY], "keys": world.keys, "clock": world.clock} | more
    return restore_office(copy, more.pop("identities"), to, more.pop("keys"), **more)


def contents(copy: Path) -> dict[str, bytes]:
    """What somebody with an identity and without the master key has."""
    opened = io.BytesIO()
    with copy.open("rb") as reader:
        decrypt_stream(reader, opened, [IDENTITY])
    opened.seek(0)
    with tarfile.open(fileobj=opened) as tar:
        return {each.name: tar.extractfile(each).read() for each in tar}  # type: ignore[union-attr]


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_an_office_is_lost_and_stands_again_with_everything_checked(
    offices: Offices, tmp_path: Path, engine: str, request: pytest.FixtureRequest
) -> None:
    cluster: Cluster | None = request.getfixturevalue("postgres") if engine == "postgresql" else None
    world = offices.new(database_url=cluster.url() if cluster else "")
    stream = filled(world)
    copy = copied(world, tmp_path)
    before = world.office.vault.audit.head()

    new = cluster.url() if cluster else ""
    done = restored(world, copy, tmp_path / "again", database_url=new)
    assert all(each.ok for each in done.findings)
    assert {"sealed data", "audit", "log"} <= {each.name for each in done.findings}

    from holdfast.access.rules.console_rules import Because
    from holdfast.store.office.models import Session
    from holdfast.store.office.vault import Reader
    from holdfast.workflows.office.opening import open_office

    office = open_office(tmp_path / "again", world.keys, clock=world.clock)
    facts = office.vault.read(Reader.of_the_office(Because.BOOKS), stream, purpose="test")
    assert facts[0].body["account"] == CANARY
    assert office.vault.holding("account", CANARY) == [stream]
    assert Session.objects.count() == 0
    assert office.vault.audit.head().size > before.size
    with office.log() as log:  # the log's own key came back too
        log.append("note", {"title": "goes on", "text": "here"})
        assert log.checkpoint().head.size == done.copy.log_size + 1


def test_a_copy_without_the_keys_says_nothing_of_anybody(office: OfficeWorld, tmp_path: Path) -> None:
    filled(office)
    copy = copied(office, tmp_path)
    assert CANARY.encode() not in copy.read_bytes()
    inside = contents(copy)
    assert {"office.toml", "database", "manifest.json", "log/private/log.key"} <= set(inside)
    master, log_key = (office.keys / "master.key").read_bytes(), (office.folder / "log/private/log.key").read_bytes()
    for name, content in inside.items():
        for secret in (CANARY.encode(), master.strip(), master.split(b"+", 2)[2].strip(), log_key.strip()):
            assert secret not in content, name


def test_a_copy_holds_no_session(office: OfficeWorld, tmp_path: Path) -> None:
    filled(office)
    (tmp_path / "database").write_bytes(contents(copied(office, tmp_path))["database"])
    connection = sqlite3.connect(tmp_path / "database")
    assert connection.execute("SELECT count(*) FROM office_session").fetchone() == (0,)
    assert connection.execute("SELECT count(*) FROM office_auditrow").fetchone()[0] > 0
    connection.close()


def test_a_copy_is_never_put_over_a_live_office(office: OfficeWorld, tmp_path: Path) -> None:
    copy = copied(office, tmp_path)
    with pytest.raises(UsageError, match=r"^office\.restore\.live"):
        restored(office, copy, office.folder)


def test_a_copy_is_never_put_into_a_database_with_something_in_it(
    offices: Offices, postgres: Cluster, tmp_path: Path
) -> None:
    used = postgres.url()
    world = offices.new(database_url=used)
    copy = copied(world, tmp_path)
    with pytest.raises(InputRefusedError, match=r"^office\.database\.not_empty"):
        restored(world, copy, tmp_path / "again", database_url=used)
    assert not (tmp_path / "again").exists()
    with pytest.raises(UsageError, match=r"^office\.restore\.database"):
        restored(world, copy, tmp_path / "again")


def test_a_copy_is_not_written_into_the_office_nor_over_a_file(office: OfficeWorld, tmp_path: Path) -> None:
    copy = copied(office, tmp_path)
    for place in (copy, office.folder, office.folder / "copy.age"):
        with pytest.raises(UsageError, match=r"^office\.backup\.place"):
            copied(office, place)
    assert not list(office.folder.glob(".holdfast-copy-*"))


def test_a_copy_needs_somebody_who_can_open_it(office: OfficeWorld, tmp_path: Path) -> None:
    from holdfast.workflows.office.upkeep import back_up_office

    with pytest.raises(UsageError, match=r"^crypto\.age\.recipient"):
        back_up_office(office.office, tmp_path, [])


def test_a_stranger_and_a_cut_copy_are_refused_and_leave_nothing(office: OfficeWorld, tmp_path: Path) -> None:
    copy, again = copied(office, tmp_path), tmp_path / "again"
    with pytest.raises(CheckFailedError, match=r"^crypto\.age\.sealed"):
        restored(office, copy, again, identities=[fresh_identity()])
    damaged = tmp_path / "damaged.age"
    damaged.write_bytes(copy.read_bytes()[:-100])
    with pytest.raises(CheckFailedError, match=r"^crypto\.age\.sealed"):
        restored(office, damaged, again)
    assert not again.exists()
    assert not list(tmp_path.glob(".holdfast-copy-*"))


@pytest.mark.parametrize("name", ["office.toml", "database", "manifest.json", "log/public/checkpoint", None])
def test_a_copy_made_by_somebody_else_is_not_believed(office: OfficeWorld, tmp_path: Path, name: str | None) -> None:
    """age says who may read, not who wrote: the hashes inside, and the checks afterwards, are what counts."""
    from holdfast.crypto.age import encrypt_stream

    inside = contents(copied(office, tmp_path))
    inside[name or "../escaped"] = b"changed"
    packed, forged = io.BytesIO(), tmp_path / "forged.age"
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for each, content in inside.items():
            entry = tarfile.TarInfo(each)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    packed.seek(0)
    with forged.open("wb") as writer:
        encrypt_stream(packed, writer, [IDENTITY.recipient])
    with pytest.raises(CheckFailedError, match=r"^office\.restore\.damaged"):
        restored(office, forged, tmp_path / "again")
    assert not (tmp_path / "again").exists()
    assert not (tmp_path / "escaped").exists()


def test_a_copy_comes_back_under_its_own_master_key_alone(offices: Offices, tmp_path: Path) -> None:
    copy = copied(offices.new(), tmp_path)
    from holdfast.crypto.master_key import fresh_master_key, write_master_key

    write_master_key(tmp_path / "other-keys", tmp_path / "again", fresh_master_key())
    world = offices.new()
    with pytest.raises(CheckFailedError, match=r"^office\.restore\.other_key"):
        restored(world, copy, tmp_path / "again", keys=tmp_path / "other-keys")
    with pytest.raises(InputRefusedError, match=r"^keys\.master\.missing"):
        restored(world, copy, tmp_path / "again", keys=tmp_path / "no-keys")


def test_an_upgrade_makes_a_copy_first_and_checks_all_of_it(office: OfficeWorld, tmp_path: Path) -> None:
    from django.core.management import call_command

    from holdfast.workflows.office.opening import open_office, place_of
    from holdfast.workflows.office.upkeep import upgrade_office

    stream = filled(office)
    call_command("migrate", "mfa", "0002", verbosity=0)
    with pytest.raises(CheckFailedError, match=r"^office\.upgrade"):
        open_office(office.folder, office.keys)
    place = place_of(office.folder, office.keys)
    with pytest.raises(UsageError, match=r"^office\.upgrade\.backup"):
        upgrade_office(place, None, [])
    done = upgrade_office(place, tmp_path, [IDENTITY.recipient], clock=office.clock)
    assert done.migrations
    assert done.copy is not None
    assert done.copy.path.exists()
    assert open_office(office.folder, office.keys).vault.length(stream) == 1
    again = upgrade_office(place, None, [], clock=office.clock)
    assert again.migrations == ()


def test_the_commands_do_the_drill(office: OfficeWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--office", str(office.folder), "--keys", str(office.keys)]
    (tmp_path / "id.txt").write_text(IDENTITY.text())
    assert main(["office", "backup", str(tmp_path), "--recipient", IDENTITY.recipient, "--json", *where]) == 0
    copy = json.loads(capsys.readouterr().out)["path"]
    again = ["--office", str(tmp_path / "again"), "--keys", str(office.keys)]
    assert main(["office", "restore", copy, "--identity", str(tmp_path / "id.txt"), *again]) == 0
    assert "ok  audit" in capsys.readouterr().out
    assert main(["office", "restore", copy, "--identity", str(tmp_path / "id.txt"), *again]) == 2
    assert main(["office", "doctor", "--json", *again]) == 0
    assert main(["office", "upgrade", *again]) == 0
    assert main(["tick", *again]) == 0


# the doctor


def examined(world: OfficeWorld) -> dict[str, str]:
    """The checks that failed, and what they say."""
    from holdfast.workflows.office.doctor import examine

    return {each.name: each.text for each in examine(world.office) if not each.ok}


def test_a_healthy_office_passes_every_check(office: OfficeWorld) -> None:
    filled(office)
    assert examined(office) == {}


def test_the_doctor_finds_what_is_wrong_and_goes_on(office: OfficeWorld) -> None:
    from holdfast.store.office.models import AuditRow, FactRow

    filled(office)
    (office.keys / "master.key").chmod(0o640)
    FactRow.objects.filter(type="person added").delete()
    AuditRow.objects.filter(seq=2).delete()
    found = examined(office)
    assert {"folders", "sealed data", "audit"} <= set(found)
    assert "entry 2" in found["audit"]
    assert "office.stream.gap" in found["sealed data"]
    assert CANARY not in str(found)


def test_the_doctor_notices_a_row_moved_to_another_stream(office: OfficeWorld) -> None:
    from holdfast.store.office.models import FactRow

    filled(office)
    one = FactRow.objects.get(type="person added")
    FactRow.objects.filter(pk=one.pk).update(type="person renamed")
    assert "crypto.sealed" in examined(office)["sealed data"]


@pytest.mark.parametrize("change", [{"by": "m-000000000000"}, {"at": datetime(2020, 1, 1, tzinfo=UTC)}, {"seq": 7}])
def test_no_plain_column_of_a_fact_can_be_changed(office: OfficeWorld, change: dict[str, Any]) -> None:
    from holdfast.store.office.models import FactRow

    filled(office)
    FactRow.objects.filter(type="person added").update(**change)
    assert "sealed data" in examined(office)


def test_a_fact_taken_back_or_sealed_anew_by_who_has_the_keys_does_not_fit_the_audit(office: OfficeWorld) -> None:
    from holdfast.access.rules.console_rules import Because
    from holdfast.store.office.models import FactRow, StreamKey
    from holdfast.store.office.streams import Streams, Summary
    from holdfast.store.office.vault import Reader

    stream, vault = filled(office), office.office.vault
    for word in ("one", "two"):
        fact = Fact(type="noted", at=office.clock(), by=SYSTEM, body={"word": word})
        vault.append(
            Reader.of_the_office(Because.BOOKS),
            stream,
            [fact],
            expect=vault.length(stream),
            summary=Summary(state="x"),
            purpose="test",
        )
    assert examined(office) == {}
    FactRow.objects.filter(seq=2).delete()
    StreamKey.objects.filter(stream_id=stream.id).update(length=2)
    assert set(examined(office)) == {"facts"}  # everything opens, and the audit's chain is whole
    row = StreamKey.objects.get(stream_id=stream.id)
    Streams(office.office.place.master).append(row, [replace(fact, body={"word": "three"})], 2)
    assert "office.facts.changed" in examined(office)["facts"]


def test_an_audit_made_anew_is_found_by_its_heads_in_the_log(office: OfficeWorld) -> None:
    from holdfast.audit import head_payload
    from holdfast.store.office.models import AuditRow
    from holdfast.store.office.models import Sequence as SequenceRow

    filled(office)
    with office.office.log() as log:
        log.append("audit head", head_payload(office.office.vault.audit.head()))
        log.checkpoint()
    assert examined(office) == {}
    events = [entry.event for entry in office.office.vault.audit.entries()]
    AuditRow.objects.all().delete()
    SequenceRow.objects.all().delete()
    office.office.vault.audit.write(events[1:])  # everything but the first, in a chain without a fault
    assert "audit.chain.head" in examined(office)["audit"]


def test_an_interrupted_rotation_is_named(office: OfficeWorld) -> None:
    (office.keys / "master.key.next").touch(mode=0o600)
    assert "rotate" in examined(office)["keys"]


def test_errors_of_the_database_are_ours(offices: Offices, tmp_path: Path) -> None:
    from holdfast.store.office.dump import dump_database

    config = replace(offices.new().office.config, database_url="postgresql://nobody@/none?host=/nowhere")
    with pytest.raises(HoldfastError, match=r"^office\.database\.program"):
        dump_database(config, tmp_path / "dump")
