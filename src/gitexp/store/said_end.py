"""How a run ended by the word of its own script, which is all there is where no ``exp run`` watches it."""

from __future__ import annotations

import os
import signal as signals
from typing import TYPE_CHECKING

from gitexp.format.frames import END, format_frame
from gitexp.store.journal_notes import EndNote, read_stop
from gitexp.store.journal_records import list_logs, read_log

if TYPE_CHECKING:
    from gitexp.store.journal import Journal, JournalStart

_INTERRUPTED = 130
_SIGNALLED = 128
_TAIL_BYTES = 65536
_KIND = format_frame((END,))[-6:]
"""How a record of an end goes on behind its head."""


def read_said_end(journal: Journal, start: JournalStart) -> EndNote | None:
    """The end that the script told of; None where it did not come to that. Raises OSError."""
    logs = [path for path in list_logs(journal) if _may_have_end(path)]
    for record in (record for path in logs for record in read_log(path, start)):
        if record[0] == END and len(record) >= 4:
            _, seconds, exit_code, word = record[:4]
            is_interrupt = word == "interrupt" or type(exit_code) is not int
            return EndNote(
                status=_INTERRUPTED if is_interrupt else exit_code,
                exit_code=None if is_interrupt else exit_code,
                signal="SIGINT" if is_interrupt else None,
                not_started=None,
                received=(),
                seconds=max(0.0, seconds),
                ended=start.wall + seconds,
            )
    return None


def read_stopped_end(journal: Journal, seconds: float, ended: float) -> EndNote | None:
    """The end of a run that ``exp stop`` ended and of whose end there is no other word; None where nobody stopped it.

    ``seconds`` is how long it went, ``ended`` when it ended, in seconds since 1970.
    """
    note = read_stop(journal)
    if note is None:
        return None
    status = _SIGNALLED + getattr(signals, note.signal, 0)
    return EndNote(status, None, note.signal, None, (), max(0.0, seconds), ended)


def _may_have_end(path: str) -> bool:
    """Whether it is worth reading: an end is the last that a process says, and a file may have millions of records."""
    with open(path, "rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - _TAIL_BYTES))
        return _KIND in file.read()
