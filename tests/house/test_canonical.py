"""The same value has the same bytes."""

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from holdfast.canonical import canonical_bytes, parse_json
from holdfast.errors import InputRefusedError

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=20,
)


@given(VALUES)
def test_canonical_bytes_read_back_as_the_same_value(value: object) -> None:
    assert parse_json(canonical_bytes(value)) == value


@given(VALUES | st.lists(st.floats(allow_nan=False, allow_infinity=False)))
def test_the_quick_way_writes_what_the_rfc_8785_library_writes(value: object) -> None:
    assert canonical_bytes(value) == rfc8785.dumps(value)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers(-9, 9)))
def test_the_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    backwards = dict(reversed(value.items()))
    assert canonical_bytes(value) == canonical_bytes(backwards)


@pytest.mark.parametrize("text", ['{"a":1,"a":2}', "NaN", "{", '"\xff"'])
def test_text_that_is_not_strict_json_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(InputRefusedError, match="file 7"):
        parse_json(text.encode("latin-1"), place="file 7")


def test_numbers_beyond_two_to_the_53_are_refused() -> None:
    with pytest.raises(InputRefusedError, match="canonical.not_json"):
        canonical_bytes(json.loads("9007199254740993"))
