"""The log, in the hands of its one writer.

`append` and `seal` acknowledge an entry when it is durable in the queue; `checkpoint` makes what waits public and
signs it. The folder of a log is `public`, which is all that a file server serves, and `private` with keys and queue.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any

from holdfast.clock import Clock, parse_at, system_clock
from holdfast.crypto.notes import Note, Signer, VerifierKey, fresh_signer, parse_signer
from holdfast.errors import CheckFailedError, InputRefusedError, UsageError
from holdfast.record.checkpoint import Checkpoint, TreeHead, open_checkpoint
from holdfast.record.cosign import Answer, Cosigner, ask_for_cosignatures
from holdfast.record.disk import Disk
from holdfast.record.draft import AT_FORMAT, Draft, Prepared, Receipt, prepare
from holdfast.record.entry import SALT_BYTES, Act, Entry, parse_entry
from holdfast.record.handover import rotation_path
from holdfast.record.integrate import PUBLIC, Integration, drop_partials, kept_path
from holdfast.record.merkle import leaf_hash
from holdfast.record.page import page_files
from holdfast.record.policy import POLICY_PATH, Policy, parse_policy
from holdfast.record.proof import Proved, fetch_shelf, prove
from holdfast.record.queue import Queue
from holdfast.record.seals import SEALS_PATH, encode_seals, parse_seals
from holdfast.record.texts import Shown, TextLine, encode_texts, parse_texts, text_path
from holdfast.record.tiles import CHECKPOINT_PATH, VERIFIER_KEY_PATH, WIDTH, fetch_bundle

KEY_FILE = "private/log.key"
NEXT_KEY_FILE = "private/next.key"
LOCK_FILE = "private/lock"
CLOCK_SLACK_SECONDS = 60  # seconds that clocks of two machines may differ; chosen

CLOCK_FILE = "private/clock-ahead"
"""Holds the time of the last entry that was taken while the clock was ahead, once the log has said so."""

Randomness = Callable[[int], bytes]
Witnesses = Callable[[Policy], Sequence[Cosigner]]
"""How a log reaches the witnesses of a policy; each one that writes into a log that is published has to bring it."""


def no_witnesses(policy: Policy) -> Sequence[Cosigner]:
    """Asks nobody: a log whose policy wants cosignatures then publishes nothing."""
    return ()


class Log:
    """One log, open for writing; use as a context, or close it."""

    def __init__(
        self,
        disk: Disk,
        *,
        clock: Clock = system_clock,
        randomness: Randomness = os.urandom,
        witnesses: Witnesses = no_witnesses,
    ) -> None:
        """Open a log; every checkpoint asks the `witnesses` of its policy.

        Raises UsageError `record.busy`, InputRefusedError `record.no_log`, and for a damaged folder CheckFailedError
        or InputRefusedError.
        """
        self._disk, self._clock, self._randomness, self._witnesses = disk, clock, randomness, witnesses
        self._held = ExitStack()
        self._handover = ""
        """The verifier key that a waiting entry says the log changes to."""
        self.answers: list[Answer] = []
        """What the log witnesses said to the last checkpoint."""
        if not disk.exists(KEY_FILE):
            raise InputRefusedError(
                "record.no_log",
                "there is no log here",
                expected=f"the file {KEY_FILE}",
                hint="make one with `holdfast record init DIR`",
            )
        self._held.enter_context(disk.only_writer(LOCK_FILE))
        try:
            self._signer = parse_signer(disk.read(KEY_FILE).decode("ascii", "replace"))
            was_rotating = disk.exists(NEXT_KEY_FILE)
            self._finish_rotation()
            self._published = open_checkpoint(self.fetch(CHECKPOINT_PATH), self._signer.key)
            self._queue = Queue(disk, self.size)
            self._last_at = self._read_last_at()
            if was_rotating or not self._queue.is_empty:
                disk.sweep(PUBLIC)
            disk.sweep("private")
            self._recover()
        except BaseException:
            self._held.close()
            raise

    def __enter__(self) -> "Log":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let another writer in."""
        self._held.close()

    # what can be asked

    @property
    def origin(self) -> str:
        """The log's name."""
        return self._signer.name

    @property
    def verifier_key(self) -> VerifierKey:
        """What others check this log with."""
        return self._signer.key

    @property
    def size(self) -> int:
        """How many entries the published checkpoint holds."""
        return self._published.head.size

    @property
    def next_index(self) -> int:
        """How many entries were acknowledged."""
        return self._queue.next_index

    def fetch(self, path: str) -> bytes:
        """A public file, as anybody would get it."""
        return self._disk.read(f"{PUBLIC}/{path}")

    def prove(self, index: int) -> Proved:
        """Entry `index` with its proof, checked. Raises CheckFailedError `record.index.outside` if not published."""
        return prove(self.fetch, index, self.verifier_key, bytes(self._published), self._clock())

    # what can be done

    def committed_text(self, index: int) -> bytes:
        """The text behind a published entry, also where only its commitment is public: for the log's keeper.

        Empty when it was erased. Raises CheckFailedError `record.index.outside` if not published.
        """
        kept = kept_path(index)
        if self._disk.exists(kept):
            return self._disk.read(kept).partition(b" ")[2]
        return self.prove(index).line.text

    def append(self, kind: str, payload: Any, *, public: bool = True, salt: bytes | None = None) -> Receipt:
        """Take one entry; durable when this returns. See `append_many` for what it raises."""
        return self.append_many([Draft(kind=kind, payload=payload, public=public, salt=salt)])[0]

    def seal(
        self,
        kind: str,
        payload: Any,
        *,
        until: datetime | None = None,
        condition: str | None = None,
        salt: bytes | None = None,
    ) -> Receipt:
        """Commit to a text now that is opened at a date (aware) or on a condition: exactly one of them."""
        if (until is None) == (condition is None):
            raise UsageError("record.seal", "a seal opens at a date or on a condition", hint="give one of them")
        draft = Draft(kind=kind, payload=payload, until=until, condition=condition, salt=salt)
        return self.append_many([draft])[0]

    def append_many(self, drafts: Iterable[Draft]) -> list[Receipt]:
        """Take a batch of entries, all or none; one flush for all of them.

        Raises InputRefusedError `record.entry.…` or `canonical.not_json` for an entry that the log does not take,
        `record.clock.back` when the clock was set back, ServiceUnavailableError `record.disk` when it cannot write.
        """
        at = self._next_at()
        made = [self._make(draft, at) for draft in drafts]
        if not made:
            return []
        first = self._queue.append([record for record, _, _ in made])
        self._last_at = at
        return [
            Receipt(index=index, leaf_hash=leaf_hash(record.entry).hex(), at=at, kind=kind, oddities=odd)
            for index, (record, kind, odd) in enumerate(made, first)
        ]

    def open(self, index: int, *, because: str = "") -> Receipt:
        """Publish the text behind a seal, or a private text, and log that it was done.

        Raises InputRefusedError `record.open.early` before the seal's date, `record.open.not_sealed` when there is
        nothing to open.
        """
        entry, line = self._shelved(index)
        if line.shown not in (Shown.SEALED, Shown.PRIVATE):
            raise InputRefusedError(
                "record.open.not_sealed", "there is nothing to open", got=f"entry {index} is {line.shown.value}"
            )
        if entry.opens_at is not None and self._clock() < parse_at(entry.opens_at):
            raise InputRefusedError(
                "record.open.early",
                "this seal is not due yet",
                expected=f"{entry.opens_at} or later",
                got=self._clock().strftime(AT_FORMAT),
                hint="the date was promised when the text was committed; wait for it",
            )
        return self._act(Act.OPEN, index, because or f"entry {index} was opened")

    def erase(self, index: int, reason: str) -> Receipt:
        """Delete the text and salt of an entry for good, and log that it was done and why (`reason` is public).

        The entry itself stays, and its proof still checks. Raises InputRefusedError `record.erase.gone` when the
        text was erased before.
        """
        if not reason.strip():
            raise UsageError("record.erase.reason", "an erasure needs a reason", hint="say why; the reason is public")
        _, line = self._shelved(index)
        if line.shown is Shown.ERASED:
            raise InputRefusedError(
                "record.erase.gone", "this text was erased before", got=f"by entry {line.erased_by}"
            )
        return self._act(Act.ERASE, index, reason)

    def set_policy(self, policy: Policy) -> Receipt:
        """Ask for other cosignatures from the next checkpoint on; the log holds the policy as an entry."""
        text = policy.text()
        digest = hashlib.sha256(text.encode()).hexdigest()
        receipt = self.append("rules", {"name": "policy of this log", "sha256": digest, "text": text})
        self._disk.write({f"{PUBLIC}/{POLICY_PATH}": text.encode()})
        return receipt

    def clock_was_ahead(self, reason: str) -> Receipt:
        """Say that the last entry was taken while the clock was ahead, and go on.

        Entries carry its time until that moment has come, so that no entry is dated before the one in front of it;
        the first of them says so, with the right time and the reason (both public). Raises UsageError
        `record.clock.right` when the clock does not stand before the last entry.
        """
        if not reason.strip():
            raise UsageError("record.clock.reason", "say why the clock was ahead", hint="the reason is public")
        now = self._clock().strftime(AT_FORMAT)
        if not self._is_before_the_last(now):
            raise UsageError(
                "record.clock.right",
                "the clock does not stand before the last entry of the log",
                expected=f"a time before {self._last_at or 'any entry'}",
                got=now,
                hint="nothing needs to be said; append as usual",
            )
        text = (
            f"The clock of this log was ahead when the entry before this one was taken, at {self._last_at}."
            f" It is {now} now. Until that moment comes, entries carry its time. {reason.strip()}"
        )
        at = self._last_at
        record, kind, odd = self._make(Draft(kind="note", payload={"text": text}), at)
        index = self._queue.append([record])
        self._disk.write({CLOCK_FILE: at.encode()}, private=True)
        return Receipt(index=index, leaf_hash=leaf_hash(record.entry).hex(), at=at, kind=kind, oddities=odd)

    def rotate(self, cosigners: Sequence[Cosigner] | None = None) -> Receipt:
        """Change to a new key: the log says so in an entry, and both keys sign the checkpoint that holds it."""
        if self._handover:
            raise UsageError(
                "record.rotate.under_way",
                "the log is changing its key already",
                hint="the next `holdfast record checkpoint` ends it",
            )
        successor = fresh_signer(self.origin)
        self._disk.write({NEXT_KEY_FILE: successor.secret_text().encode()}, private=True)
        receipt = self._log_act(Act.ROTATE, str(successor.key), "the log's key changes")
        self._handover = str(successor.key)
        self.checkpoint(cosigners)
        return receipt

    def checkpoint(self, cosigners: Sequence[Cosigner] | None = None) -> Checkpoint:
        """Publish what waits, and sign it; gives the checkpoint that is public now.

        The witnesses of the policy are asked when something waits; those given by hand also when nothing does.
        Raises CheckFailedError `record.policy.quorum` when too few log witnesses cosign (nothing is published then,
        and nothing is lost), `record.tile.changed` when the folder was changed from outside.
        """
        self._refresh_page()
        since, before = self.size, self._published
        tree = Integration(self._disk, since)
        if tree.root() != before.head.root:
            raise CheckFailedError(
                "record.tile.changed",
                "the tiles in the folder are not those of the last checkpoint",
                place=f"{PUBLIC}/tile",
                hint="the folder was changed from outside: stop, keep a copy, and restore it from its backup",
            )
        tree.add(self._queue.waiting(since))
        head = TreeHead(origin=self.origin, size=tree.size, root=tree.finish())
        successor = self._successor()
        if head != before.head or cosigners:
            self._publish(head, before, successor, self._witnesses(self.policy()) if cosigners is None else cosigners)
        drop_partials(self._disk, since, self.size)
        self._queue.clear()
        if successor is not None:
            self._finish_rotation()
        return self._published

    # how it is done

    def _publish(
        self, head: TreeHead, before: Checkpoint, successor: Signer | None, cosigners: Sequence[Cosigner]
    ) -> None:
        text = head.text()
        lines = [signer.sign(text) for signer in (self._signer, successor) if signer is not None]
        if head == before.head:
            lines = [*before.note.lines]
        note, policy = Note(text=text, lines=tuple(lines)), self.policy()
        self.answers = ask_for_cosignatures(note, head, before.head.size, cosigners, self.fetch)
        cosigned = [answer.line for answer in self.answers if answer.line is not None]
        note = Note(text=text, lines=tuple(dict.fromkeys((*lines, *cosigned))))
        checkpoint = open_checkpoint(bytes(note), self._signer.key, witnesses=policy.keys)
        policy.check({signed.key for signed in checkpoint.signed})
        files = {f"{PUBLIC}/{CHECKPOINT_PATH}": bytes(note)}
        if successor is not None:
            self._disk.write({f"{PUBLIC}/{rotation_path(self.verifier_key)}": bytes(note)})
        self._disk.write(files)
        self._published = checkpoint

    def _refresh_page(self) -> None:
        """Bring the browser page beside the log up to this version's."""
        now = {f"{PUBLIC}/{name}": data for name, data in page_files().items()}
        old = {
            path: data for path, data in now.items() if not self._disk.exists(path) or self._disk.read(path) != data
        }
        if old:
            self._disk.write(old)

    def policy(self) -> Policy:
        """The policy that lies beside the log."""
        return parse_policy(self.fetch(POLICY_PATH))

    def _make(self, draft: Draft, at: str, act: Act | None = None, target: int | str | None = None) -> Prepared:
        salt = self._randomness(SALT_BYTES) if draft.salt is None else draft.salt
        if len(salt) != SALT_BYTES:
            raise UsageError(
                "record.salt", "this is no salt", expected=f"{SALT_BYTES} bytes", got=f"{len(salt)} bytes"
            )
        return prepare(draft, at, salt, act, target)

    def _next_at(self) -> str:
        """The time for new entries: now, and never before the last entry."""
        now = self._clock().strftime(AT_FORMAT)
        if now >= self._last_at:
            return now
        if self._is_before_the_last(now) and not self._said_ahead():
            raise InputRefusedError(
                "record.clock.back",
                "the machine's clock stands before the last entry of the log",
                expected=f"{self._last_at} or later",
                got=now,
                hint="set the clock right; or, when an entry was taken with the clock ahead, say so with"
                " `holdfast record clock DIR --reason TEXT`; nothing was taken",
            )
        return self._last_at

    def _is_before_the_last(self, now: str) -> bool:
        if now >= self._last_at:
            return False
        return parse_at(self._last_at) - parse_at(now) > timedelta(seconds=CLOCK_SLACK_SECONDS)

    def _said_ahead(self) -> bool:
        """Whether the log has said of the last entry's very time that the clock was ahead."""
        return self._disk.exists(CLOCK_FILE) and self._disk.read(CLOCK_FILE).decode("ascii") == self._last_at

    def _read_last_at(self) -> str:
        if self._queue.last is not None:
            return parse_entry(self._queue.last.entry).at
        if not self.size:
            return ""
        number, at = divmod(self.size - 1, WIDTH)
        return parse_entry(fetch_bundle(self.fetch, number, at + 1)[at]).at

    def _shelved(self, index: int) -> tuple[Entry, TextLine]:
        """An entry that can be acted on: published, so that its text lies in one known place."""
        if self.size <= index < self.next_index:
            self.checkpoint()
        shelf = fetch_shelf(self.fetch, index, self.size)
        return parse_entry(shelf.entry, place=f"entry {index}"), shelf.line

    def _log_act(self, act: Act, target: int | str, reason: str) -> Receipt:
        at = self._next_at()
        record, kind, odd = self._make(Draft(kind="note", payload={"text": reason}), at, act, target)
        index = self._queue.append([record])
        self._last_at = at
        return Receipt(index=index, leaf_hash=leaf_hash(record.entry).hex(), at=at, kind=kind, oddities=odd)

    def _act(self, act: Act, target: int, reason: str) -> Receipt:
        receipt = self._log_act(act, target, reason)
        self._carry_out(act, target, receipt.index)
        return receipt

    def _carry_out(self, act: Act, target: int, by: int) -> None:
        """Change one line of a text file; doing it again changes nothing."""
        place = f"{PUBLIC}/{text_path(target // WIDTH)}"
        lines = parse_texts(self._disk.read(place), target // WIDTH)
        kept = kept_path(target)
        if act is Act.ERASE:
            lines[target] = TextLine(index=target, shown=Shown.ERASED, erased_by=by)
        elif self._disk.exists(kept):
            salt, _, text = self._disk.read(kept).partition(b" ")
            lines[target] = TextLine(index=target, shown=Shown.TEXT, salt=bytes.fromhex(salt.decode()), text=text)
        seals = parse_seals(self.fetch(SEALS_PATH))
        self._disk.write({place: encode_texts(lines)})
        if seals.pop(target, None) is not None:
            self._disk.write({f"{PUBLIC}/{SEALS_PATH}": encode_seals(seals)})
        self._disk.remove(kept)

    def _recover(self) -> None:
        """Finish what a crash left: acts that were logged, a queue that is already public."""
        for index, record in self._queue.waiting(0):
            if record.entry.startswith(b'{"act":'):
                entry = parse_entry(record.entry)
                if entry.act is Act.ROTATE and index >= self.size:
                    self._handover = str(entry.target)
                elif entry.act in (Act.OPEN, Act.ERASE) and isinstance(entry.target, int):
                    self._carry_out(entry.act, entry.target, index)
        if self._queue.next_index == self.size:
            self._queue.clear()

    def _successor(self) -> Signer | None:
        """The key that the log says it changes to, if it does."""
        if not self._handover or not self._disk.exists(NEXT_KEY_FILE):
            return None
        signer = parse_signer(self._disk.read(NEXT_KEY_FILE).decode("ascii", "replace"))
        return signer if str(signer.key) == self._handover else None

    def _finish_rotation(self) -> None:
        """Take the new key into use when the published checkpoint carries its signature."""
        if not self._disk.exists(NEXT_KEY_FILE):
            return
        signer = parse_signer(self._disk.read(NEXT_KEY_FILE).decode("ascii", "replace"))
        try:
            self._published = open_checkpoint(self.fetch(CHECKPOINT_PATH), signer.key)
        except CheckFailedError:
            return
        self._disk.write({f"{PUBLIC}/{VERIFIER_KEY_PATH}": f"{signer.key}\n".encode()})
        self._disk.write({KEY_FILE: signer.secret_text().encode()}, private=True)
        self._disk.remove(NEXT_KEY_FILE)
        self._signer, self._handover = signer, ""
