"""The journal of a run that is going, looked into by others than its recorder."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import ExpError
from gitexp.model.ending import judge_ending
from gitexp.model.run import Status
from gitexp.store.journal import Journal, local_folder, read_start
from gitexp.store.journal_notes import read_end
from gitexp.store.journals import is_held
from gitexp.store.machine import is_here

if TYPE_CHECKING:
    from gitexp.git.repository import Repository
    from gitexp.model.head import RunHead
    from gitexp.store.journal import JournalStart

_NO_LOCK = -1
NOT_HERE = "another machine or user records it: what it does is known here when it ends"


class GoingJournal(NamedTuple):
    """A journal that somebody else has locked, and what it says of its beginning."""

    journal: Journal
    start: JournalStart


class UnstoredEnd(NamedTuple):
    """How a run ended that could not be stored yet."""

    status: Status
    exit_code: int | None
    signal: str | None
    seconds: float


def find_journal(repository: Repository, head: RunHead) -> GoingJournal | None:
    """The journal of a run that is going; None where it has ended, or another machine or user records it.

    None too for the run that this very process logs to.
    """
    if head.status is not Status.RUNNING or is_own_run(head.id):
        return None
    folder = local_folder(repository, "live", head.id)
    start = read_start(folder)
    return None if start is None else GoingJournal(Journal(folder, _NO_LOCK), start)


def is_own_run(run_id: str | None = None) -> bool:
    """Whether this very process logs to that run, or to any.

    What it writes must not be read by itself: to close the file would let go the lock that says it is still there.
    """
    writer = sys.modules.get("gitexp.tracker.writer")  # not imported: no command needs it, and it has no lock then
    journal: str | None = writer.WRITER.journal if writer is not None else None
    return journal is not None and run_id in (None, os.path.basename(journal).removeprefix("gitexp-"))


def find_unstored_end(found: GoingJournal) -> UnstoredEnd | None:
    """How the run of a journal ended where it has, and nobody is storing it; None while it goes. Raises OSError."""
    journal, start = found
    # Looked at in this order: who stores a run removes the start before the lock goes.
    if not is_here(start.host, start.boot) or is_held(journal.folder) or read_start(journal.folder) is None:
        return None
    note = read_end(journal)
    if note is None:
        return _find_kept_end(journal)
    exit_code = note.status if note.not_started is not None else note.exit_code
    status = judge_ending(exit_code, note.signal, note.received, is_preempted=note.preempted is not None)
    return UnstoredEnd(status, exit_code, note.signal, note.seconds)


def _find_kept_end(journal: Journal) -> UnstoredEnd | None:
    """As the record says that was kept beside a repository which could not be written."""
    from gitexp.format.manifest_reading import parse_manifest
    from gitexp.store.record_folder import read_kept_manifest

    try:
        manifest = read_kept_manifest(journal.folder)
        run = parse_manifest(manifest, journal.run_id) if manifest is not None else None
    except ExpError:  # whoever tries to store it tells of that
        return None
    return UnstoredEnd(run.status, run.exit_code, run.signal, run.seconds or 0.0) if run is not None else None
