"""The one error tree: a code, what happened, what was expected and got, where, and what to do next."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

MOST_SHOWN = 200
"""So many problems are printed; an error holds them all."""


class ExitCode(IntEnum):
    """What a command answers to the shell."""

    DONE = 0
    CHECK_FAILED = 1
    WRONG_USAGE = 2
    INPUT_REFUSED = 3
    SERVICE_UNAVAILABLE = 4
    INTERRUPTED = 130


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong in what a person wrote, and where. Lines and columns count from 1; 0: not known."""

    code: str
    what: str
    place: str = ""
    line: int = 0
    column: int = 0

    def words(self) -> str:
        """As it is printed: `file:line:column: what`."""
        place = ":".join(str(each) for each in (self.place, self.line, self.column) if each)
        return f"{place}: {self.what}" if place else self.what


class HoldfastError(Exception):
    """Root of every error that Holdfast raises on purpose.

    `code` is stable and dotted (`source.xml.truncated`); texts may be reworded, codes may not.
    No field may hold a secret, a ballot, an address or a private name.
    """

    exit_code = ExitCode.CHECK_FAILED
    problems: tuple[Problem, ...] = ()
    """All that is wrong in what a person wrote, each with its place."""

    def __init__(
        self,
        code: str,
        what: str,
        *,
        expected: str = "",
        got: str = "",
        place: str = "",
        hint: str = "",
        offender: object = None,
    ) -> None:
        self.code = code
        self.what = what
        self.expected = expected
        self.got = got
        self.place = place
        self.hint = hint
        self.offender = offender
        super().__init__(str(self))

    def __str__(self) -> str:
        comparison = ", ".join(
            part
            for part in (
                f"expected {self.expected}" if self.expected else "",
                f"got {self.got}" if self.got else "",
            )
            if part
        )
        parts = [f"{self.code}: {self.what}", comparison, self.place, self.hint]
        first = "; ".join(part for part in parts if part)
        return "\n".join((first, *(f"  {each.words()}" for each in self.problems[:MOST_SHOWN]), *self._rest()))

    def _rest(self) -> tuple[str, ...]:
        more = len(self.problems) - MOST_SHOWN
        return (f"  and {more} more",) if more > 0 else ()


class CheckFailedError(HoldfastError):
    """A check or verification did not pass."""

    exit_code = ExitCode.CHECK_FAILED


class UsageError(HoldfastError):
    """The command or call was wrong; nothing was touched."""

    exit_code = ExitCode.WRONG_USAGE


class InputRefusedError(HoldfastError):
    """Input was damaged, ambiguous or of an unknown form; nothing was changed."""

    exit_code = ExitCode.INPUT_REFUSED


class PaperRefusedError(InputRefusedError):
    """What a person wrote was refused, with every problem that was found in it."""

    def __init__(
        self,
        code: str,
        what: str,
        *,
        problems: Iterable[Problem],
        expected: str = "",
        got: str = "",
        place: str = "",
        hint: str = "correct the file; nothing was changed",
    ) -> None:
        self.problems = tuple(problems)
        super().__init__(code, what, expected=expected, got=got, place=place, hint=hint, offender=self.problems)


class ServiceUnavailableError(HoldfastError):
    """Something outside (a wiki, a log server) does not answer; the next run goes on."""

    exit_code = ExitCode.SERVICE_UNAVAILABLE
