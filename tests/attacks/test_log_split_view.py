"""Threat: a log shows one history to some and another to others. Two quorums never both get one."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations

import pytest

from holdfast.crypto.notes import Algorithm, fresh_signer
from holdfast.errors import CheckFailedError
from holdfast.record import Draft, Log, memory_log
from holdfast.record.cosign import Request, Response
from holdfast.record.disk import MemoryDisk
from holdfast.record.merkle import consistency_proof
from holdfast.record.policy import Policy, WitnessLine, quorum_of
from holdfast.record.tiles import TileReader
from holdfast.record.witness import Witness


@pytest.fixture
def signers() -> list:
    return [fresh_signer(f"witness.example/w{number}", Algorithm.COSIGNATURE) for number in range(3)]


def twin(log: Log, policy: Policy) -> Log:
    """Another history under the same name and key."""
    other = memory_log(log.origin, policy=policy)
    other._signer = log._signer
    return other


@pytest.fixture
def logs(signers: list) -> Iterator[tuple[Log, Log, list[Witness]]]:
    policy = quorum_of([WitnessLine(name=f"w{n}", key=each.key) for n, each in enumerate(signers)], 2)
    with memory_log(policy=policy) as log, twin(log, policy) as other:
        yield log, other, [Witness(MemoryDisk(), each, (log.verifier_key,)) for each in signers]


def body(log: Log, old: int = 0) -> bytes:
    proof = tuple(consistency_proof(old, log.size, TileReader(log.fetch, log.size)))
    return Request(old_size=old, proof=proof, checkpoint=log.fetch("checkpoint")).encode()


@pytest.mark.requirement("4.2")
def test_two_histories_never_both_reach_a_quorum_of_two_of_three(logs: tuple[Log, Log, list[Witness]]) -> None:
    log, other, witnesses = logs
    log.append("note", "for some")
    other.append("note", "for others")
    log.checkpoint(witnesses[:2])
    for order in permutations(witnesses):
        with pytest.raises(CheckFailedError, match="record.policy.quorum"):
            other.checkpoint(order)
    assert other.size == 0


def test_a_witness_that_is_asked_for_both_at_once_by_many_cosigns_one() -> None:
    """The race of the C2SP text: requests for two histories at the same moment."""
    for _ in range(10):
        with memory_log() as log, twin(log, Policy()) as other:
            for number, each in enumerate((log, other)):
                each.append_many(Draft(kind="note", payload={"side": number, "n": n}) for n in range(3))
                each.checkpoint()
            witness = Witness(
                MemoryDisk(), fresh_signer("witness.example", Algorithm.COSIGNATURE), (log.verifier_key,)
            )
            bodies = [body(log), body(other)] * 6
            with ThreadPoolExecutor(12) as pool:
                answers: list[Response] = list(pool.map(witness.add_checkpoint, bodies))
            assert [answer.status for answer in answers].count(200) == 1


def test_a_replayed_request_does_not_turn_a_witness_back(logs: tuple[Log, Log, list[Witness]]) -> None:
    log, _, (witness, *_) = logs
    log._disk.write({"public/policy": b"quorum none\n"})
    log.append("note", "one")
    log.checkpoint()
    first = body(log)
    witness.add_checkpoint(first)
    log.append("note", "two")
    log.checkpoint()
    assert witness.add_checkpoint(body(log, 1)).status == 200
    assert witness.add_checkpoint(first).status == 409
    known = witness.last(log.origin)
    assert known is not None
    assert known[0].size == 2
