"""A log's policy (C2SP tlog-policy): which log witnesses there are, and how many must cosign a checkpoint."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from holdfast.crypto.notes import Algorithm, VerifierKey, parse_verifier_key
from holdfast.errors import CheckFailedError, InputRefusedError

POLICY_PATH = "policy"
_NONE = "none"
_LIMIT = 100  # witnesses and groups; chosen


@dataclass(frozen=True, kw_only=True)
class WitnessLine:
    """One log witness: its name in the policy, its key, and where it answers (empty: not said)."""

    name: str
    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Who may cosign, and which sets of cosignatures are enough."""

    witnesses: Mapping[str, WitnessLine] = field(default_factory=dict)
    groups: Mapping[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    """Name to (how many of the members are needed, members: witnesses or groups)."""
    quorum: str = _NONE

    @property
    def keys(self) -> tuple[VerifierKey, ...]:
        """The keys of all log witnesses."""
        return tuple(witness.key for witness in self.witnesses.values())

    def _is_met(self, name: str, cosigned: set[VerifierKey]) -> bool:
        if name in self.witnesses:
            return self.witnesses[name].key in cosigned
        needed, members = self.groups[name]
        return sum(self._is_met(member, cosigned) for member in members) >= needed

    def check(self, cosigned: set[VerifierKey]) -> None:
        """Return when these cosignatures are enough. Raises CheckFailedError `record.policy.quorum`."""
        if self.quorum != _NONE and not self._is_met(self.quorum, cosigned):
            have = [name for name, each in self.witnesses.items() if each.key in cosigned]
            raise CheckFailedError(
                "record.policy.quorum",
                "too few log witnesses have cosigned the checkpoint",
                expected=self.in_words(),
                got=f"{len(have)}: {', '.join(have)}" if have else "none of them",
                hint="ask the log's keepers why; until then this may be a version that only you are shown",
            )

    def in_words(self) -> str:
        """What is needed, for people."""
        return self._words(self.quorum)

    def _words(self, name: str) -> str:
        if name == _NONE:
            return "no cosignature"
        if name in self.witnesses:
            return name
        needed, members = self.groups[name]
        return f"{needed} of ({', '.join(self._words(member) for member in members)})"

    def text(self) -> str:
        """The policy's file."""
        lines = [f"witness {w.name} {w.key}{' ' + w.url if w.url else ''}" for w in self.witnesses.values()]
        lines += [f"group {name} {needed} {' '.join(members)}" for name, (needed, members) in self.groups.items()]
        return "\n".join([*lines, f"quorum {self.quorum}", ""])


def quorum_of(witnesses: list[WitnessLine], needed: int) -> Policy:
    """The policy that any `needed` of these log witnesses must cosign; 0 asks for none.

    Raises InputRefusedError `record.policy.unreadable` when there are fewer, or two with one name.
    """
    by_name = {witness.name: witness for witness in witnesses}
    if not 0 <= needed <= len(witnesses) or len(by_name) != len(witnesses):
        raise _refused(0, f"{needed} of {len(witnesses)} log witnesses")
    if not needed:
        return Policy(witnesses=by_name)
    return Policy(witnesses=by_name, groups={"witnesses": (needed, tuple(by_name))}, quorum="witnesses")


def _refused(number: int, got: str) -> InputRefusedError:
    return InputRefusedError(
        "record.policy.unreadable",
        "this is not a log's policy",
        expected="lines `witness NAME KEY [URL]`, `group NAME all|any|K MEMBER…`, and one `quorum NAME|none`",
        got=got[:100],
        place=f"line {number}" if number else "",
        hint="docs/record.md shows one",
    )


def parse_policy(data: bytes) -> Policy:
    """Read a policy file; lines of other logs (`log …`) are passed over.

    Raises InputRefusedError `record.policy.unreadable`, naming the line.
    """
    witnesses: dict[str, WitnessLine] = {}
    groups: dict[str, tuple[int, tuple[str, ...]]] = {}
    quorum: str | None = None
    used: set[str] = set()
    try:
        lines = data.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        raise _refused(0, "bytes that are not UTF-8") from None
    for number, line in enumerate(lines, 1):
        words = line.replace("\t", " ").split(" ")
        words = [word for word in words if word]
        if not words or words[0].startswith("#") or (words[0] == "log" and len(words) in (2, 3)):
            continue
        if not line.replace("\t", " ").isprintable() or len(witnesses) + len(groups) > _LIMIT:
            raise _refused(number, "control characters, or too many lines")
        if words[0] == "witness" and len(words) in (3, 4):
            witness = _witness(number, words)
            if any(each.key.public == witness.key.public for each in witnesses.values()):
                raise _refused(number, "a key that stands twice")
            _new_name(number, words[1], witnesses, groups)
            witnesses[words[1]] = witness
        elif words[0] == "group" and len(words) >= 4:
            _new_name(number, words[1], witnesses, groups)
            groups[words[1]] = _group(number, words, {*witnesses, *groups} - used)
            used |= set(words[3:])
        elif words[0] == "quorum" and len(words) == 2 and quorum is None:
            quorum = words[1]
            if quorum != _NONE and quorum not in witnesses and quorum not in groups:
                raise _refused(number, f"the unknown name {quorum!r}")
        else:
            raise _refused(number, repr(line))
    if quorum is None:
        raise _refused(0, "no quorum line")
    return Policy(witnesses=witnesses, groups=groups, quorum=quorum)


def _new_name(number: int, name: str, *known: Mapping[str, object]) -> None:
    if name == _NONE or any(name in each for each in known):
        raise _refused(number, f"the name {name!r} twice, or `none`")


def _witness(number: int, words: list[str]) -> WitnessLine:
    try:
        key = parse_verifier_key(words[2])
    except InputRefusedError:
        raise _refused(number, "a key that cannot be read") from None
    if key.algorithm is not Algorithm.COSIGNATURE:
        raise _refused(number, "a log's own key; a log witness has one of type 04")
    return WitnessLine(name=words[1], key=key, url=words[3] if len(words) == 4 else "")


def _group(number: int, words: list[str], free: set[str]) -> tuple[int, tuple[str, ...]]:
    members = tuple(words[3:])
    needed = {"any": 1, "all": len(members)}.get(words[2], 0)
    if not needed and words[2].isascii() and words[2].isdecimal() and len(words[2]) < 4:
        needed = int(words[2])
    if not 1 <= needed <= len(members) or len(set(members)) != len(members) or not set(members) <= free:
        raise _refused(number, "members that are unknown, used before, or too few")
    return needed, members
