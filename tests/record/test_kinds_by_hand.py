"""What an answer, an archive, a roll and a release leave in the log, by hand, and what is no such entry."""

from pathlib import Path
from typing import Any

import pytest

from holdfast.errors import HoldfastError
from holdfast.record import create_log

HASH = "0f" * 32
FALSE_HASH = {"sha256": HASH[:-1]}


@pytest.mark.parametrize(
    ("kind", "payload", "must", "false"),
    [
        (
            "answer",
            {"question": "Who signs?", "cannot_answer_because": "safety", "about": 3},
            ("question",),
            {"cannot_answer_because": "no wish"},
        ),
        ("archive head", {"archive": "lists", "sha256": HASH, "size": 12}, ("archive", "sha256"), FALSE_HASH),
        (
            "roll commitment",
            {"election": "e-2026", "sha256": HASH, "count": 3, "snapshot": "2026-01-01T00:00:00Z"},
            ("election", "sha256"),
            FALSE_HASH,
        ),
        (
            "software release",
            {"name": "holdfast", "version": "1.0", "sha256": HASH},
            ("name", "version", "sha256"),
            FALSE_HASH,
        ),
    ],
)
def test_it_is_kept_as_it_was_said_and_refused_when_a_part_is_missing_or_false(
    tmp_path: Path, kind: str, payload: dict[str, Any], must: tuple[str, ...], false: dict[str, str]
) -> None:
    with create_log(tmp_path / "log", origin="example.org/log") as log:
        log.append(kind, payload)
        for wrong in (
            *({name: value for name, value in payload.items() if name != left_out} for left_out in must),
            payload | false,
            payload | {"account": "Somebody"},
        ):
            with pytest.raises(HoldfastError):
                log.append(kind, wrong)
        log.checkpoint()
    kept = b"".join(path.read_bytes() for path in (tmp_path / "log/public").rglob("*") if path.is_file())
    assert all(str(value).encode() in kept for value in payload.values())
    assert b"Somebody" not in kept
