"""The journals of a repository: those that are there, and the claim to one whose recorder has died."""

from __future__ import annotations

import errno
import os
import shutil
import time
from typing import TYPE_CHECKING

from gitexp.model.ids import is_id
from gitexp.store.file_lock import is_record_locked, try_lock
from gitexp.store.journal import START, Journal, local_folder, read_start
from gitexp.store.machine import is_here
from gitexp.store.spare_journals import is_own_folder, list_spare_journals

if TYPE_CHECKING:
    from gitexp.git.repository import Repository
    from gitexp.store.journal import JournalStart

_ABANDONED = 600.0
"""Seconds after which a journal that is still being made is not being made any more."""


def list_journals(repository: Repository) -> list[str]:
    """The folders of all journals, those of runs that are going among them. Costs a few listings of folders."""
    place = local_folder(repository, "live")
    try:
        with os.scandir(place) as entries:
            found = sorted(entry.path for entry in entries if is_id(entry.name))
    except OSError:  # nothing was ever recorded here, or it is not ours to read
        found = []
    return found + list_spare_journals(repository)


def has_journal(repository: Repository, run_id: str) -> bool:
    """Whether a run is recorded here, by whomever: also where its journal is not ours to read."""
    if os.path.lexists(local_folder(repository, "live", run_id)):
        return True
    return any(os.path.basename(folder).endswith(run_id) for folder in list_spare_journals(repository))


def claim_journal(folder: str) -> tuple[Journal, JournalStart] | None:
    """The journal of a recording that died, locked for who completes it.

    None where somebody records, makes or completes it, where the script may say more of it, where it is
    not ours to read, and where another host began it: whether its lock is held is not known here on every shared file
    system.
    """
    if not is_own_folder(folder):
        return None
    start = read_start(folder)
    if start is None:
        _clear_unfinished(folder)
    if start is None or not is_here(start.host, start.boot):
        return None
    lock = _open_lock(folder)
    if lock is None:
        return None
    journal = Journal(folder, lock)
    # Whoever had the lock before may have completed the run and removed the folder meanwhile.
    if try_lock(lock) and os.fstat(lock).st_nlink and not has_script(folder):
        return journal, start
    journal.release()
    return None


def has_script(folder: str) -> bool:
    """Whether a process of the script may say more of a run whose end nobody knows: its recorder may be dead."""
    from gitexp.store.journal_notes import read_end
    from gitexp.store.journal_records import list_logs
    from gitexp.store.said_end import read_said_end

    journal, start = Journal(folder, -1), read_start(folder)
    if start is None or read_end(journal) is not None:
        return False
    return any(map(is_record_locked, list_logs(journal))) and read_said_end(journal, start) is None


def is_held(folder: str) -> bool:
    """Whether somebody records or completes the run of a journal, or may say more of it; not where it is gone."""
    return is_recorded(folder) or has_script(folder)


def is_recorded(folder: str) -> bool:
    """Whether somebody records or completes the run of a journal; not where it is gone."""
    lock = _open_lock(folder)
    if lock is None:
        return False
    try:
        return not try_lock(lock) and os.fstat(lock).st_nlink > 0
    finally:
        os.close(lock)


def _open_lock(folder: str) -> int | None:
    """The file of the lock, open; None where it is gone, or not ours."""
    path = os.path.join(folder, "lock")
    try:
        return os.open(path, os.O_RDWR)
    except OSError as error:
        # Where nothing can be written it can be locked all the same, but on some network file systems.
        if error.errno not in (errno.EROFS, errno.EACCES):
            return None
    try:
        return os.open(path, os.O_RDONLY)
    except OSError:
        return None


def _clear_unfinished(folder: str) -> None:
    """Removes what is left of a journal that was never made: no command began under it."""
    try:
        is_old = time.time() - os.stat(folder).st_mtime > _ABANDONED
        unmade = START not in os.listdir(folder)
    except OSError:
        return
    if is_old and unmade:
        shutil.rmtree(folder, ignore_errors=True)
