"""Logs with an allowed list of fields: what kind of error, where in the code, never what was in it.

The text of an exception or of a log call may hold what a person typed, so no text of either is written.
"""

import logging
import traceback
from datetime import UTC, datetime

OUR_LOGGERS = "holdfast."


class BareFormatter(logging.Formatter):
    """Time, level, logger, type of the exception and the places in the code that it passed."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="seconds")
        parts = [at, record.levelname, record.name]
        if record.name.startswith(OUR_LOGGERS) and not record.args:
            parts.append(str(record.msg))  # our own fixed sentences
        if record.exc_info and record.exc_info[0] is not None:
            frames = traceback.extract_tb(record.exc_info[2])
            parts.append(record.exc_info[0].__name__)
            parts.append(" < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames[-6:])))
        return " ".join(parts)
