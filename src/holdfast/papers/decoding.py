"""From bytes to text: UTF-8, or the encoding that the person named; never a guess, and never a replaced sign."""

from pathlib import Path

from holdfast.errors import InputRefusedError, PaperRefusedError, Problem, UsageError

MOST_BYTES = 64 * 1024 * 1024
"""The size of the largest file that is read as a paper: what people write is smaller, and memory is bounded."""
UTF_8 = "utf-8"
_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def read_bytes(path: Path, *, code: str = "paper.no_file") -> bytes:
    """The bytes of a person's file. Raises UsageError `code` when there is none, InputRefusedError `paper.size`."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as reason:
        raise UsageError(
            code, "there is no such file, or it cannot be read", got=reason.strerror or "", place=str(path)
        ) from None
    check_size(data, str(path))
    return data


def check_size(data: bytes, place: str) -> None:
    """Raises InputRefusedError `paper.size` for what is larger than people write."""
    if len(data) > MOST_BYTES:
        raise InputRefusedError(
            "paper.size",
            "the file is too large",
            expected=f"at most {MOST_BYTES:,} bytes",
            place=place,
            hint="divide it; nothing was changed",
        )


def decoded(
    data: bytes, place: str, *, code: str = "paper.encoding", encoding: str = UTF_8, can_be_named: bool = True
) -> str:
    """The text of bytes in UTF-8, with or without a byte order mark, or in the named encoding.

    `can_be_named`: whether the reader's door lets the person name another one, for the next step that is told.
    Raises InputRefusedError `code` with the byte, line and column of the first sign that does not fit, for a null
    character, and for UTF-8 under the name of an encoding that would read each name in it as another; UsageError
    `paper.encoding_name` for an encoding that does not exist.
    """
    try:
        text = data.decode("utf-8-sig" if _is_utf_8(encoding) else encoding)
    except LookupError:
        raise UsageError(
            "paper.encoding_name",
            "there is no such encoding",
            expected="utf-8, latin-1, windows-1252, utf-16 …",
            got=encoding[:40],
        ) from None
    except UnicodeError as reason:
        start = reason.start if isinstance(reason, UnicodeDecodeError) else 0
        raise _refused(data, start, place, code, encoding, can_be_named=can_be_named) from None
    if not _is_utf_8(encoding) and _reads_as_utf_8(data) and _has_one_byte_for_each_sign(encoding):
        raise InputRefusedError(
            code,
            f"the text is in UTF-8, and {encoding[:40]} would read its letters as others",
            place=place,
            hint="name no encoding; nothing was changed",
        )
    if (null := text.find("\0")) >= 0:
        line, column = position(text, null)
        what = "a null character stands here"
        raise PaperRefusedError(
            code,
            "the text holds a null character",
            place=place,
            hint="correct the file, or name its encoding; nothing was changed",
            problems=(Problem(code=code, what=what, place=place, line=line, column=column),),
        )
    return text.removeprefix("\ufeff")


def _is_utf_8(encoding: str) -> bool:
    return encoding.lower().replace("_", "-") in ("utf-8", "utf8", "utf-8-sig")


def _has_one_byte_for_each_sign(encoding: str) -> bool:
    try:
        return len(bytes(range(256)).decode(encoding, "replace")) == 256
    except UnicodeError:
        return False


def _reads_as_utf_8(data: bytes) -> bool:
    """Whether these bytes are letters beyond ASCII in UTF-8: text with one byte for each sign hardly ever is."""
    try:
        return not data.decode("utf-8").isascii() and b"\0" not in data
    except UnicodeDecodeError:
        return False


def _refused(
    data: bytes, start: int, place: str, code: str, encoding: str, *, can_be_named: bool
) -> PaperRefusedError:
    try:
        line, column = position(data[:start].decode(encoding), None)
    except UnicodeError:
        line, column = 1, 1
    guess = next((name for mark, name in _MARKS if data.startswith(mark)), "latin-1")
    named = f", or name its encoding, such as --encoding {guess}" if can_be_named else ""
    problem = Problem(code=code, what=f"byte {start} is no {encoding}", place=place, line=line, column=column)
    return PaperRefusedError(
        code,
        f"the text is not in {encoding.upper()}",
        got=f"byte {start}, line {line}, column {column}",
        place=place,
        hint=f"save it as UTF-8{named}; nothing was changed",
        problems=(problem,),
    )


def position(text: str, at: int | None) -> tuple[int, int]:
    """Line and column, from 1, of a place in a text; None: its end."""
    at = len(text) if at is None else at
    return text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1
