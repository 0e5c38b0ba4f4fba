"""Which format an input has: told by its name and first bytes, or by the user; never guessed."""

import sys
from collections.abc import Mapping
from pathlib import Path

from holdfast import sources
from holdfast.errors import InputRefusedError, UsageError
from holdfast.registry import kinds_in
from holdfast.sources._compression import first_bytes
from holdfast.sources._source import Head, Likeness, Source

_HEAD_BYTES = 1 << 17  # bytes of a file from which its format is told; chosen


def all_sources() -> Mapping[str, Source]:
    """Every input format, by name."""
    found: dict[str, Source] = kinds_in(sys.modules[sources.__name__], "SOURCE")
    return found


def is_address(text: str) -> bool:
    """Whether the input is the address of a live wiki, not a file."""
    return text.startswith(("http://", "https://"))


def head_of(given: str) -> Head:
    """The beginning of an input. A damaged or empty file is refused here already."""
    if is_address(given):
        return Head(name=given, first=b"", is_address=True)
    path = Path(given)
    if path.is_dir():
        inside = sorted(each.name for each in path.iterdir() if each.is_file())
        raise InputRefusedError(
            "source.folder",
            "this is a folder, not a file",
            expected="one or more files",
            got=f"a folder with {len(inside)} files" + (f": {', '.join(inside[:5])}" if inside else ""),
            place=str(path),
            hint="name the files themselves; several may be given at once",
        )
    if not path.is_file():
        raise UsageError(
            "source.no_such_file",
            "there is no such file",
            place=str(path),
            hint="check the path; the address of a live wiki begins with https://",
        )
    try:
        return Head(name=path.name, first=first_bytes(path, _HEAD_BYTES))
    except OSError as reason:
        raise UsageError(
            "source.not_readable", "the file cannot be read", got=reason.strerror or "", place=str(path),
            hint="check its permissions and the disk",
        ) from None  # fmt: skip


def choose(given: str, as_source: str | None = None) -> Source:
    """The format of this input, a path or an address.

    `as_source` overrides the look at the content. Raises UsageError `source.unknown_name` for a format that does not
    exist, InputRefusedError `source.unrecognised` when no format fits, and `source.ambiguous`, naming the candidates,
    when several fit equally or the only sign is a shape that many files have.
    """
    known = all_sources()
    head = head_of(given)
    if as_source is not None:
        if as_source not in known:
            raise UsageError(
                "source.unknown_name",
                "there is no source of this name",
                expected=", ".join(known),
                got=as_source,
                hint="name one of these after --as",
            )
        return known[as_source]
    likeness = {name: source.recognise(head) for name, source in known.items()}
    best = max(likeness.values())
    candidates = [name for name, found in likeness.items() if found is best]
    if best is Likeness.NO:
        raise InputRefusedError(
            "source.unrecognised",
            "no known format begins like this",
            expected="one of " + ", ".join(known),
            got=repr(head.first[:60].decode("utf-8", "replace")) if not head.is_address else "an address",
            place=given,
            hint="see docs/sources.md; name the format with --as if the file is of one of them",
        )
    if best is Likeness.SHAPE or len(candidates) > 1:
        raise InputRefusedError(
            "source.ambiguous",
            "the content alone does not tell which format this is",
            expected="one format",
            got=" or ".join(candidates),
            place=given,
            hint=f"say which with --as, for instance --as {candidates[0]}",
        )
    return known[candidates[0]]
