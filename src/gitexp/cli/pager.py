"""Long output on a terminal goes through the user's pager, as Git's own does."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gitexp.git.repository import Repository
    from gitexp.render.page import Look


def write_paged(repository: Repository, output: bytes, look: Look) -> None:
    """Writes to standard output, through the pager that Git would take where that is a terminal."""
    sys.stdout.flush()
    if look.is_screen and output:
        from gitexp.git.difference import pager_command

        command = pager_command(repository)
        if command is not None and _page(command, output):
            return
    sys.stdout.buffer.write(output)
    sys.stdout.buffer.flush()


def _page(command: str, output: bytes) -> bool:
    """Hands the output to a pager and waits for it; False where it could not be started."""
    # The same defaults as Git's: leave at once what fits the screen, let colours through, do not clear.
    surroundings = {"LESS": "FRX", "LV": "-c", **os.environ}
    process = subprocess.Popen(command, shell=True, stdin=subprocess.PIPE, env=surroundings)  # noqa: S602  as Git does
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # the reader has seen enough
        process.stdin.write(output)
    with contextlib.suppress(BrokenPipeError):
        process.stdin.close()
    while True:
        try:
            return process.wait() != _NOT_FOUND
        except KeyboardInterrupt:  # Ctrl-C is for the pager
            continue


_NOT_FOUND = 127
