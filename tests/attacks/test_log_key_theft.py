"""Threat: the log's key is stolen. What was cosigned or kept stays; after a rotation the key is worth nothing."""

import pytest

from holdfast.errors import CheckFailedError
from holdfast.record import Log, memory_log
from holdfast.record.verify import verify


def stolen() -> tuple[Log, Log]:
    """A log of three entries, and another history that the thief signs with its key."""
    log = memory_log()
    for number in range(3):
        log.append("note", {"n": number})
    log.checkpoint()
    thief = memory_log(log.origin)
    thief._signer = log._signer
    for number in range(5):
        thief.append("note", {"forged": number})
    thief.checkpoint()
    return log, thief


def test_the_thiefs_history_is_refused_by_who_kept_a_checkpoint() -> None:
    log, thief = stolen()
    verify(thief.fetch, key=log.verifier_key)  # the signature alone cannot tell
    with pytest.raises(CheckFailedError, match="record.verify.fork"):
        verify(thief.fetch, key=log.verifier_key, since=log.fetch("checkpoint"))


def test_after_a_rotation_the_thief_cannot_go_on_from_the_true_log() -> None:
    log, _ = stolen()
    old_key, old_signer = log.verifier_key, log._signer
    log.rotate()
    log._signer = old_signer
    log.append("note", "by the thief")
    log.checkpoint()
    for key in (old_key, None):
        with pytest.raises(CheckFailedError):
            verify(log.fetch, key=key)


def test_an_impostor_cannot_hand_a_log_over_to_a_key_of_its_own() -> None:
    log, _ = stolen()
    impostor = memory_log(log.origin)
    impostor.append("note", "x")
    impostor.rotate()
    impostor.append("note", "y")
    impostor.checkpoint()
    with pytest.raises(CheckFailedError, match="record.checkpoint.key"):
        verify(impostor.fetch, key=log.verifier_key)
