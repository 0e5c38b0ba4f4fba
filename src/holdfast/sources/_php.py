"""PHP's serialized values, read strictly: the scalars and arrays that MediaWiki writes, nothing else.

Objects and references are refused: no class is ever looked up, and nothing is executed.
Format: https://www.php.net/manual/en/function.serialize.php
"""

from typing import Any

_DEEPEST = 20  # arrays inside arrays; chosen, log parameters have two or three


class NotPhpError(ValueError):
    """The text is not a serialized value of a kind that is read here; the message says where it stops."""


def unserialize(text: str) -> Any:
    """The value of a serialized text; arrays become dicts in their order, strings are UTF-8.

    Raises NotPhpError with the byte where reading stopped: wrong lengths, trailing bytes, objects, depth over 20.
    """
    data = text.encode("utf-8", "surrogatepass")
    value, end = _value(data, 0, 0)
    if end != len(data):
        raise NotPhpError(f"something follows the value at byte {end}")
    return value


def _value(data: bytes, start: int, depth: int) -> tuple[Any, int]:
    kind = data[start : start + 2]
    if kind == b"N;":
        return None, start + 2
    if kind == b"s:":
        return _string(data, start)
    if kind == b"a:":
        return _array(data, start, depth)
    end = data.find(b";", start)
    word = data[start + 2 : end] if end > 0 else b""
    try:
        if kind == b"i:" and word.lstrip(b"-").isdigit():
            return int(word), end + 1
        if kind == b"b:" and word in (b"0", b"1"):
            return word == b"1", end + 1
        if kind == b"d:" and word:
            return float(word), end + 1
    except ValueError:
        pass
    raise NotPhpError(f"no value that is read here at byte {start}")


def _count(data: bytes, start: int) -> tuple[int, int]:
    """The number between the colons at `start`, and where the second colon stands."""
    end = data.find(b":", start + 2)
    word = data[start + 2 : end]
    if end < 0 or not word.isdigit() or len(word) > 9:
        raise NotPhpError(f"no length at byte {start}")
    return int(word), end


def _string(data: bytes, start: int) -> tuple[str, int]:
    size, colon = _count(data, start)
    first = colon + 2
    last = first + size
    if data[colon + 1 : first] != b'"' or data[last : last + 2] != b'";':
        raise NotPhpError(f"a string does not end where its length says, at byte {start}")
    try:
        return data[first:last].decode("utf-8"), last + 2
    except UnicodeDecodeError:
        raise NotPhpError(f"a string is not UTF-8 at byte {start}") from None


def _array(data: bytes, start: int, depth: int) -> tuple[dict[int | str, Any], int]:
    if depth >= _DEEPEST:
        raise NotPhpError(f"arrays lie more than {_DEEPEST} deep at byte {start}")
    count, colon = _count(data, start)
    position = colon + 2
    if data[colon + 1 : position] != b"{":
        raise NotPhpError(f"no array at byte {start}")
    found: dict[int | str, Any] = {}
    for _ in range(count):
        key, position = _value(data, position, depth + 1)
        if isinstance(key, bool) or not isinstance(key, int | str):
            raise NotPhpError(f"a key is neither number nor text before byte {position}")
        found[key], position = _value(data, position, depth + 1)
    if data[position : position + 1] != b"}":
        raise NotPhpError(f"an array does not end at byte {position}")
    return found, position + 1
