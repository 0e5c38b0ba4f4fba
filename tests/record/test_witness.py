"""Log witnesses: three of them cosign, each refuses forks and rewinds, and the log's policy counts them."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from holdfast.crypto.notes import Algorithm, Note, fresh_signer, parse_note, signatures_of
from holdfast.errors import CheckFailedError, HoldfastError, UsageError
from holdfast.record import Draft, Log, memory_log
from holdfast.record.checkpoint import TreeHead, parse_head
from holdfast.record.cosign import Request, parse_request
from holdfast.record.disk import MemoryDisk
from holdfast.record.merkle import consistency_proof
from holdfast.record.policy import Policy, WitnessLine, parse_policy, quorum_of
from holdfast.record.tiles import TileReader
from holdfast.record.verify import Report, verify
from holdfast.record.witness import Witness
from holdfast.workflows.log.witness import HttpCosigner, open_witness, serve_witness


def grown(log: Log, count: int) -> None:
    log.append_many(Draft(kind="note", payload={"n": number}) for number in range(count))
    log.checkpoint()


def request(log: Log, old: int) -> bytes:
    proof = consistency_proof(old, log.size, TileReader(log.fetch, log.size))
    return Request(old_size=old, proof=tuple(proof), checkpoint=log.fetch("checkpoint")).encode()


def new_witness(log: Log, clock: Any, name: str = "witness.example/w1") -> Witness:
    return Witness(MemoryDisk(), fresh_signer(name, Algorithm.COSIGNATURE), (log.verifier_key,), clock=clock)


@pytest.fixture
def log(clock: Any) -> Iterator[Log]:
    with memory_log(clock=clock) as made:
        yield made


@pytest.fixture
def witness(log: Log, clock: Any) -> Witness:
    return new_witness(log, clock)


def test_a_first_checkpoint_is_cosigned_from_nothing(log: Log, witness: Witness, clock: Any) -> None:
    grown(log, 5)
    response = witness.add_checkpoint(request(log, 0))
    assert response.status == 200
    note = parse_note(log.fetch("checkpoint") + response.body)
    (signed,) = signatures_of(note, (witness.key,))
    assert signed.at_seconds == int(clock().timestamp())


def test_a_log_that_goes_on_is_cosigned_again(log: Log, witness: Witness) -> None:
    sizes = [0]
    for count in (1, 3, 252, 1, 300):
        grown(log, count)
        assert witness.add_checkpoint(request(log, sizes[-1])).status == 200
        sizes.append(log.size)


def test_an_unknown_log_is_answered_with_404(log: Log, witness: Witness, clock: Any) -> None:
    with memory_log("example.org/other", clock=clock) as other:
        assert witness.add_checkpoint(request(other, 0)).status == 404


def test_a_checkpoint_by_another_key_of_the_same_name_is_answered_with_403(
    log: Log, witness: Witness, clock: Any
) -> None:
    with memory_log(log.origin, clock=clock) as impostor:
        assert witness.add_checkpoint(request(impostor, 0)).status == 403


def test_another_old_size_is_answered_with_409_and_the_size_that_is_known(log: Log, witness: Witness) -> None:
    grown(log, 5)
    witness.add_checkpoint(request(log, 0))
    grown(log, 5)
    response = witness.add_checkpoint(request(log, 3))
    assert (response.status, response.content_type, response.body) == (409, "text/x.tlog.size", b"5\n")


def test_an_old_size_beyond_the_checkpoint_is_answered_with_400(log: Log, witness: Witness) -> None:
    grown(log, 5)
    body = Request(old_size=6, proof=(), checkpoint=log.fetch("checkpoint")).encode()
    assert witness.add_checkpoint(body).status == 400


def test_a_wrong_proof_is_answered_with_422_and_kept_as_evidence(log: Log, clock: Any) -> None:
    disk = MemoryDisk()
    witness = Witness(disk, fresh_signer("w", Algorithm.COSIGNATURE), (log.verifier_key,), clock=clock)
    grown(log, 5)
    witness.add_checkpoint(request(log, 0))
    grown(log, 5)
    good = parse_request(request(log, 5))
    bad = Request(old_size=5, proof=good.proof[::-1], checkpoint=good.checkpoint)
    assert witness.add_checkpoint(bad.encode()).status == 422
    assert len(disk.names("refused")) == 1
    assert witness.add_checkpoint(good.encode()).status == 200


def test_a_fork_of_the_same_size_is_answered_with_409_and_never_cosigned(log: Log, witness: Witness) -> None:
    grown(log, 5)
    witness.add_checkpoint(request(log, 0))
    other = TreeHead(origin=log.origin, size=5, root=b"x" * 32).text()
    fork = bytes(Note(text=other, lines=(log._signer.sign(other),)))
    response = witness.add_checkpoint(Request(old_size=5, proof=(), checkpoint=fork).encode())
    assert response.status == 409
    assert "fork" in response.body.decode()


def test_a_witness_never_cosigns_a_fork_whatever_its_size(log: Log, clock: Any) -> None:
    """The log's own key signs two histories that part after entry 7; no order of requests gets both cosigned."""
    with memory_log(clock=clock) as other:
        other._signer = log._signer
        grown(log, 7)
        for index in range(7):
            other._queue.append([Entries.of(log, index)])
        other.checkpoint()
        assert other.fetch("tile/0/000.p/7") == log.fetch("tile/0/000.p/7")
        witness = new_witness(log, clock)
        assert witness.add_checkpoint(request(log, 0)).status == 200
        for count in (1, 1, 5, 250):
            grown(other, count)
            grown(log, count)
            if log.size == 8:
                assert witness.add_checkpoint(request(log, 7)).status == 200
            known = witness.last(log.origin)
            assert known is not None
            for old in {0, 7, known[0].size, other.size}:
                assert witness.add_checkpoint(request(other, old)).status in (409, 422)
            assert witness.add_checkpoint(request(log, known[0].size)).status == 200


class Entries:
    """What stands in a log, as its queue once held it."""

    @staticmethod
    def of(log: Log, index: int) -> Any:
        from holdfast.record.entry import parse_entry
        from holdfast.record.queue import Queued

        proved = log.prove(index)
        entry = proved.entry.encode()
        return Queued(state=parse_entry(entry).text, salt=proved.line.salt, entry=entry, text=proved.line.text)


def test_a_rewound_log_is_refused_when_the_witness_looks_itself(log: Log, witness: Witness, clock: Any) -> None:
    grown(log, 3)
    small = dict(log._disk._files)
    grown(log, 3)
    witness.look(log.fetch, log.verifier_key)
    with pytest.raises(CheckFailedError, match="record.witness.rewound"):
        witness.look(lambda path: small[f"public/{path}"], log.verifier_key)


def test_a_witness_that_looks_gives_its_cosignature(log: Log, witness: Witness) -> None:
    for _ in range(3):
        grown(log, 200)
        line = witness.look(log.fetch, log.verifier_key)
        note = parse_note(log.fetch("checkpoint"))
        assert signatures_of(Note(text=note.text, lines=(line,)), (witness.key,))


def test_a_witness_keeps_what_it_saw_over_a_restart(log: Log, tmp_path: Path, clock: Any) -> None:
    grown(log, 4)
    first = open_witness(tmp_path / "w", (log.verifier_key,), name="witness.example", clock=clock)
    first.look(log.fetch, log.verifier_key)
    again = open_witness(tmp_path / "w", (log.verifier_key,), clock=clock)
    assert again.key == first.key
    assert again.last(log.origin) == (parse_head(parse_note(log.fetch("checkpoint")).text), int(clock().timestamp()))


def test_a_witness_whose_clock_was_set_back_waits(log: Log, witness: Witness, clock: Any) -> None:
    grown(log, 4)
    witness.add_checkpoint(request(log, 0))
    grown(log, 4)
    clock.forward(days=-1)
    assert witness.add_checkpoint(request(log, 4)).status == 503
    clock.forward(days=2)
    assert witness.add_checkpoint(request(log, 4)).status == 200


def test_a_witness_does_not_sign_with_a_log_key(log: Log) -> None:
    with pytest.raises(UsageError, match="record.witness.key"):
        Witness(MemoryDisk(), fresh_signer("w"), (log.verifier_key,))


@pytest.fixture
def three(clock: Any, tmp_path: Path) -> Iterator[tuple[Log, list[Witness], list[HttpCosigner]]]:
    """A log whose policy asks for two of three log witnesses, each with its own server."""
    with ExitStack() as held:
        signers = [fresh_signer(f"witness.example/w{n}", Algorithm.COSIGNATURE) for n in range(3)]
        lines = [WitnessLine(name=f"w{n}", key=signer.key) for n, signer in enumerate(signers)]
        log = held.enter_context(memory_log(policy=quorum_of(lines, 2), clock=clock))
        witnesses = [Witness(MemoryDisk(), each, (log.verifier_key,), clock=clock) for each in signers]
        cosigners = []
        for each in witnesses:
            server = held.enter_context(serve_witness(each))
            thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            held.callback(thread.join)
            held.callback(server.shutdown)
            cosigners.append(HttpCosigner(f"http://127.0.0.1:{server.server_address[1]}", each.key))
        yield log, witnesses, cosigners


Three = tuple[Log, list[Witness], list[HttpCosigner]]


@pytest.mark.requirement("4.2")
def test_three_witnesses_cosign_and_the_verifier_counts_them(three: Three, clock: Any) -> None:
    log, _, cosigners = three
    for _ in range(3):
        log.append("note", "x")
        log.checkpoint(cosigners)
    report = verify(log.fetch, key=log.verifier_key, clock=clock)
    assert any("w0, witness.example/w1, witness.example/w2 cosigned" in line for line in report.checked)


def test_two_of_three_are_enough_and_the_silent_one_is_named(three: Three, clock: Any) -> None:
    log, _, cosigners = three
    log.append("note", "x")
    log.checkpoint([*cosigners[:2], HttpCosigner("http://127.0.0.1:9", cosigners[2].key)])
    assert [bool(answer.line) for answer in log.answers] == [True, True, False]
    assert "record.fetch.unavailable" in log.answers[2].problem
    verify(log.fetch, key=log.verifier_key, clock=clock)
    # the third one catches up by itself: it is told the size that it knows
    log.append("note", "y")
    log.checkpoint(cosigners)
    assert all(answer.line for answer in log.answers)


def test_with_one_of_three_nothing_is_published_and_nothing_is_lost(three: Three, clock: Any) -> None:
    log, _, cosigners = three
    log.append("note", "x")
    before = log.fetch("checkpoint")
    with pytest.raises(CheckFailedError, match="record.policy.quorum") as caught:
        log.checkpoint(cosigners[:1])
    assert "got 1: w0" in str(caught.value)
    assert (log.fetch("checkpoint"), log.size, log.next_index) == (before, 0, 1)
    log.append("note", "y")
    log.checkpoint(cosigners)
    assert log.size == 2
    verify(log.fetch, key=log.verifier_key, clock=clock)


def test_a_verifier_refuses_a_checkpoint_with_too_few_cosignatures(three: Three, clock: Any) -> None:
    log, _, cosigners = three
    log.append("note", "x")
    log.checkpoint(cosigners)
    note = parse_note(log.fetch("checkpoint"))
    fewer = bytes(Note(text=note.text, lines=note.lines[:2]))
    files = {path.removeprefix("public/"): data for path, data in log._disk._files.items()} | {"checkpoint": fewer}
    with pytest.raises(CheckFailedError, match="record.policy.quorum"):
        verify(files.__getitem__, key=log.verifier_key, clock=clock)


def test_cosignatures_of_unknown_witnesses_do_not_count_and_are_named(log: Log, clock: Any) -> None:
    grown(log, 2)
    note = parse_note(log.fetch("checkpoint"))
    strangers = [fresh_signer(f"stranger{n}", Algorithm.COSIGNATURE) for n in range(3)]
    lines = tuple(each.sign(note.text, at_seconds=1_700_000_000) for each in strangers)
    known = fresh_signer("known", Algorithm.COSIGNATURE)
    files = {path.removeprefix("public/"): data for path, data in log._disk._files.items()}
    files["checkpoint"] = bytes(Note(text=note.text, lines=note.lines + lines))
    report = Report()
    verify(files.__getitem__, key=log.verifier_key, clock=clock, report=report)
    assert any(
        "unknown log witnesses, not counted: stranger0, stranger1, stranger2" in each for each in report.notices
    )
    own = quorum_of([WitnessLine(name="known", key=known.key)], 1)
    with pytest.raises(CheckFailedError, match="record.policy.quorum"):
        verify(files.__getitem__, key=log.verifier_key, policy=own, clock=clock)


def test_a_cosignature_dated_after_the_verifiers_clock_does_not_count(three: Three, clock: Any) -> None:
    log, _, cosigners = three
    log.append("note", "x")
    log.checkpoint(cosigners)
    early = clock() - timedelta(days=1)
    with pytest.raises(CheckFailedError, match="record.policy.quorum"):
        verify(log.fetch, key=log.verifier_key, clock=lambda: early)


def test_a_policy_with_groups_reads_and_counts_as_the_c2sp_text_says() -> None:
    keys = [fresh_signer(f"w{n}", Algorithm.COSIGNATURE).key for n in range(6)]
    lines = [f"witness {'XY'[n // 3]}{n % 3 + 1} {key}" for n, key in enumerate(keys)]
    lines += ["group X-witnesses 2 X1 X2 X3", "group Y-witnesses any Y1 Y2 Y3"]
    lines += ["# both", "group X-and-Y all X-witnesses Y-witnesses", "quorum X-and-Y", ""]
    policy = parse_policy("\n".join(lines).encode())
    policy.check({keys[0], keys[2], keys[4]})
    for few in ({keys[0], keys[4]}, {keys[0], keys[1], keys[2]}, set()):
        with pytest.raises(CheckFailedError, match="record.policy.quorum"):
            policy.check(few)
    assert parse_policy(policy.text().encode()) == policy


@pytest.mark.parametrize(
    "text",
    [
        "",
        "quorum x\n",
        "quorum none\nquorum none\n",
        "group g 1 a\nquorum none\n",
        "witness w x\nquorum none\n",
        "\x00",
    ],
)
def test_a_policy_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(HoldfastError, match="record.policy.unreadable"):
        parse_policy(text.encode())


def test_the_default_policy_asks_for_nothing() -> None:
    Policy().check(set())
    assert parse_policy(Policy().text().encode()) == Policy()
