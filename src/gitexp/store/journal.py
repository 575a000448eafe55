"""The journal of a run that is going: ``<git common dir>/exp/live/<id>/``, never pushed, gone when the run is stored.

lock      held as long as somebody records the run
output/   what the command wrote, as it came
"""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import StorageFailed

if TYPE_CHECKING:
    from gitexp.git.repository import Repository
    from gitexp.model.ids import RunId

_PRIVATE = 0o700


class Journal(NamedTuple):
    """One run's journal, locked by this process."""

    folder: str
    lock: int

    @property
    def output(self) -> str:
        """Where the command's output is spooled."""
        return os.path.join(self.folder, "output")

    def remove(self) -> None:
        """Lets the lock go and removes the folder."""
        os.close(self.lock)
        shutil.rmtree(self.folder, ignore_errors=True)


def local_folder(repository: Repository, *parts: str) -> str:
    """A path below gitexp's own local folder; linked worktrees share it."""
    return os.path.join(repository.common_dir, "exp", *parts)


def open_journal(repository: Repository, run_id: RunId) -> Journal:
    """Makes the folder and takes the lock. Raises StorageFailed where nothing can be written."""
    folder = local_folder(repository, "live", run_id)
    return _open(folder)


def open_spare_journal(run_id: RunId) -> Journal:
    """A journal outside the repository, for a repository in which nothing can be written. Raises StorageFailed."""
    import tempfile

    return _open(os.path.join(tempfile.gettempdir(), f"gitexp-{run_id}"))


def _open(folder: str) -> Journal:
    try:
        os.makedirs(os.path.dirname(folder), exist_ok=True)
        os.mkdir(folder, _PRIVATE)
        os.mkdir(os.path.join(folder, "output"), _PRIVATE)
        lock = os.open(os.path.join(folder, "lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StorageFailed(folder, error.strerror or str(error)) from error
    if not try_lock(lock):
        raise StorageFailed(folder, "the journal is locked by another process")
    return Journal(folder, lock)


def try_lock(descriptor: int) -> bool:
    """Takes the lock of an open file without waiting; False when another process holds it."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
