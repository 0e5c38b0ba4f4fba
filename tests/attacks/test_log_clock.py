"""Threat: the keeper sets the clock back to date an entry falsely."""

from datetime import UTC, datetime

import pytest

from holdfast.clock import fixed_clock
from holdfast.errors import CheckFailedError
from holdfast.record import memory_log
from holdfast.record.verify import verify


def test_a_log_whose_keeper_dated_an_entry_back_is_refused_by_the_verifier() -> None:
    with memory_log(clock=fixed_clock(datetime(2026, 11, 2, tzinfo=UTC))) as log:
        log.append("note", "first")
        log._last_at = ""  # the keeper takes the refusal out of the program
        log._clock = fixed_clock(datetime(2026, 11, 1, tzinfo=UTC))
        log.append("note", "said to be of the day before")
        log.checkpoint()
        with pytest.raises(CheckFailedError, match="record.clock.back") as caught:
            verify(log.fetch, key=log.verifier_key)
    assert "entry 1" in caught.value.place
