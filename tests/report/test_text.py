"""How numbers and strangers' words are shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.report.text import anchor, number, probability, size, slug, visible


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (3.0, "3"),
        (18234, "18,234"),
        (0.123456, "0.123"),
        (1234.5, "1,234"),
        (0.00001234, "1.23e-05"),
        (-0.5, "-0.5"),
        (None, "–"),
        (float("nan"), "–"),
        (float("inf"), "–"),
        (12.345, "12.3"),
    ],
)
def test_a_number_is_shown_with_three_digits_that_count(value: float | None, shown: str) -> None:
    assert number(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.5, "0.50"),
        (0.042, "0.042"),
        (0.00021, "0.00021"),
        (0.0000321, "3.2 × 10⁻⁵"),
        (1.0, "1.00"),
        (0.999, "> 0.99"),
        (0.0, "below 10⁻³⁰⁰"),
        (None, "–"),
    ],
)
def test_a_probability_is_never_shown_as_a_bare_nought(value: float | None, shown: str) -> None:
    assert probability(value) == shown


@given(st.floats(min_value=0, max_value=1))
def test_a_probability_that_is_not_nought_or_one_is_not_shown_as_such(value: float) -> None:
    shown = probability(value)
    if 0 < value < 1:
        assert shown not in {"0", "0.0", "0.00", "1.00"}


@given(st.text())
def test_what_is_visible_has_no_control_that_hides_or_reorders(text: str) -> None:
    shown = visible(text)
    assert not set(shown) & {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200B, 0)}
    assert visible(shown) == shown


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_ordinary_text_in_any_script_is_shown_as_it_is(text: str) -> None:
    assert visible(text) == text


@given(st.text())
def test_a_slug_is_fit_for_an_address(text: str) -> None:
    assert slug(text)
    assert set(slug(text)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@given(st.text(), st.text())
def test_two_texts_have_two_anchors(one: str, other: str) -> None:
    assert (anchor(one) == anchor(other)) == (one == other)
    assert set(anchor(one)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@pytest.mark.parametrize(("count", "shown"), [(0, "0 B"), (999, "999 B"), (1_234_567, "1.2 MB"), (250_000, "250 kB")])
def test_a_size_is_shown_in_the_unit_that_fits(count: int, shown: str) -> None:
    assert size(count) == shown
