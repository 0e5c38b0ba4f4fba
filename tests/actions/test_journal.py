"""The journal outlasts crashes, lets one runner work, and refuses what it cannot trust."""

import multiprocessing
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.actions.sweeps.journal import Entry, FileJournal, Mark
from holdfast.errors import CheckFailedError, InputRefusedError, UsageError

AT = datetime(2026, 9, 13, 16, 13, tzinfo=UTC)


def written(path: Path, *marks: Mark) -> FileJournal:
    journal = FileJournal(path)
    with journal.hold("test"):
        after = None
        for mark in marks:
            journal.append([Entry(step="a/1", mark=mark, after=after)], at=AT)
            after = mark
    return journal


def test_rows_come_back_as_they_were_written(tmp_path: Path) -> None:
    journal = written(tmp_path / "j", Mark.INTENDED, Mark.SENT, Mark.DONE)
    assert [(row.number, row.step, row.mark, row.at) for row in journal.rows()] == [
        (1, "a/1", Mark.INTENDED, AT),
        (2, "a/1", Mark.SENT, AT),
        (3, "a/1", Mark.DONE, AT),
    ]
    assert (tmp_path / "j").stat().st_mode & 0o777 == 0o600


@given(cut=st.integers(min_value=1, max_value=60))
def test_a_torn_last_line_is_cut_off_and_the_next_row_stands_whole(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    path = tmp_path_factory.mktemp("torn") / "j"
    journal = written(path, Mark.INTENDED, Mark.SENT)
    data = path.read_bytes()
    last = len(data.splitlines(keepends=True)[-1])
    path.write_bytes(data[: -min(cut, last)])
    assert [row.mark for row in journal.rows()] == [Mark.INTENDED]
    with journal.hold("test"):
        journal.append([Entry(step="a/1", mark=Mark.DONE, after=Mark.INTENDED)], at=AT)
    assert [(row.number, row.mark) for row in journal.rows()] == [(1, Mark.INTENDED), (2, Mark.DONE)]


@pytest.mark.parametrize("damage", [b"x", b'{"n":7}\n', b"\n"])
def test_damage_before_the_last_line_is_refused_with_its_line(tmp_path: Path, damage: bytes) -> None:
    journal = written(tmp_path / "j", Mark.INTENDED, Mark.SENT)
    (tmp_path / "j").write_bytes(damage + (tmp_path / "j").read_bytes())
    with pytest.raises(InputRefusedError, match="journal.damaged") as caught:
        journal.rows()
    assert "line 1" in caught.value.place


def test_a_step_in_another_state_than_its_runner_thought_is_refused(tmp_path: Path) -> None:
    journal = written(tmp_path / "j", Mark.INTENDED)
    with journal.hold("test"):
        for after in (None, Mark.SENT):
            with pytest.raises(CheckFailedError, match="journal.moved"):
                journal.append(
                    [Entry(step="b/1", mark=Mark.DONE), Entry(step="a/1", mark=Mark.DONE, after=after)], at=AT
                )
    assert len(journal.rows()) == 1, "all rows or none"


def test_a_second_runner_is_refused_while_the_first_one_lives(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "j")
    with (
        journal.hold("first"),
        pytest.raises(UsageError, match="journal.busy"),
        FileJournal(tmp_path / "j").hold("2"),
    ):
        pass
    with FileJournal(tmp_path / "j").hold("second"):
        pass


def _hold_and_die(path: Path) -> None:
    with FileJournal(path).hold("dies"):
        os.kill(os.getpid(), 9)


def test_a_runner_that_was_killed_is_taken_over(tmp_path: Path) -> None:
    child = multiprocessing.get_context("fork").Process(target=_hold_and_die, args=(tmp_path / "j",))
    child.start()
    child.join()
    assert child.exitcode == -9
    with FileJournal(tmp_path / "j").hold("next"):
        pass


def test_nothing_is_written_without_the_hold(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "j")
    with pytest.raises(CheckFailedError, match="journal.lost"):
        journal.append([Entry(step="a", mark=Mark.INTENDED)], at=AT)
    with pytest.raises(CheckFailedError, match="journal.lost"):
        journal.keep()
