"""Backup and restore of a whole office: database, log and settings in one age file; the keys lie elsewhere.

The file opens for its recipients, and what lies in it opens only with the office's master key: even the log's own key
and its unpublished texts are sealed under that. Restoring needs both, and refuses a place that is in use.
"""

import os
import shutil
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from holdfast.canonical import canonical_bytes, file_sha256, parse_json
from holdfast.crypto.age import Identity, check_recipients, decrypt_stream, encrypt_stream
from holdfast.crypto.master_key import MasterKey, Purpose, read_master_key
from holdfast.crypto.sealing import seal, unseal
from holdfast.errors import CheckFailedError, InputRefusedError, UsageError
from holdfast.store.office.config import CONFIG_FILE, LOG_FOLDER, OfficeConfig, read_config
from holdfast.store.office.dump import dump_database, engine_of, load_database
from holdfast.version import VERSION
from holdfast.workflows.log.witness import open_public_log

FORM = "holdfast office backup 1"
_MANIFEST = "manifest.json"
_DATABASE = "database"
_PRIVATE = f"{LOG_FOLDER}/private/"
_LOCK = f"{_PRIVATE}lock"


@dataclass(frozen=True, kw_only=True)
class BackupReport:
    """One copy of an office: what a person writes down beside it."""

    path: Path
    sha256: str
    size_bytes: int
    files: int
    log_size: int
    """Entries of the log's public checkpoint; a later public one wins over a restored one."""
    master_key_id: str
    made_at: str


def back_up(
    config: OfficeConfig, master: MasterKey, destination: Path, recipients: Sequence[str], *, now: str
) -> BackupReport:
    """Write a copy of the office to a new file (or a new file in a folder), while the office may be in use.

    The log is held meanwhile, so that the copies of database and log belong together. Raises UsageError
    `office.backup.place`, `crypto.age.recipient`, `record.busy`; ServiceUnavailableError `office.database.program`.
    """
    check_recipients(recipients)
    path = destination / f"office-{now[:19].replace(':', '')}Z.age" if destination.is_dir() else destination
    if path.exists() or path.resolve().is_relative_to(config.folder.resolve()):
        raise UsageError(
            "office.backup.place",
            "a backup is not written over a file, nor into the office itself",
            place=str(path),
            hint="name a new file, best on another disk",
        )
    part = path.with_name(path.name + ".part")
    with _scratch(config.folder) as scratch:
        with open_public_log(config.log_folder) as log:
            log_size = log.size
            dump_database(config, scratch / _DATABASE)
            files = _collect(config, master, scratch)
        manifest = {
            "form": FORM,
            "version": VERSION,
            "made_at": now,
            "engine": engine_of(config),
            "master_key_id": master.id,
            "log_size": log_size,
            "files": {name: file_sha256(file) for name, file in files.items()},
        }
        (scratch / _MANIFEST).write_bytes(canonical_bytes(manifest))
        with tarfile.open(scratch / "tar", "w") as tar:
            for name, file in {_MANIFEST: scratch / _MANIFEST, **files}.items():
                tar.add(file, name, recursive=False, filter=_bare)
        try:
            with (scratch / "tar").open("rb") as reader, _new_file(part) as writer:
                encrypt_stream(reader, writer, recipients)
                writer.flush()
                os.fsync(writer.fileno())
            part.rename(path)
        finally:
            part.unlink(missing_ok=True)
    return _report(path, manifest)


def _collect(config: OfficeConfig, master: MasterKey, scratch: Path) -> dict[str, Path]:
    """Name in the copy to file. What the log keeps private is sealed on the way."""
    key = master.key_for(Purpose.BACKUP)
    shutil.copyfile(config.folder / CONFIG_FILE, scratch / CONFIG_FILE)
    found = {CONFIG_FILE: scratch / CONFIG_FILE, _DATABASE: scratch / _DATABASE}
    for file in sorted(each for each in config.log_folder.rglob("*") if each.is_file()):
        name = f"{LOG_FOLDER}/{file.relative_to(config.log_folder).as_posix()}"
        if name == _LOCK:
            continue
        copy = scratch / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if name.startswith(_PRIVATE):
            copy.write_bytes(seal(key, file.read_bytes(), name.encode()))
        else:
            shutil.copyfile(file, copy)
        found[name] = copy
    return found


def restore(
    source: Path,
    identities: Sequence[Identity],
    folder: Path,
    keys: Path,
    *,
    database_url: str = "",
) -> BackupReport:
    """Put a copy into a new place, whole or not at all. The keys must lie in `keys` already.

    `database_url` names an empty PostgreSQL database for a copy that holds one. The caller opens the office and
    checks it. Raises UsageError `office.restore.live`, `office.restore.database`; CheckFailedError
    `crypto.age.sealed`, `office.restore.damaged`, `office.restore.other_key`; InputRefusedError
    `keys.master.missing`, `office.database.not_empty`.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(
            "office.restore.live",
            "there is something in this folder already",
            expected="a folder that is empty or not there",
            place=str(folder),
            hint="a copy is never put over a live office: restore it to another place, and compare",
        )
    master = read_master_key(keys, folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _scratch(folder.parent) as scratch:
        manifest = _unpack(source, identities, scratch)
        if manifest["master_key_id"] != master.id:
            raise CheckFailedError(
                "office.restore.other_key",
                "this copy was made under another master key",
                expected=manifest["master_key_id"],
                got=master.id,
                hint="restore that key from its shares: holdfast office keys restore",
            )
        home = scratch / "home"
        home.mkdir(mode=0o700)
        shutil.move(scratch / LOG_FOLDER, home / LOG_FOLDER)
        _unseal_private(home, master)
        _write_config(scratch / CONFIG_FILE, home / CONFIG_FILE, manifest["engine"], database_url)
        load_database(read_config(home, keys), scratch / _DATABASE)
        if folder.exists():
            folder.rmdir()
        home.rename(folder)
    return _report(source, manifest)


def _unpack(source: Path, identities: Sequence[Identity], scratch: Path) -> dict[str, Any]:
    if not source.is_file():
        raise InputRefusedError("office.restore.missing", "there is no such file", place=str(source))
    with source.open("rb") as reader, _new_file(scratch / "tar") as writer:
        decrypt_stream(reader, writer, identities)
    try:
        with tarfile.open(scratch / "tar", "r:") as tar:
            _write_files(tar, scratch)
        manifest = parse_json((scratch / _MANIFEST).read_bytes())
        files = manifest["files"]
        fits = manifest["form"] == FORM and all(
            file_sha256(scratch / name) == digest for name, digest in files.items()
        )
        if not fits or not {CONFIG_FILE, _DATABASE} <= set(files):
            raise ValueError("hashes")
    except (tarfile.TarError, OSError, ValueError, KeyError, TypeError, InputRefusedError):
        raise CheckFailedError(
            "office.restore.damaged",
            "this is not a whole copy of an office",
            expected=FORM,
            place=str(source),
            hint="take another copy",
        ) from None
    (scratch / "tar").unlink()
    return dict(manifest)


def _unseal_private(home: Path, master: MasterKey) -> None:
    key = master.key_for(Purpose.BACKUP)
    private = home / LOG_FOLDER / "private"
    private.chmod(0o700)
    for file in sorted(each for each in private.rglob("*") if each.is_file()):
        name = file.relative_to(home).as_posix()
        content = unseal(key, file.read_bytes(), name.encode())
        file.chmod(0o600)
        file.write_bytes(content)


def _write_config(copied: Path, place: Path, engine: str, database_url: str) -> None:
    """The copy's settings; only the database's address may change with the place."""
    text = copied.read_text("utf-8")
    if (engine == "postgresql") != bool(database_url):
        raise UsageError(
            "office.restore.database",
            "the copy and the place have different databases",
            expected="--database-url with an empty database" if engine == "postgresql" else "no --database-url",
            hint="a copy goes back into the database that it is of",
        )
    lines = text.splitlines(keepends=True)
    if database_url:
        quoted = database_url.replace("\\", "\\\\").replace('"', '\\"')
        kept = [line for line in lines if not line.lstrip().startswith("database_url")]
        lines = [f'database_url = "{quoted}"\n', *kept]
    with _new_file(place) as writer:
        writer.write("".join(lines).encode("utf-8"))


@contextmanager
def _scratch(beside: Path) -> Iterator[Path]:
    """A folder for this run alone, gone afterwards; also what an interrupted run left behind is swept away."""
    for left in beside.glob(".holdfast-copy-*"):
        if not Path(f"/proc/{left.name.rpartition('-')[2]}").exists():
            shutil.rmtree(left, ignore_errors=True)
    folder = beside / f".holdfast-copy-{os.getpid()}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _new_file(path: Path) -> Any:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _write_files(tar: tarfile.TarFile, into: Path) -> None:
    """Write a copy's files below a folder, and nothing but files, and nothing beside it.

    Python's own filter for this came after the 3.11 of Debian 12. Raises ValueError for any other kind of entry.
    """
    top = into.resolve()
    for entry in tar:
        place = (top / entry.name).resolve()
        source = tar.extractfile(entry) if entry.isreg() and place.is_relative_to(top) else None
        if source is None:
            raise ValueError("an entry that no copy holds")
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with source, place.open("wb") as file:
            shutil.copyfileobj(source, file)
        place.chmod(0o600)


def _bare(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Without the machine's users and times."""
    entry.uid = entry.gid = entry.mtime = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o600
    return entry


def _report(path: Path, manifest: Mapping[str, Any]) -> BackupReport:
    return BackupReport(
        path=path,
        sha256=file_sha256(path),
        size_bytes=path.stat().st_size,
        files=len(manifest["files"]),
        log_size=manifest["log_size"],
        master_key_id=manifest["master_key_id"],
        made_at=manifest["made_at"],
    )
