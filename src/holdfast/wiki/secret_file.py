"""Reading a file of the keys folder that holds passwords: its owner alone may read it, and errors quote nothing."""

import os
import stat
from pathlib import Path
from typing import Any

from holdfast.errors import InputRefusedError
from holdfast.papers.decoding import MOST_BYTES
from holdfast.papers.documents import parse_toml


def read_secret_toml(path: Path) -> dict[str, Any] | None:
    """The file's content; null when there is none.

    Raises InputRefusedError `operators.readable` when others than its owner may read it, `operators.form` when it is
    no TOML.
    """
    try:
        with path.open("rb") as stream:
            _check_mode(os.fstat(stream.fileno()).st_mode, path)
            return parse_toml(stream.read(MOST_BYTES + 1), path.name).data
    except FileNotFoundError:
        return None
    except InputRefusedError as reason:
        if reason.code == "operators.readable":
            raise
        # the parser quotes no line, but its message is left out all the same: this file holds passwords
        where = [f", line {each.line}" for each in reason.problems[:1]]
        raise bad_form(path, "".join(["it is no TOML", *where])) from None
    except OSError as reason:
        raise bad_form(path, f"it cannot be read ({type(reason).__name__})") from None


def bad_form(path: Path, what: str) -> InputRefusedError:
    """The error for a file that is not as it must be; `what` quotes nothing from it that could be secret."""
    return InputRefusedError(
        "operators.form",
        "a file with the office's logins on wikis is not as it must be",
        got=what,
        place=path.name,
        hint="docs/acting.md and docs/wiki-sign-in.md show them; nothing was changed",
    )


def _check_mode(mode: int, path: Path) -> None:
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise InputRefusedError(
            "operators.readable",
            "others than its owner may read the office's passwords",
            expected="mode 0600",
            got=f"mode {stat.S_IMODE(mode):04o}",
            place=path.name,
            hint=f"chmod 600 {path.name}, and have new passwords made if anybody else could log in here",
        )
