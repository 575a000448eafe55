"""Recordings that die: exp and whatever would go on in its place, killed; the command is left alone."""

from __future__ import annotations

import contextlib
import os
import signal
from typing import TYPE_CHECKING

from gitexp.store.journal import Journal
from gitexp.store.journal_notes import read_processes
from kit.exp import PATIENCE

if TYPE_CHECKING:
    import pathlib
    import subprocess


def kill_recording(process: subprocess.Popen[bytes], live: pathlib.Path) -> None:
    """Kills exp and the keepers of the journals in a folder; the standard input of the command ends."""
    for journal in live.iterdir():
        note = read_processes(Journal(str(journal), -1))
        if note is not None and note.recorder == process.pid and note.keeper is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(note.keeper, signal.SIGKILL)
    process.kill()
    process.communicate(timeout=PATIENCE)
