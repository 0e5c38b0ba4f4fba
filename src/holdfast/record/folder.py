"""Making and opening logs: in a folder, or in memory."""

from pathlib import Path

from holdfast.clock import Clock, system_clock
from holdfast.crypto.notes import Note, fresh_signer
from holdfast.errors import InputRefusedError
from holdfast.record.checkpoint import TreeHead
from holdfast.record.disk import Disk, FolderDisk, MemoryDisk
from holdfast.record.integrate import PUBLIC
from holdfast.record.log import KEY_FILE, LOCK_FILE, Log, Witnesses, no_witnesses
from holdfast.record.merkle import EMPTY_ROOT
from holdfast.record.page import page_files
from holdfast.record.policy import POLICY_PATH, Policy
from holdfast.record.seals import SEALS_PATH
from holdfast.record.tiles import CHECKPOINT_PATH, VERIFIER_KEY_PATH


def make_log(disk: Disk, origin: str, policy: Policy) -> None:
    """Make an empty log. The secret key is written last but one file: without it there is no log yet.

    Raises InputRefusedError `record.exists` when there is one, `note.unreadable` for a name that no key can have.
    """
    with disk.only_writer(LOCK_FILE):
        if disk.exists(KEY_FILE):
            raise InputRefusedError(
                "record.exists",
                "there is a log here already",
                hint="a log is never begun anew; take another folder",
            )
        signer = fresh_signer(origin)
        text = TreeHead(origin=origin, size=0, root=EMPTY_ROOT).text()
        note = Note(text=text, lines=(signer.sign(text),))
        public = {
            CHECKPOINT_PATH: bytes(note),
            VERIFIER_KEY_PATH: f"{signer.key}\n".encode(),
            SEALS_PATH: b"",
            POLICY_PATH: policy.text().encode(),
            **page_files(),
        }
        disk.write({f"{PUBLIC}/{path}": data for path, data in public.items()})
        disk.write({KEY_FILE: signer.secret_text().encode()}, private=True)


def create_log(folder: Path | str, *, origin: str, policy: Policy | None = None, clock: Clock = system_clock) -> Log:
    """Make an empty log in a folder (`public` and `private` in it) and open it. Raises as `make_log` does."""
    disk = FolderDisk(Path(folder))
    make_log(disk, origin, policy or Policy())
    return Log(disk, clock=clock)


def open_log(folder: Path | str, *, clock: Clock = system_clock, witnesses: Witnesses = no_witnesses) -> Log:
    """Open the log in a folder for writing. Raises UsageError `record.busy` when somebody else writes into it.

    Without `witnesses` a log that needs cosignatures publishes nothing; `workflows.witness.open_public_log` has them.
    """
    return Log(FolderDisk(Path(folder)), clock=clock, witnesses=witnesses)


def memory_log(origin: str = "example.org/log", *, policy: Policy | None = None, clock: Clock = system_clock) -> Log:
    """A log that lives as long as the object: for tests, and for trying things."""
    disk = MemoryDisk()
    make_log(disk, origin, policy or Policy())
    return Log(disk, clock=clock)
