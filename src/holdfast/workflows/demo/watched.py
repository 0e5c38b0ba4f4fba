"""What is ended when this process ends, however it ends: a shell that waits for the end of a pipe, and then acts."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

END_ITS_GROUP = "trap '' TERM; kill -TERM 0"
"""For `when_this_ends`: everything that was started in the watcher's process group is told to end."""


@contextmanager
def when_this_ends(script: str, *arguments: str) -> Iterator[int]:
    """Run a line of shell when the block ends or this process dies, even by SIGKILL; gives the process group of it.

    The kernel closes the pipe of whoever dies, so nothing has to be caught. A program that is started in the group
    (`process_group=`) hears nothing of the terminal's Ctrl-C: it ends in the order of the blocks.
    """
    watcher = subprocess.Popen(
        ["/bin/sh", "-c", f"read -r _; {script}", "sh", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        process_group=0,
    )
    try:
        yield watcher.pid
    finally:
        if watcher.stdin is not None:
            watcher.stdin.close()
        watcher.wait(timeout=30)
