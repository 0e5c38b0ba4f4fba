"""Killed, out of power or out of room at every step: nothing acknowledged is lost, nothing stands twice."""

import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from holdfast.errors import HoldfastError, InputRefusedError, ServiceUnavailableError, UsageError
from holdfast.record import Draft, Log, create_log, open_log
from holdfast.record.check_tree import check_tree
from holdfast.record.disk import FolderDisk
from holdfast.record.merkle import leaf_hash
from holdfast.record.queue import QUEUE
from holdfast.record.texts import text_path
from holdfast.record.tiles import WIDTH
from holdfast.record.verify import verify

Acknowledge = Callable[[int, str], None]


def life(log: Log, acknowledge: Acknowledge) -> None:
    """What a log goes through: appends, checkpoints over tile borders, a seal, an erasure, a new key."""

    def note(first: int, count: int) -> None:
        drafts = [Draft(kind="note", payload={"n": number}) for number in range(first, first + count)]
        for receipt in log.append_many(drafts):
            acknowledge(receipt.index, receipt.leaf_hash)

    note(0, 3)
    log.checkpoint()
    note(3, 300)
    note(303, 2)
    log.checkpoint()
    sealed = log.seal("note", {"n": "sealed"}, until=datetime(2020, 1, 1, tzinfo=UTC))
    acknowledge(sealed.index, sealed.leaf_hash)
    note(305, 1)
    log.checkpoint()
    log.open(sealed.index)
    log.erase(1, "asked for")
    log.checkpoint()
    log.rotate()
    note(306, 2)
    log.checkpoint()


class StepDisk(FolderDisk):
    """Calls `step` before, between and after the parts of everything that it does to the disk."""

    def __init__(self, root: Path, step: Callable[[], None]) -> None:
        super().__init__(root)
        self._step = step

    def _mkdir(self, folder: Path, mode: int) -> None:
        self._step()
        super()._mkdir(folder, mode)

    def _write(self, handle: int, data: bytes) -> None:
        self._step()
        super()._write(handle, data[: len(data) // 2])
        self._step()
        super()._write(handle, data[len(data) // 2 :])

    def _flush_handle(self, handle: int) -> None:
        self._step()
        super()._flush_handle(handle)

    def _rename(self, near: Path, place: Path) -> None:
        self._step()
        super()._rename(near, place)

    def _unlink(self, place: Path) -> None:
        self._step()
        super()._unlink(place)


EVERY = pytest.mark.parametrize("stride", [11, pytest.param(1, marks=pytest.mark.long)])
"""Every eleventh step in the quick suite, every step in the long one."""


def counted(stop_at: int, stop: Callable[[], None]) -> Callable[[], None]:
    """A step that does `stop` when it is called for the `stop_at`-th time."""
    calls = [0]

    def step() -> None:
        calls[0] += 1
        if calls[0] == stop_at:
            stop()

    step.calls = calls  # type: ignore[attr-defined]
    return step


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    create_log(tmp_path / "fresh", origin="example.org/log").close()
    return tmp_path / "fresh"


@pytest.fixture
def steps(fresh: Path, tmp_path: Path) -> int:
    """How many steps that life has."""
    shutil.copytree(fresh, tmp_path / "whole")
    step = counted(0, lambda: None)
    with Log(StepDisk(tmp_path / "whole", step)) as log:
        life(log, lambda _index, _leaf: None)
    return int(step.calls[0])  # type: ignore[attr-defined]


def check_nothing_lost_nothing_twice(folder: Path, acknowledged: dict[int, str]) -> None:
    """Open, publish, verify; every acknowledged entry is at its place, and no entry stands twice."""
    with open_log(folder) as log:
        log.append("note", {"n": "after"})
        log.checkpoint()
        leaves: list[str] = []
        check_tree(
            log.fetch,
            log.checkpoint().head,
            lambda _, entries: leaves.extend(leaf_hash(each).hex() for each in entries),
        )
        assert {index: leaves[index] for index in acknowledged} == acknowledged
        texts = [
            line for number in range(-(-log.size // WIDTH)) for line in log.fetch(text_path(number)).splitlines()
        ]
        told = [line.split(b" ", 3)[3] for line in texts if b'{"n":' in line]
        assert len(told) == len(set(told))
        verify(log.fetch, key=log.verifier_key)
    assert not list(folder.rglob(".*.new"))


def tell(to: int, index: int, leaf: str) -> None:
    os.write(to, f"{index} {leaf}\n".encode())


def run_until_killed(folder: Path, stop_at: int) -> dict[int, str]:
    """Run that life in a process that kills itself with SIGKILL; gives what it acknowledged."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            step = counted(stop_at, lambda: os.kill(os.getpid(), signal.SIGKILL))
            with Log(StepDisk(folder, step)) as log:
                life(log, lambda index, leaf: tell(write, index, leaf))
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as lines:
        acknowledged = {int(line.split()[0]): line.split()[1] for line in lines}
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    return acknowledged


@EVERY
def test_a_log_that_is_killed_at_any_step_loses_nothing_and_doubles_nothing(
    fresh: Path, steps: int, tmp_path: Path, stride: int
) -> None:
    """kill -9 at every step of appending, writing tiles, publishing, opening, erasing and changing the key."""
    assert steps > 150
    for stop_at in range(1, steps + 1, stride):
        folder = tmp_path / "killed"
        shutil.copytree(fresh, folder)
        acknowledged = run_until_killed(folder, stop_at)
        check_nothing_lost_nothing_twice(folder, acknowledged)
        shutil.rmtree(folder)


class PowerCutError(BaseException):
    """The power is gone."""


class ForgetfulDisk(StepDisk):
    """Forgets, when the power is cut, all that was not flushed: bytes, renames, new files, removals."""

    def __init__(self, root: Path, step: Callable[[], None]) -> None:
        super().__init__(root, step)
        self._undo: list[tuple[Path, Callable[[], None]]] = []

    def _noted(self, what: Path, undo: Callable[[], None]) -> None:
        self._undo.append((what, undo))

    def _flush(self, place: Path) -> None:
        super()._flush(place)
        self._undo = [(what, undo) for what, undo in self._undo if what != place]

    def _create(self, place: Path, data: bytes, mode: int) -> None:
        def undo() -> None:
            if place.exists():
                place.write_bytes(b"")

        self._noted(place, undo)
        super()._create(place, data, mode)

    def _rename(self, near: Path, place: Path) -> None:
        old = place.read_bytes() if place.exists() else None
        super()._rename(near, place)

        def undo() -> None:
            if old is None:
                place.unlink(missing_ok=True)
            else:
                place.write_bytes(old)

        self._noted(place.parent, undo)

    def _unlink(self, place: Path) -> None:
        old = place.read_bytes()
        super()._unlink(place)

        def undo() -> None:
            place.write_bytes(old)

        self._noted(place.parent, undo)

    def append(self, path: str, data: bytes) -> None:
        place = self.root / path
        before = place.stat().st_size if place.exists() else None
        done = len(self._undo)

        def undo() -> None:
            if before is None:
                place.unlink(missing_ok=True)
            elif place.exists():
                os.truncate(place, before)

        self._noted(place, undo)
        super().append(path, data)
        del self._undo[done]

    def cut_power(self) -> None:
        for _, undo in reversed(self._undo):
            undo()


@EVERY
def test_a_log_whose_power_is_cut_at_any_step_loses_nothing_and_doubles_nothing(
    fresh: Path, steps: int, tmp_path: Path, stride: int
) -> None:
    def cut() -> None:
        raise PowerCutError

    for stop_at in range(1, steps + 1, stride):
        folder, acknowledged = tmp_path / "cut", {}
        shutil.copytree(fresh, folder)
        disk = ForgetfulDisk(folder, counted(stop_at, cut))
        with pytest.raises(PowerCutError), Log(disk) as log:
            life(log, acknowledged.__setitem__)
        disk.cut_power()
        check_nothing_lost_nothing_twice(folder, acknowledged)
        shutil.rmtree(folder)


def test_a_log_whose_recovery_is_killed_too_recovers_the_next_time(fresh: Path, steps: int, tmp_path: Path) -> None:
    for first in range(7, steps, 61):
        for second in (1, 2, 4, 7, 11, 16):
            folder = tmp_path / "twice"
            shutil.copytree(fresh, folder)
            acknowledged = run_until_killed(folder, first)
            child = os.fork()
            if child == 0:
                try:
                    with Log(StepDisk(folder, counted(second, lambda: os.kill(os.getpid(), signal.SIGKILL)))) as log:
                        log.checkpoint()
                finally:
                    os._exit(0)
            os.waitpid(child, 0)
            check_nothing_lost_nothing_twice(folder, acknowledged)
            shutil.rmtree(folder)


@EVERY
def test_a_disk_that_is_full_at_any_step_is_refused_and_nothing_is_lost(
    fresh: Path, steps: int, tmp_path: Path, stride: int
) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    for stop_at in range(1, steps + 1, stride):
        folder, acknowledged = tmp_path / "full", {}
        shutil.copytree(fresh, folder)
        with pytest.raises(ServiceUnavailableError) as caught, Log(StepDisk(folder, counted(stop_at, full))) as log:
            life(log, acknowledged.__setitem__)
        assert caught.value.code == "record.disk"
        assert "make room" in str(caught.value)
        check_nothing_lost_nothing_twice(folder, acknowledged)
        shutil.rmtree(folder)


def test_a_log_goes_on_in_the_same_process_when_there_is_room_again(fresh: Path) -> None:
    full = [False]

    def step() -> None:
        if full[0]:
            raise OSError(28, "No space left on device")

    with Log(StepDisk(fresh, step)) as log:
        log.append("note", {"n": 1})
        full[0] = True
        for _ in range(3):
            with pytest.raises(ServiceUnavailableError):
                log.append("note", {"n": 2})
            with pytest.raises(ServiceUnavailableError):
                log.checkpoint()
        full[0] = False
        assert log.append("note", {"n": 2}).index == 1
        log.checkpoint()
        verify(log.fetch)


def test_a_file_size_limit_of_the_machine_is_refused_and_nothing_is_lost(fresh: Path) -> None:
    program = (
        "import resource, signal, sys\n"
        "from holdfast.record import open_log\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "with open_log(sys.argv[1]) as log:\n"
        "    log.append('note', 'x' * 1000)\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (1500, resource.RLIM_INFINITY))\n"
        "    try:\n"
        "        log.append('note', 'y' * 1000)\n"
        "    except Exception as error:\n"
        "        print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, fresh], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("record.disk: the log could not be written; got File too large")
    with open_log(fresh) as log:
        assert log.next_index == 1
        log.checkpoint()
        verify(log.fetch)
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_a_second_writer_is_refused_while_the_first_one_writes(fresh: Path) -> None:
    with open_log(fresh) as log:
        with pytest.raises(UsageError, match="record.busy"):
            open_log(fresh)
        done = subprocess.run(
            [sys.executable, "-m", "holdfast", "record", "checkpoint", fresh],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2
        assert "record.busy" in done.stderr
        log.append("note", "mine")
    with open_log(fresh) as log:
        assert log.next_index == 1


def damaged(fresh: Path, change: Callable[[bytearray], None]) -> None:
    with open_log(fresh) as log:
        for number in range(3):
            log.append("note", {"n": number})
    (segment,) = (fresh / QUEUE).iterdir()
    data = bytearray(segment.read_bytes())
    change(data)
    segment.write_bytes(bytes(data))


def test_a_torn_last_batch_is_cut_off_and_the_rest_is_kept(fresh: Path) -> None:
    def tear(data: bytearray) -> None:
        del data[-5:]

    damaged(fresh, tear)
    with open_log(fresh) as log:
        assert log.next_index == 2


def test_a_queue_that_is_damaged_in_the_middle_is_refused(fresh: Path) -> None:
    def flip(data: bytearray) -> None:
        data[100] ^= 1

    damaged(fresh, flip)
    with pytest.raises(InputRefusedError, match="record.queue.damaged") as caught:
        open_log(fresh)
    assert "restore" in str(caught.value)


def test_tiles_that_were_changed_from_outside_stop_the_writer(fresh: Path) -> None:
    with open_log(fresh) as log:
        log.append("note", "one")
        log.checkpoint()
        tile = fresh / "public" / "tile" / "0" / "000.p" / "1"
        tile.write_bytes(b"x" * 32)
        log.append("note", "two")
        with pytest.raises(HoldfastError, match="record.tile.changed"):
            log.checkpoint()
