"""The lines that `append` takes: `{"kind": …, "payload": …}`, one JSON object to a line.

Optional fields: `"public": false` (committed, never published) and `"seal": {"until": TIME}` or
`{"seal": {"condition": TEXT}}`.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC
from typing import Any

from holdfast.canonical import canonical_bytes, parse_json
from holdfast.clock import parse_at
from holdfast.errors import InputRefusedError
from holdfast.record.draft import Draft


def _refused(got: str, place: str) -> InputRefusedError:
    return InputRefusedError(
        "record.append.line",
        "this line is no entry",
        expected='{"kind": …, "payload": …}, and perhaps "public" or "seal"',
        got=got,
        place=place,
        hint="correct the line; nothing from this batch on was taken",
    )


def parse_draft(line: bytes, *, place: str) -> Draft:
    """One line. Raises InputRefusedError `record.append.line` or `canonical.unreadable`, naming the place."""
    value = parse_json(line, place=place)
    if not isinstance(value, dict) or not {"kind", "payload"} <= set(value) <= {"kind", "payload", "public", "seal"}:
        raise _refused("other fields" if isinstance(value, dict) else "no object", place)
    seal, public = value.get("seal"), value.get("public", True)
    if not isinstance(public, bool) or not isinstance(value["kind"], str):
        raise _refused("a kind that is no text, or a public that is no true or false", place)
    if seal is None:
        return Draft(kind=value["kind"], payload=value["payload"], public=public)
    return _sealed(value, seal, place)


def _sealed(value: dict[str, Any], seal: Any, place: str) -> Draft:
    if not isinstance(seal, dict) or len(seal) != 1 or not isinstance(next(iter(seal.values())), str):
        raise _refused('a seal that is neither {"until": TIME} nor {"condition": TEXT}', place)
    ((how, text),) = seal.items()
    if how == "until":
        return Draft(kind=value["kind"], payload=value["payload"], until=parse_at(text))
    if how == "condition":
        return Draft(kind=value["kind"], payload=value["payload"], condition=text)
    raise _refused('a seal that is neither {"until": TIME} nor {"condition": TEXT}', place)


def draft_line(draft: Draft) -> bytes:
    """The line of a draft, without its end: what `parse_draft` reads."""
    value: dict[str, Any] = {"kind": draft.kind, "payload": draft.payload, "public": draft.public}
    if draft.until is not None:
        value["seal"] = {"until": draft.until.astimezone(UTC).isoformat()}
    elif draft.condition is not None:
        value["seal"] = {"condition": draft.condition}
    return canonical_bytes(value)


def read_drafts(lines: Iterable[bytes], *, name: str) -> Iterator[Draft]:
    """Every line of a file that is not empty."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield parse_draft(line, place=f"{name}, line {number}")
