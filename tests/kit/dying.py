"""Recordings that die: exp and whatever would go on in its place, killed; the command is left alone."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from gitexp.capture.processes import list_children
from kit.exp import PATIENCE
from kit.terminal import wait_until

if TYPE_CHECKING:
    import subprocess


def kill_recording(process: subprocess.Popen[bytes]) -> None:
    """Kills an ``exp run`` and its keeper, so that neither does a thing after the other's end, and reaps it.

    The standard input of the command ends.
    """
    process.send_signal(signal.SIGSTOP)
    wait_until(lambda: read_state(process.pid) in "TZX")
    for keeper in list_children(process.pid):
        os.kill(keeper, signal.SIGKILL)
    process.kill()
    process.communicate(timeout=PATIENCE)


def read_state(pid: int) -> str:
    """The letter that Linux has for what a process does: T is stopped, Z waits for its parent, X is not there."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[0].decode()
    except OSError:
        return "X"
