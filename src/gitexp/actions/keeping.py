"""What is noted in the journal while a command runs, and what is done with it by whoever outlives exp."""

from __future__ import annotations

import contextlib
import os
import time
from typing import TYPE_CHECKING

from gitexp.capture.keeping import Keeping

if TYPE_CHECKING:
    from gitexp.capture.ending import Ending
    from gitexp.git.repository import Repository
    from gitexp.store.journal import Journal


def keep_command(repository: Repository | None, journal: Journal | None) -> Keeping:
    """The duties of whoever keeps the command of a run; none beyond the command itself where it has no journal."""
    if repository is None or journal is None:
        return Keeping()
    place, kept = repository, journal
    return Keeping(
        lock=kept.lock,
        note_processes=lambda recorder, keeper, command: _note_processes(kept, recorder, keeper, command),
        note_end=lambda ending: _note_end(kept, ending),
        beat=lambda: _beat(kept),
        complete=lambda: _complete(place, kept),
    )


def _note_processes(journal: Journal, recorder: int, keeper: int | None, command: int) -> None:
    from gitexp.store.journal_notes import ProcessNote, write_processes

    write_processes(journal, ProcessNote(recorder, keeper, command))


def _note_end(journal: Journal, ending: Ending) -> None:
    from gitexp.store.journal_notes import EndNote, write_end

    note = EndNote(
        status=ending.status,
        exit_code=ending.exit_code,
        signal=ending.signal,
        not_started=ending.not_started,
        received=ending.received,
        seconds=ending.seconds,
        ended=time.time(),
        preempted=ending.preempted,
    )
    write_end(journal, note)


def _beat(journal: Journal) -> None:
    # Where it fails the journal is gone, or its file system: the lock still says that the run is recorded.
    with contextlib.suppress(OSError):
        os.utime(os.path.join(journal.folder, "lock"))


def _complete(repository: Repository, journal: Journal) -> None:
    """Stores the run, as the next command would have. What cannot be done is left to that, which then tells why."""
    from gitexp.actions.attempts import Attempts
    from gitexp.actions.recover import Completed, complete_journal
    from gitexp.store.journal import read_start

    start = read_start(journal.folder)
    if start is None:  # exp had stored the run already
        return
    attempts = Attempts()
    completed = attempts.make(
        f"the run of {journal.folder} is not stored yet",
        lambda: complete_journal(repository, journal, start, attempts),
        Completed(None, is_done=False),
    )
    if completed.is_done:
        journal.remove()
