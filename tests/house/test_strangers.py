"""Plug-ins of strangers: off until named, never for what acts, listed with their origin, named when they break."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast.cli import main
from holdfast.elections.counts import methods
from holdfast.errors import UsageError
from holdfast.settings import settings_from
from holdfast.sources._choose import all_sources
from holdfast.workflows.analysis.assess import all_measures

GOOD = """
from dataclasses import replace
from holdfast.elections.counting.approval import METHOD as approval
from holdfast.measures.active_editors import MEASURE as editors
from holdfast.sources.vote_list import SOURCE as votes
method = replace(approval, name="stranger-approval")
measure = replace(editors, name="stranger_editors")
source = replace(votes, name="stranger_votes")
action = "never loaded"
"""
ENTRIES = """[holdfast.counting]
stranger-approval = planted_stranger:method
[holdfast.measures]
stranger_editors = planted_stranger:measure
[holdfast.sources]
stranger_votes = planted_stranger:source
[console_scripts]
stranger = planted_stranger:nothing
"""
ORIGIN = "[plug-in planted-stranger 1.5]"
Plant = Callable[..., None]


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plant:
    """Installs a distribution of a stranger on this test's path, and names it when asked to."""

    def planted(code: str = GOOD, entries: str = ENTRIES, *, named: bool = True) -> None:
        (tmp_path / "planted_stranger.py").write_text(code, "utf-8")
        info = tmp_path / "planted_stranger-1.5.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: planted-stranger\nVersion: 1.5\n", "utf-8")
        (info / "entry_points.txt").write_text(entries, "utf-8")
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.setitem(sys.modules, "planted_stranger", None)  # so that it is taken out again afterwards
        del sys.modules["planted_stranger"]
        if named:
            monkeypatch.setenv("HOLDFAST_PLUGINS", "planted-stranger")

    return planted


def test_a_stranger_that_is_installed_and_not_named_is_not_even_imported(plant: Plant) -> None:
    plant("raise SystemExit('a stranger ran')", named=False)
    assert "stranger-approval" not in methods()
    assert "stranger_editors" not in all_measures()
    assert "planted_stranger" not in sys.modules


def test_a_stranger_that_is_named_adds_its_kinds_and_each_list_says_whose_they_are(
    plant: Plant, capsys: pytest.CaptureFixture[str]
) -> None:
    plant()
    assert methods()["stranger-approval"].title.endswith(ORIGIN)
    assert all_sources()["stranger_votes"].describes.endswith(ORIGIN)
    assert all_measures()["stranger_editors"].title.endswith(ORIGIN)
    assert "[plug-in" not in methods()["approval"].title
    assert main(["measures"]) == 0
    (line,) = [each for each in capsys.readouterr().out.splitlines() if each.startswith("stranger_editors")]
    assert ORIGIN in line


@pytest.mark.parametrize("group", ["holdfast.actions", "holdfast.actions.kinds", "holdfast.record"])
def test_what_acts_or_writes_the_log_is_never_a_strangers(plant: Plant, group: str) -> None:
    plant("raise SystemExit('a stranger ran')", f"[{group}]\nban = planted_stranger:action\n")
    with pytest.raises(UsageError, match="registry.stranger_group") as caught:
        methods()
    assert "planted-stranger" in str(caught.value)
    assert "planted_stranger" not in sys.modules


@pytest.mark.parametrize(
    ("code", "name", "told"),
    [
        ("raise ValueError('private words')", "x", "registry.stranger_broken"),
        ("import no_such_package_here", "x", "registry.stranger_broken"),
        ("", "x", "registry.stranger_broken"),
        ("method = 3", "x", "registry.stranger_kind"),
        (GOOD, "other-name", "registry.stranger_name"),
        (GOOD.replace("stranger-approval", "approval"), "approval", "registry.stranger_taken"),
        (GOOD.replace("stranger-approval", "meek-stv"), "meek-stv", "registry.stranger_taken"),
    ],
)
def test_a_broken_stranger_is_named(plant: Plant, code: str, name: str, told: str) -> None:
    plant(code, f"[holdfast.counting]\n{name} = planted_stranger:method\n")
    with pytest.raises(UsageError, match=told) as caught:
        methods()
    assert "planted-stranger 1.5" in str(caught.value)
    assert "private words" not in str(caught.value)


def test_a_stranger_that_is_named_and_not_installed_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_PLUGINS", "nobody-made-this")
    assert main(["election", "count", "none.blt"]) == 2
    with pytest.raises(UsageError, match="nobody-made-this"):
        methods()


def test_names_stand_with_commas_between() -> None:
    assert settings_from({"HOLDFAST_PLUGINS": " one, two ,"}).plugins == ("one", "two")
    assert settings_from({}).plugins == ()
