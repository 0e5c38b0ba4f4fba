"""`holdfast record …`: the log, its verifier and its witnesses."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from holdfast.errors import CheckFailedError, ExitCode, HoldfastError, InputRefusedError, UsageError
from holdfast.parts import Part

if TYPE_CHECKING:
    from holdfast.crypto.notes import VerifierKey
    from holdfast.record.log import Log
    from holdfast.record.policy import Policy
    from holdfast.record.proof import Proved
    from holdfast.record.verify import Report

PART = Part.BASE

_BATCH = 4096  # entries put in the queue together; chosen, bounds memory
_JSON = typer.Option(False, "--json", help="Print JSON alone.")
_DIR = typer.Argument(help="The log's folder.", show_default=False)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    record = typer.Typer(help="The public record: a log that nobody can quietly change.", no_args_is_help=True)
    for command in (init, append, checkpoint, open_, erase, rotate, policy, clock, serve, prove, verify, witness):
        record.command(command.__name__.rstrip("_"))(command)
    app.add_typer(record, name="record")


def _say(value: Any, text: str, *, as_json: bool) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False) if as_json else text)


def _read_key(text: str) -> "VerifierKey":
    """A verifier key, given as text or as the name of a file that holds it."""
    from holdfast.crypto.notes import parse_verifier_key

    place = Path(text)
    return parse_verifier_key(place.read_text("utf-8") if place.is_file() else text)


def init(
    folder: Path = _DIR,
    origin: str = typer.Option("", help="The log's name: an address without https:// that you own."),
    witness: list[str] = typer.Option([], help="A log witness: its verifier key, a space, its address. Repeat."),
    quorum: int = typer.Option(0, help="How many of the log witnesses must cosign a checkpoint."),
    policy: Path | None = typer.Option(None, help="A policy file (C2SP tlog-policy) in place of the two above."),
    as_json: bool = _JSON,
) -> None:
    """Make an empty log: DIR/public, which all may read, and DIR/private; print its verifier key."""
    import secrets

    from holdfast.record import create_log

    name = (
        origin
        or f"{''.join(sign if sign.isalnum() else '-' for sign in folder.resolve().name)}/{secrets.token_hex(4)}"
    )
    with create_log(folder, origin=name, policy=_policy(witness, quorum, policy)) as log:
        key = str(log.verifier_key)
    _say({"key": key, "origin": name, "public": str(folder / "public")}, key, as_json=as_json)


def policy(
    folder: Path = _DIR,
    witness: list[str] = typer.Option([], help="A log witness: its verifier key, a space, its address. Repeat."),
    quorum: int = typer.Option(0, help="How many of the log witnesses must cosign a checkpoint."),
    file: Path | None = typer.Option(None, "--policy", help="A policy file in place of the two above."),
    as_json: bool = _JSON,
) -> None:
    """Set which log witnesses must cosign from the next checkpoint on; the log holds every policy that it had."""
    from holdfast.workflows.log.witness import open_public_log

    chosen = _policy(witness, quorum, file)
    with open_public_log(folder) as log:
        receipt = log.set_policy(chosen)
    text = f"from the next checkpoint on the log needs {chosen.in_words()}; entry {receipt.index} says so"
    _say({"policy": chosen.text(), "by": receipt.index}, text, as_json=as_json)


def _policy(witnesses: list[str], quorum: int, file: Path | None) -> "Policy":
    from holdfast.record.policy import WitnessLine, parse_policy, quorum_of

    if file is not None:
        return parse_policy(_read(file))
    lines = []
    for number, text in enumerate(witnesses, 1):
        key, _, url = text.partition(" ")
        lines.append(WitnessLine(name=f"w{number}", key=_read_key(key), url=url.strip()))
    return quorum_of(lines, quorum)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as reason:
        raise _unreadable(file, reason) from None


def append(
    folder: Path = _DIR,
    file: str = typer.Argument(help='Lines of {"kind": …, "payload": …}; - reads them from standard input.'),
    until: str = typer.Option("", help="Seal every entry until this time."),
    condition: str = typer.Option("", help="Seal every entry until this condition holds."),
    as_json: bool = _JSON,
) -> None:
    """Take entries; each is durable when its index and leaf hash are printed. They show after `checkpoint`."""
    from dataclasses import asdict, replace

    from holdfast.clock import parse_at
    from holdfast.record.lines import read_drafts
    from holdfast.workflows.log.witness import open_public_log

    seal: dict[str, Any] = {"until": parse_at(until)} if until else {}
    seal |= {"condition": condition} if condition else {}
    if len(seal) > 1:
        raise UsageError("record.seal", "a seal opens at a date or on a condition", hint="give one of them")
    with open_public_log(folder) as log, _lines(file) as lines:
        drafts = (replace(draft, **seal) for draft in read_drafts(lines, name=file))
        while batch := list(islice(drafts, _BATCH)):
            for receipt in log.append_many(batch):
                if receipt.oddities:
                    sys.stderr.write(
                        f"entry {receipt.index} reads differently than it looks: {_odd(receipt.oddities)}\n"
                    )
                if as_json:
                    sys.stdout.write(json.dumps(asdict(receipt)) + "\n")
                else:
                    sys.stdout.write(f"{receipt.index} {receipt.leaf_hash}\n")
            sys.stdout.flush()


def _odd(oddities: tuple[str, ...]) -> str:
    from holdfast.record.lookalike import shown

    return shown("; ".join(oddities))


@contextmanager
def _lines(name: str) -> Iterator[Iterator[bytes]]:
    """The lines of a file or of standard input, as bytes."""
    if name == "-":
        yield iter(sys.stdin.buffer)
        return
    try:
        stream = Path(name).open("rb")  # noqa: SIM115, closed by the block below
    except OSError as reason:
        raise _unreadable(name, reason) from None
    with stream:
        yield iter(stream)


def _unreadable(name: object, reason: OSError) -> InputRefusedError:
    return InputRefusedError("record.file", "a file cannot be read", got=reason.strerror or "", place=str(name))


def _publish(log: "Log") -> None:
    """A checkpoint with the cosignatures of the log's witnesses; says who did not cosign."""
    from holdfast.workflows.log.witness import cosigners_of

    try:
        log.checkpoint(cosigners_of(log.policy()))
    finally:
        for answer in log.answers:
            if answer.problem:
                sys.stderr.write(f"log witness {answer.name} has not cosigned: {answer.problem}\n")


def checkpoint(folder: Path = _DIR, as_json: bool = _JSON) -> None:
    """Publish what was appended: write tiles, sign, ask the log witnesses; print the checkpoint."""
    from holdfast.workflows.log.witness import open_public_log

    with open_public_log(folder) as log:
        _publish(log)
        note = log.fetch("checkpoint").decode()
        _say({"size": log.size, "checkpoint": note}, note.rstrip("\n"), as_json=as_json)


def open_(
    folder: Path = _DIR,
    index: int = typer.Argument(help="The entry.", show_default=False),
    because: str = typer.Option("", help="Why now: goes into the log."),
    as_json: bool = _JSON,
) -> None:
    """Open a sealed entry: publish its text, provably the one that was committed, and log that it was opened."""
    from holdfast.workflows.log.witness import open_public_log

    with open_public_log(folder) as log:
        receipt = log.open(index, because=because)
        _publish(log)
        text = f"entry {index} is open; entry {receipt.index} says so"
        _say({"opened": index, "by": receipt.index}, text, as_json=as_json)


def erase(
    folder: Path = _DIR,
    index: int = typer.Argument(help="The entry.", show_default=False),
    reason: str = typer.Option(..., help="Why: goes into the log, public for good."),
    as_json: bool = _JSON,
) -> None:
    """Erase an entry's text and salt for good; the entry stays and its proof still checks."""
    from holdfast.workflows.log.witness import open_public_log

    with open_public_log(folder) as log:
        receipt = log.erase(index, reason)
        _publish(log)
        text = (
            f"the text of entry {index} is erased; entry {receipt.index} says so. Copies elsewhere are not reached."
        )
        _say({"erased": index, "by": receipt.index}, text, as_json=as_json)


def rotate(folder: Path = _DIR, as_json: bool = _JSON) -> None:
    """Change the log's key: the log says so, both keys sign once, the old one is destroyed; print the new key."""
    from holdfast.workflows.log.witness import open_public_log

    with open_public_log(folder) as log:
        receipt = log.rotate()
        key = str(log.verifier_key)
    _say({"key": key, "by": receipt.index}, key, as_json=as_json)


def clock(
    folder: Path = _DIR,
    reason: str = typer.Option(..., help="What was wrong with the clock: goes into the log, public for good."),
    as_json: bool = _JSON,
) -> None:
    """Say that the last entry was taken while the clock was ahead, and go on; until then entries carry its time."""
    from holdfast.workflows.log.witness import open_public_log

    with open_public_log(folder) as log:
        receipt = log.clock_was_ahead(reason)
        _publish(log)
        text = f"entry {receipt.index} says that the clock was ahead; until {receipt.at} entries carry that time"
        _say({"by": receipt.index, "until": receipt.at}, text, as_json=as_json)


def serve(
    folder: Path = _DIR,
    host: str = typer.Option("127.0.0.1", help="Where to listen."),
    port: int = typer.Option(8765, help="The port; 0 takes a free one."),
    write: bool = typer.Option(False, "--write", help="Also take entries, from who has DIR/private/token."),
) -> None:
    """Serve DIR/public to browsers and verifiers. Any file server can do it in this one's place."""
    from contextlib import ExitStack

    from holdfast.cli._signals import ended_by_signals
    from holdfast.workflows.log.server import serve_log
    from holdfast.workflows.log.witness import open_public_log

    with ExitStack() as held:
        held.enter_context(ended_by_signals())
        log = held.enter_context(open_public_log(folder)) if write else None
        server = held.enter_context(serve_log(folder, host=host, port=port, writer=log))
        typer.echo(f"http://{host}:{server.server_address[1]}/")
        sys.stdout.flush()
        server.serve_forever()


def prove(
    place: str = typer.Argument(metavar="DIR", help="The log's folder or address.", show_default=False),
    index: int = typer.Argument(help="The entry.", show_default=False),
    key: str = typer.Option("", help="The log's verifier key, or a file that holds it."),
    as_json: bool = _JSON,
) -> None:
    """Prove that an entry stands in the log: print it with its proof, which anybody can check without the log."""
    from holdfast.clock import system_clock
    from holdfast.record.handover import current_key
    from holdfast.record.proof import prove as make_proof
    from holdfast.record.seals import overdue_seals
    from holdfast.record.tiles import CHECKPOINT_PATH, VERIFIER_KEY_PATH
    from holdfast.workflows.log.client import public_files

    now = system_clock()
    with public_files(place) as fetch:
        note = fetch(CHECKPOINT_PATH)
        given = _read_key(key) if key else _read_key(fetch(VERIFIER_KEY_PATH).decode("utf-8", "replace"))
        signer, _ = current_key(fetch, note, given)
        proved = make_proof(fetch, index, signer, note, now)
        overdue = overdue_seals(fetch, proved.size, now)
    value = proved.as_json() | {"overdue_seals": [each for each, _ in overdue], "key": str(signer)}
    _say(value, _proof_text(proved, overdue, beside=not key), as_json=as_json)


def _proof_text(proved: "Proved", overdue: list[tuple[int, str]], *, beside: bool) -> str:
    from holdfast.record.lookalike import oddities, shown

    lines = [f"entry {proved.index}: {proved.entry.kind}, logged {proved.entry.at}", proved.in_words()]
    text = proved.line.text.decode("utf-8", "replace")
    if text:
        lines += [shown(text), *(f"reads differently than it looks: {shown(odd)}" for odd in oddities(text))]
    lines.append(f"proved: it stands in the log of {proved.size} entries that this key signed")
    if beside:
        lines.append("the key was taken from beside the log, which proves less; give one that you trust with --key")
    lines += [f"overdue: entry {index} was to be opened by {at} and is still sealed" for index, at in overdue]
    return "\n".join([*lines, "", proved.proof.text().rstrip("\n")])


def verify(
    place: str = typer.Argument(metavar="DIR|URL", help="The log's folder or address.", show_default=False),
    key: str = typer.Option("", help="The log's verifier key, or a file that holds it."),
    since: Path | None = typer.Option(None, "--from", metavar="CHECKPOINT", help="A checkpoint kept from before."),
    policy: Path | None = typer.Option(None, help="Your own policy: which log witnesses you trust."),
    keep: Path | None = typer.Option(None, "--keep", help="Write the checkpoint here, for --from next time."),
    as_json: bool = _JSON,
) -> int:
    """Verify a whole log from its public files, and say what was checked and what was not."""
    from holdfast.cli._progress import progress_bars
    from holdfast.record.policy import parse_policy
    from holdfast.record.verify import Report
    from holdfast.record.verify import verify as verify_log
    from holdfast.workflows.log.client import public_files

    report, wrong = Report(), None
    try:
        with public_files(place) as fetch, progress_bars(quiet=as_json) as progress:
            verify_log(
                fetch,
                key=_read_key(key) if key else None,
                since=_read(since) if since else None,
                policy=parse_policy(_read(policy)) if policy else None,
                progress=progress,
                report=report,
            )
    except HoldfastError as error:
        if not isinstance(error, CheckFailedError) and not as_json:
            raise
        wrong = error
    if wrong is None and keep is not None:
        keep.write_text(report.checkpoint, "utf-8")
    problem = None if wrong is None else str(wrong)
    _say(report.as_json() | {"ok": wrong is None, "wrong": problem}, _report_text(report, problem), as_json=as_json)
    if wrong is not None:
        sys.stderr.write(f"{wrong}\n")
        return int(wrong.exit_code)
    return int(ExitCode.DONE)


def _report_text(report: "Report", problem: str | None) -> str:
    from holdfast.record.lookalike import shown

    head = f"{report.origin or 'this log'}: {report.size} entries"
    lines = [f"{head}, verified" if problem is None else f"{head}: VERIFICATION FAILED"]
    lines += [f"checked      {text}" for text in report.checked]
    lines += [f"WRONG        {problem}"] if problem else []
    lines += [f"not checked  {text}" for text in report.not_checked]
    lines += [f"OVERDUE      entry {index} should have been opened and is still sealed" for index in report.overdue]
    if report.erased:
        lines.append(f"notice       erased texts (their entries still check): {_some(report.erased)}")
    lines += [f"notice       {text}" for text in report.notices]
    lines += [
        f"notice       entry {index} reads differently than it looks: {'; '.join(signs)}"
        for index, signs in islice(report.odd.items(), 20)
    ]
    return shown("\n".join(lines))


def _some(numbers: list[int]) -> str:
    more = f" and {len(numbers) - 20} more" if len(numbers) > 20 else ""
    return ", ".join(map(str, numbers[:20])) + more


def witness(
    url: str = typer.Argument(metavar="URL", help="The log's address, or its folder.", show_default=False),
    key: str = typer.Option(..., help="The log's verifier key, or a file that holds it."),
    state: Path = typer.Option(Path("log-witness"), help="Where the log witness keeps its key and what it saw."),
    name: str = typer.Option("", help="The log witness's name, at first use: an address without https://."),
    listen: str = typer.Option("", metavar="HOST:PORT", help="Serve add-checkpoint there in place of one look."),
    every: int = typer.Option(0, help="Look again every so many seconds."),
    as_json: bool = _JSON,
) -> None:
    """Be a log witness of a sister community: refuse forks and rewinds, cosign what goes on from the last time."""
    from time import sleep

    from holdfast.cli._signals import ended_by_signals
    from holdfast.workflows.log.client import public_files
    from holdfast.workflows.log.witness import open_witness, serve_witness

    log_key = _read_key(key)
    own = open_witness(state, (log_key,), name=name)
    if listen:
        host, _, port = listen.rpartition(":")
        if not port.isdecimal():
            raise UsageError("record.listen", "this is no place to listen", expected="HOST:PORT", got=listen)
        with ended_by_signals(), serve_witness(own, host=host or "127.0.0.1", port=int(port)) as server:
            address = f"http://{host or '127.0.0.1'}:{server.server_address[1]}"
            _say({"key": str(own.key), "url": address}, f"{own.key} {address}", as_json=as_json)
            sys.stdout.flush()
            server.serve_forever()
    while True:
        with public_files(url) as fetch:
            line = str(own.look(fetch, log_key)).rstrip("\n")
        seen = own.last(log_key.name)
        size = seen[0].size if seen else 0
        text = f"log witness {own.key}\ncosigned {size} entries of {log_key.name}\n{line}"
        _say({"key": str(own.key), "size": size, "cosignature": line}, text, as_json=as_json)
        if not every:
            return
        sys.stdout.flush()
        sleep(every)
