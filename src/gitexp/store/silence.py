"""How long nothing was heard of a run that another host records, and the note that it was called lost for that."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from gitexp.store.journal import newest_write, read_start, write_file
from gitexp.store.machine import host_name, is_here

if TYPE_CHECKING:
    from gitexp.store.journal import Journal, JournalStart

LONGEST_SILENCE = 600.0
"""Seconds without a sign of life after which a run is called lost; its recorder gives one every half a minute."""
_NOTE = "lost"


def read_foreign_start(folder: str) -> JournalStart | None:
    """What a journal of another host says of its recording; None for one of this machine, and of another user."""
    start = read_start(folder)
    if start is None or is_here(start.host, start.boot):
        return None
    try:
        is_ours = not hasattr(os, "getuid") or os.stat(folder).st_uid == os.getuid()
    except OSError:  # gone meanwhile
        return None
    return start if is_ours else None


def measure_silence(journal: Journal) -> float | None:
    """Seconds since something was last heard of a run, by the clock of the file system: those of hosts differ.

    None where that cannot be asked, for nothing can be written there. Raises OSError where the journal has gone.
    """
    probe = os.path.join(os.path.dirname(journal.folder), f".probe-{os.getpid()}")
    try:
        descriptor = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError:
        return None
    try:
        os.write(descriptor, b"?")  # what sets its time on every file system
        now = os.fstat(descriptor).st_mtime
    finally:
        os.close(descriptor)
        os.unlink(probe)
    return now - newest_write(journal)


def note_loss(journal: Journal) -> None:
    """Notes that the run is called lost, and that nothing more is to be done for it from here. Raises OSError."""
    write_file(os.path.join(journal.folder, _NOTE), json.dumps({"host": host_name()}).encode())


def is_called_lost(folder: str) -> bool:
    """Whether nothing more is to be done for a run from here."""
    return os.path.exists(os.path.join(folder, _NOTE))
