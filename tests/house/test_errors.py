"""Errors say what happened, where, and what to do next; commands answer with the agreed exit codes."""

import pytest

from holdfast.cli import main
from holdfast.errors import ExitCode, InputRefusedError
from holdfast.ids import wiki_name


def test_an_error_reads_code_what_comparison_place_and_next_step() -> None:
    error = InputRefusedError("a.b", "it broke", expected="1", got="2", place="file:3", hint="try again")
    assert str(error) == "a.b: it broke; expected 1, got 2; file:3; try again"


def test_a_wiki_name_with_a_slash_is_refused_with_the_next_step() -> None:
    with pytest.raises(Exception, match="ids.wiki") as caught:
        wiki_name("../evil")
    assert "choose a short name" in str(caught.value)


def test_an_unknown_command_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["no-such-thing"]) == ExitCode.WRONG_USAGE
    assert "no-such-thing" in capsys.readouterr().err
