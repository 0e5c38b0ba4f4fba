"""Runs a command by itself and says what it cost: wall time, CPU time, peak memory of its largest process."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one run of one command cost."""

    wall_seconds: float
    cpu_seconds: float
    """User and system time of the process and of the children it waited for."""
    peak_mib: float
    output: str

    def __str__(self) -> str:
        return f"{self.wall_seconds:8.2f} s wall {self.cpu_seconds:8.2f} CPU-s {self.peak_mib:8.0f} MiB peak"


def measured(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Cost:
    """Run `command` to its end. Raises RuntimeError with the end of its stderr when it fails."""
    with TemporaryFile("w+") as output, TemporaryFile("w+") as complaint:
        started = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in command],
            stdout=output,
            stderr=complaint,
            env={**os.environ, **(env or {})},
            cwd=cwd,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        complaint.seek(0)
        if process.returncode:
            raise RuntimeError(f"{command[0]} ended with {process.returncode}: {complaint.read()[-2000:]}")
        return Cost(
            wall_seconds=wall,
            cpu_seconds=usage.ru_utime + usage.ru_stime,
            peak_mib=usage.ru_maxrss / 1024,
            output=output.read(),
        )
