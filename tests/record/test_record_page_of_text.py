"""docs/record.md is true: its program recomputes every hash with the standard library, its table lists every kind."""

import base64
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.errors import HoldfastError
from holdfast.record import Draft, create_log
from holdfast.record.kinds import all_kinds, kind_named

PAGE = (Path(__file__).parents[2] / "docs" / "record.md").read_text("utf-8")
PROGRAM = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("text") / "log"
    with create_log(folder, origin="example.org/log") as log:
        log.append_many(Draft(kind="note", payload={"n": number, "text": "für alle"}) for number in range(700))
        log.seal("note", "later", condition="always")
        log.append("note", "kept", public=False)
        log.checkpoint()
        log.erase(3, "asked for")
        log.rotate()
    return folder


def recompute(folder: Path) -> subprocess.CompletedProcess[str]:
    assert PROGRAM is not None
    # -I -S: nothing but the standard library can be imported
    command = [sys.executable, "-I", "-S", "-c", PROGRAM[1], folder / "public"]
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)


def test_the_program_on_the_page_recomputes_every_hash(folder: Path) -> None:
    done = recompute(folder)
    root = (folder / "public" / "checkpoint").read_text("utf-8").split("\n")[2]
    assert (done.stdout, done.stderr) == (f"704 entries, root {root}\n", "")
    assert len(base64.b64decode(root)) == 32


@pytest.mark.parametrize("path", ["tile/entries/001", "text/002"])
def test_the_program_on_the_page_sees_one_changed_bit(folder: Path, path: str) -> None:
    place = folder / "public" / path
    good = place.read_bytes()
    changed = bytearray(good)
    changed[150] ^= 1
    place.write_bytes(bytes(changed))
    try:
        assert recompute(folder).returncode == 1
    finally:
        place.write_bytes(good)


@pytest.mark.parametrize("name", list(all_kinds()))
def test_the_page_lists_every_kind_with_its_fields(name: str) -> None:
    kind = all_kinds()[name]
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |"))
    assert kind.means in row
    for field in set(kind.schema.get("properties", ())) - {"details"}:
        assert (f"**{field}**" if field in kind.schema["required"] else field) in row


def test_the_list_of_kinds_is_the_one_that_was_promised() -> None:
    promised = (
        "action taken, freeze, review outcome, appeal outcome, statement, answer, figure, rules, roll commitment"
    )
    promised += ", archive head, audit head, software release, note"
    assert sorted(all_kinds()) == sorted(promised.split(", "))
    assert kind_named("roll_commitment") is kind_named("roll commitment")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 10**6) | st.floats(-10, 10) | st.text(max_size=8)
    | st.sampled_from(["a" * 64, "2026-01-01", "2026-01-01T00:00:00Z", "uphold", "lift", "2026-01-01\n", "٣" * 64]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["text", "a"]), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip


@pytest.mark.parametrize("name", list(all_kinds()))
def test_our_check_of_a_payload_agrees_with_the_jsonschema_library(name: str) -> None:
    kind = all_kinds()[name]
    judge = jsonschema.Draft202012Validator(kind.schema)
    fields = st.sampled_from([*kind.schema.get("properties", {"text": {}}), "other"])
    near = {field: st.just("a" * 64) | st.just("2026-01-01T00:00:00Z") | st.integers(0, 5) | VALUES
            for field in kind.schema.get("required", ())}  # fmt: skip

    @settings(max_examples=40)
    @given(VALUES | st.dictionaries(fields, VALUES, max_size=4) | st.fixed_dictionaries(near))
    def agree(payload: object) -> None:
        try:
            kind.check(payload)
        except HoldfastError:
            ours = False
        else:
            ours = True
        assert ours == judge.is_valid(payload)

    agree()


def test_a_payload_that_does_not_fit_is_refused_with_the_field() -> None:
    with pytest.raises(HoldfastError, match="record.entry.payload") as caught:
        kind_named("freeze").check({"reason": "x", "review_by": "soon"})
    assert "payload.review_by has another form" in str(caught.value)
    with pytest.raises(HoldfastError, match="a field 'name' that is not on its list"):
        kind_named("freeze").check({"reason": "x", "review_by": "2026-01-01T00:00:00Z", "name": "A"})
