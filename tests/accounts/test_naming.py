"""Under which key pseudonyms are made: the one given, else the lake's, else one that nobody keeps."""

import re
from pathlib import Path

import pytest

from holdfast.accounts.naming import Naming, pseudonyms_for
from holdfast.accounts.pseudonym import KEY_FILE, Pseudonyms
from holdfast.errors import InputRefusedError
from holdfast.tables.lake import create_lake

SRC = Path(__file__).parents[2] / "src" / "holdfast"


def test_the_key_given_goes_before_the_lakes_and_the_lakes_before_a_fresh_one(tmp_path: Path) -> None:
    lake = create_lake(tmp_path / "lake").path
    given = tmp_path / "key"
    given.write_bytes(b"k" * 32)
    own, other = pseudonyms_for(source=lake).of("w", "Anna"), Pseudonyms(b"k" * 32).of("w", "Anna")
    assert pseudonyms_for(given, lake).of("w", "Anna") == pseudonyms_for(Pseudonyms(b"k" * 32), lake).of("w", "Anna")
    assert pseudonyms_for(given).of("w", "Anna") == other != own == Naming().pseudonyms(lake).of("w", "Anna")
    assert pseudonyms_for().of("w", "Anna") != pseudonyms_for(source=given).of("w", "Anna")


def test_a_lake_without_its_key_is_refused_rather_than_given_names_that_compare_with_nothing(tmp_path: Path) -> None:
    lake = create_lake(tmp_path / "lake").path
    (lake / KEY_FILE).unlink()
    with pytest.raises(InputRefusedError, match=r"pseudonym\.key"):
        pseudonyms_for(source=lake)


def test_a_settled_naming_keeps_its_key() -> None:
    settled = Naming().on(Path("no lake here"))
    assert settled.pseudonyms().of("w", "Anna") == settled.labels("w").of("Anna") == settled.label()("w", "Anna")


def test_those_whose_part_is_published_are_named_when_asked_and_nobody_else() -> None:
    members = {"Anna"}
    for naming, named in ((Naming(), ""), (Naming(published=True), "Anna"), (Naming(everybody=True), "Anna Ben")):
        labels = naming.labels("w", members=members)
        assert " ".join(each for each in ("Anna", "Ben") if labels.of(each) == each) == named
        assert naming.is_of_nobody == (named == "")


def test_the_rule_is_written_once() -> None:
    found = {
        path.relative_to(SRC).as_posix()
        for path in SRC.rglob("*.py")
        if re.search(r"\b(pseudonyms_from|fresh_pseudonyms)\(", path.read_text("utf-8"))
    }
    assert found == {"accounts/naming.py", "accounts/pseudonym.py"}
