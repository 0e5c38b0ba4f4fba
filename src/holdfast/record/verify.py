"""Verifying a whole log from its public files, and saying in words what was checked and what was not.

It needs nothing but `fetch(path)`; a stranger can run it on files from any server. Everything is recomputed: a tile
is compared with the entries, never believed.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from holdfast.clock import Clock, parse_at, system_clock
from holdfast.crypto.notes import Algorithm, VerifierKey, parse_note, parse_verifier_key
from holdfast.errors import CheckFailedError, HoldfastError, InputRefusedError
from holdfast.progress import Progress, silent
from holdfast.record.check_tree import check_tree
from holdfast.record.checkpoint import Checkpoint, TreeHead, open_checkpoint, parse_head
from holdfast.record.entry import COMMON_FORM, Act, Entry, parse_entry
from holdfast.record.handover import current_key
from holdfast.record.kinds import all_kinds, kind_named
from holdfast.record.lookalike import oddities
from holdfast.record.merkle import check_consistency, consistency_proof
from holdfast.record.policy import POLICY_PATH, Policy, parse_policy
from holdfast.record.proof import check_text_line, is_overdue
from holdfast.record.seals import SEALS_PATH, check_seals
from holdfast.record.texts import Shown, TextLine, parse_texts, text_path
from holdfast.record.tiles import CHECKPOINT_PATH, VERIFIER_KEY_PATH, WIDTH, Fetch, TileReader, tile_path

_AHEAD = timedelta(hours=1)


@dataclass(kw_only=True)
class Report:
    """What a verification found, filled as it goes on, so that a failure still shows what was checked before it."""

    origin: str = ""
    size: int = 0
    root: str = ""
    key: str = ""
    checkpoint: str = ""
    checked: list[str] = field(default_factory=list)
    not_checked: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    overdue: list[int] = field(default_factory=list)
    """Sealed entries whose date has passed and that nobody opened."""
    sealed: list[int] = field(default_factory=list)
    erased: list[int] = field(default_factory=list)
    odd: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Entries whose text reads differently than it looks, and why."""

    def as_json(self) -> dict[str, Any]:
        """All of it as one JSON value."""
        return {**self.__dict__, "odd": {str(index): list(signs) for index, signs in self.odd.items()}}


def verify(
    fetch: Fetch,
    *,
    key: VerifierKey | None = None,
    since: bytes | None = None,
    policy: Policy | None = None,
    clock: Clock = system_clock,
    progress: Progress = silent,
    report: Report | None = None,
) -> Report:
    """Verify the log whose public files `fetch` gives.

    Without `key` the one that lies beside the log is taken, which proves less; `since` is a checkpoint that was kept
    from before; `policy` is the caller's own, else the log's. Raises CheckFailedError with tile and entry for the
    first thing that is wrong; `report` then holds what was checked up to there.
    """
    report = Report() if report is None else report
    if key is not None and key.algorithm is not Algorithm.NOTE:
        raise InputRefusedError(
            "note.key",
            "this is a log witness's key",
            expected="the log's own key (type 01)",
            hint="give the key that `holdfast record init` printed",
        )
    kept = None if since is None else parse_head(parse_note(since).text)
    work = _Verification(fetch, report, clock())
    try:
        checkpoint = work.signature(key)
        work.cosignatures(checkpoint, policy)
        work.tree(checkpoint.head, progress)
        work.key_in_log(checkpoint)
    except InputRefusedError as error:
        # what the caller gave was read before: what cannot be read now is the log's own
        names = ("what", "expected", "got", "place", "hint", "offender")
        raise CheckFailedError(error.code, **{name: getattr(error, name) for name in names}) from None
    if since is not None and kept is not None:
        work.continuation(checkpoint, since, kept)
    work.limits(since)
    return report


class _Verification:
    def __init__(self, fetch: Fetch, report: Report, now: datetime) -> None:
        self._fetch, self._report, self._now = fetch, report, now
        self._kinds = {name.encode() for name in all_kinds()}
        self._last_at = b""
        self._acts: list[tuple[int, Entry]] = []
        self._lines: dict[int, TextLine] = {}
        self._counts = dict.fromkeys(("public", "opened", "private"), 0)
        self._sealed: dict[int, Entry] = {}

    def signature(self, key: VerifierKey | None) -> Checkpoint:
        """The checkpoint, signed by the key or by the one that the log changed to."""
        if key is None:
            key = parse_verifier_key(self._fetch(VERIFIER_KEY_PATH).decode("utf-8", "replace"))
            self._report.not_checked.append(
                "whose log this is: the key was taken from beside the log, and whoever can change the log can change "
                f"it too. This proves less; get the key from a place that you trust, and give it with --key: {key}"
            )
        data = self._fetch(CHECKPOINT_PATH)
        now_key, steps = current_key(self._fetch, data, key)
        checkpoint = open_checkpoint(data, now_key)
        head, report = checkpoint.head, self._report
        report.origin, report.size, report.root = head.origin, head.size, head.root.hex()
        report.key, report.checkpoint = str(now_key), bytes(checkpoint).decode()
        report.checked += [f"key: entry {index} hands over to {new}" for index, new in steps]
        report.checked.append(
            f"signature: the checkpoint of {head.size} entries is signed by {now_key.name}+{now_key.key_id.hex()}"
        )
        return checkpoint

    def cosignatures(self, checkpoint: Checkpoint, policy: Policy | None) -> None:
        """Enough log witnesses have signed, by the caller's policy or by the log's."""
        own = policy is not None
        if policy is None:
            policy = parse_policy(self._fetch(POLICY_PATH))
        known = open_checkpoint(bytes(checkpoint), checkpoint.signed[0].key, witnesses=policy.keys)
        late = (self._now + _AHEAD).timestamp()
        good = {each.key for each in known.signed if each.at_seconds is not None and each.at_seconds <= late}
        for each in known.signed:
            if each.at_seconds is not None and each.at_seconds > late:
                self._report.notices.append(
                    f"the cosignature of {each.key.name} is dated after your clock: not counted"
                )
        policy.check(good)
        strangers = {line.name for line in checkpoint.note.lines} - {each.key.name for each in known.signed}
        if strangers:
            self._report.notices.append(
                f"signatures by unknown log witnesses, not counted: {', '.join(sorted(strangers))}"
            )
        if policy.quorum == "none":
            self._report.not_checked.append(
                "whether everybody is shown the same log: its policy asks for no cosignature of log witnesses"
            )
            return
        names = sorted(key.name for key in good)
        whose = "your policy" if own else "the log's own policy"
        self._report.checked.append(
            f"log witnesses: {', '.join(names)} cosigned; {whose} asks for {policy.in_words()}"
        )
        if not own:
            self._report.not_checked.append("whether the log witnesses are independent: the log names them itself")

    def tree(self, head: TreeHead, progress: Progress) -> None:
        """Hashes, entries and texts, in one pass."""
        # before the texts: a seal that is opened in between then stands in the list, and open beside its entry
        seals = self._fetch(SEALS_PATH)
        tiles = check_tree(self._fetch, head, self._bundle, progress=progress)
        report = self._report
        report.checked.append(f"hashes: every one of {head.size} entries and {tiles} tiles, up to the signed root")
        report.checked.append("entries: each is of a known kind, and their times never go back")
        self._check_acts(head.size)
        counts = self._counts
        report.checked.append(
            f"texts: {counts['public']} published and {counts['opened']} opened ones are those that were committed"
        )
        if self._last_at and parse_at(self._last_at.decode()) > self._now + _AHEAD:
            report.notices.append(f"the last entry is dated {self._last_at.decode()}, after your clock")
        check_seals(seals, self._sealed)
        for index, entry in self._sealed.items():
            report.sealed.append(index)
            if is_overdue(entry, TextLine(index=index, shown=Shown.SEALED), self._now):
                report.overdue.append(index)
        if report.sealed or counts["private"]:
            report.not_checked.append(
                f"{len(report.sealed)} sealed and {counts['private']} private texts: only commitments are public"
            )

    def _bundle(self, number: int, entries: list[bytes]) -> None:
        lines = self._fetch_lines(number, len(entries))
        first = number * WIDTH
        for index, (data, line) in enumerate(zip(entries, lines, strict=True), first):
            common = COMMON_FORM.fullmatch(data)
            parts = line.split(b" ", 3)
            # the common case, written out: a public text without anything odd in it
            if (
                common is not None
                and len(parts) == 4
                and parts[1] == b"text"
                and parts[0] == b"%d" % index
                and line.isascii()
                and common[4] == b"public"
                and common[3] in self._kinds
                and common[1] >= self._last_at
                and len(parts[2]) == 64
                and hashlib.sha256(bytes.fromhex(parts[2].decode("ascii")) + parts[3]).hexdigest().encode()
                == common[2]
            ):
                self._last_at = common[1]
                self._counts["public"] += 1
            else:
                self._one(index, data, line)

    def _fetch_lines(self, number: int, width: int) -> Sequence[bytes]:
        """The first lines of a text file, one for each entry; whether they fit is checked one by one."""
        path = text_path(number)
        lines = self._fetch(path).split(b"\n")[:-1]
        if len(lines) < width:
            raise CheckFailedError(
                "record.text.damaged",
                "a text file is cut off",
                expected=f"{width} lines",
                got=str(len(lines)),
                place=f"{path}, entry {number * WIDTH + len(lines)}",
                hint="fetch it again; if it stays damaged, the log's keepers must restore it",
            )
        return lines[:width]

    def _one(self, index: int, data: bytes, raw: bytes) -> None:
        """One entry with its text, with every case and every message."""
        width = index % WIDTH + 1
        place = f"{tile_path('entries', index // WIDTH, width)}, entry {index}"
        entry = parse_entry(data, place=place)
        kind_named(entry.kind)
        if entry.at.encode() < self._last_at:
            raise CheckFailedError(
                "record.clock.back",
                "an entry is dated before the entry that stands before it",
                expected=f"{self._last_at.decode()} or later",
                got=entry.at,
                place=place,
                hint="ask the log's keepers; an honest log refuses to write with a clock that was set back",
            )
        self._last_at = entry.at.encode()
        line = parse_texts(raw + b"\n", index // WIDTH, only=index)[index]
        check_text_line(entry, line)
        if entry.act is not None:
            self._acts.append((index, entry))
        self._count(index, entry, line)

    def _count(self, index: int, entry: Entry, line: TextLine) -> None:
        if line.shown is Shown.TEXT:
            self._counts["public" if entry.text.value == "public" else "opened"] += 1
            signs = oddities(line.text.decode("utf-8", "replace"))
            if signs:
                self._report.odd[index] = signs
        elif line.shown is Shown.ERASED:
            self._lines[index] = line
            self._report.erased.append(index)
        elif line.shown is Shown.SEALED:
            self._sealed[index] = entry
        else:
            self._counts["private"] += 1

    def _check_acts(self, size: int) -> None:
        """Every erased text is announced by an entry of the log."""
        erased = {(entry.target, index) for index, entry in self._acts if entry.act is Act.ERASE}
        for target, line in self._lines.items():
            if line.erased_by >= size:
                self._report.notices.append(f"entry {target} is erased; the entry that says so is not public yet")
            elif (target, line.erased_by) not in erased:
                raise CheckFailedError(
                    "record.text.withheld",
                    "a text is called erased, and no entry of the log says that it was",
                    expected=f"entry {line.erased_by} to erase entry {target}",
                    place=f"{text_path(target // WIDTH)}, entry {target}",
                    hint="ask the log's keepers for the text, or for the erasure's entry",
                )
        for named, index in erased:
            if named not in self._lines:
                self._report.notices.append(
                    f"entry {index} says that entry {named} was erased; its text is still there"
                )

    def key_in_log(self, checkpoint: Checkpoint) -> None:
        """The key is the one that the log itself says it signs with now."""
        changes = [entry.target for _, entry in self._acts if entry.act is Act.ROTATE]
        if changes:
            try:
                open_checkpoint(bytes(checkpoint), parse_verifier_key(str(changes[-1])))
            except CheckFailedError:
                raise CheckFailedError(
                    "record.verify.retired_key",
                    "the checkpoint is signed by a key that the log has given up",
                    expected=str(changes[-1]),
                    hint="somebody uses an old key: do not trust this copy",
                ) from None

    def continuation(self, checkpoint: Checkpoint, since: bytes, old: TreeHead) -> None:
        """The log goes on from a checkpoint that was kept from before."""
        head, report = checkpoint.head, self._report
        try:
            open_checkpoint(since, checkpoint.signed[0].key)
        except CheckFailedError as error:
            if error.code != "record.checkpoint.key":
                raise
            report.notices.append("the earlier checkpoint is signed by another key: it was taken as you gave it")
        if old.origin != head.origin or old.size > head.size:
            raise CheckFailedError(
                "record.verify.rewound",
                "the log is shorter than it was, or another one",
                expected=f"{old.origin} with {old.size} entries or more",
                got=f"{head.origin} with {head.size}",
                hint="keep both checkpoints: together they prove that the log was cut back",
            )
        try:
            proof = consistency_proof(old.size, head.size, TileReader(self._fetch, head.size))
            check_consistency(old.size, old.root, head.size, head.root, proof)
        except HoldfastError as error:
            raise CheckFailedError(
                "record.verify.fork",
                "the log is not a continuation of the checkpoint that you kept",
                expected=f"the first {old.size} entries unchanged",
                got=error.code,
                hint="keep both checkpoints: together they prove that the log was changed",
            ) from None
        report.checked.append(f"continuation: the checkpoint of {old.size} entries that you kept begins this log")

    def limits(self, since: bytes | None) -> None:
        """What was not asked for, and what no verification of a log can tell."""
        if since is None:
            self._report.not_checked.append(
                "whether the log was cut back or exchanged as a whole: keep its checkpoint, and give it with --from "
                "next time"
            )
        self._report.not_checked.append("whether what the entries say is true; a log shows who said what, and when")
