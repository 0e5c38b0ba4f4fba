"""The one error tree: a code, what happened, what was expected and got, where, and what to do next."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command answers to the shell."""

    DONE = 0
    CHECK_FAILED = 1
    WRONG_USAGE = 2
    INPUT_REFUSED = 3
    SERVICE_UNAVAILABLE = 4
    INTERRUPTED = 130


class HoldfastError(Exception):
    """Root of every error that Holdfast raises on purpose.

    `code` is stable and dotted (`source.xml.truncated`); texts may be reworded, codes may not.
    No field may hold a secret, a ballot, an address or a private name.
    """

    exit_code = ExitCode.CHECK_FAILED

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
        return "; ".join(part for part in parts if part)


class CheckFailedError(HoldfastError):
    """A check or verification did not pass."""

    exit_code = ExitCode.CHECK_FAILED


class UsageError(HoldfastError):
    """The command or call was wrong; nothing was touched."""

    exit_code = ExitCode.WRONG_USAGE


class InputRefusedError(HoldfastError):
    """Input was damaged, ambiguous or of an unknown form; nothing was changed."""

    exit_code = ExitCode.INPUT_REFUSED


class ServiceUnavailableError(HoldfastError):
    """Something outside (a wiki, a log server) does not answer; the next run goes on."""

    exit_code = ExitCode.SERVICE_UNAVAILABLE
