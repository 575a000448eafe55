"""The journal of a run that is going: ``<git common dir>/exp/live/<id>/``, never pushed, gone when the run is stored.

lock       held as long as somebody records the run
start      who began it, as JSON; written once the lock is held, so a journal without it is still being made
run.yaml   the manifest at the start, only where no live commit could be written
output/    what the command wrote, as it came
record/    the whole record, only where the run ended and the repository could not be written
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import StorageFailed
from gitexp.model.ids import is_id

if TYPE_CHECKING:
    from gitexp.git.repository import Repository
    from gitexp.model.ids import RunId

_PRIVATE = 0o700
_START = "start"
_BOOT = "/proc/sys/kernel/random/boot_id"
_ABANDONED = 600.0
"""Seconds after which a journal that is still being made is not being made any more."""


class JournalStart(NamedTuple):
    """What recovery has to know of a recording and no manifest says."""

    host: str
    boot: str
    """Which start of which kernel: containers of one machine have it in common, whatever they are called."""
    extract: bool
    """Whether metrics are read from the output."""
    traces: tuple[str, ...]
    """By what to know the run's secrets again, without saying them."""


class Journal(NamedTuple):
    """One run's journal, locked by this process."""

    folder: str
    lock: int

    @property
    def output(self) -> str:
        """Where the command's output is spooled."""
        return os.path.join(self.folder, "output")

    @property
    def manifest(self) -> str:
        """The manifest at the start, where no live commit holds it."""
        return os.path.join(self.folder, "run.yaml")

    def remove(self) -> None:
        """Lets the lock go and removes the folder."""
        os.close(self.lock)
        shutil.rmtree(self.folder, ignore_errors=True)

    def release(self) -> None:
        """Lets the lock go and leaves the folder to the next who comes."""
        os.close(self.lock)


def local_folder(repository: Repository, *parts: str) -> str:
    """A path below gitexp's own local folder; linked worktrees share it."""
    return os.path.join(repository.common_dir, "exp", *parts)


def open_journal(repository: Repository, run_id: RunId, start: JournalStart) -> Journal:
    """Makes the folder and takes the lock. Raises StorageFailed where nothing can be written."""
    return _open(local_folder(repository, "live", run_id), start)


def open_spare_journal(run_id: RunId, start: JournalStart) -> Journal:
    """A journal outside the repository, for a repository in which nothing can be written. Raises StorageFailed."""
    return _open(spare_folder(run_id), start)


def spare_folder(run_id: str) -> str:
    """Where a run's journal lies when the repository cannot be written. Raises StorageFailed."""
    import tempfile

    try:
        return os.path.join(tempfile.gettempdir(), f"gitexp-{run_id}")
    except FileNotFoundError as error:  # what Python says of a machine without any folder that may be written
        raise StorageFailed("the temporary folder", "none can be written") from error


def _open(folder: str, start: JournalStart) -> Journal:
    lock = -1
    try:
        os.makedirs(os.path.dirname(folder), exist_ok=True)
        os.mkdir(folder, _PRIVATE)
        os.mkdir(os.path.join(folder, "output"), _PRIVATE)
        lock = os.open(os.path.join(folder, "lock"), os.O_RDWR | os.O_CREAT, 0o600)
        if not try_lock(lock):
            raise StorageFailed(folder, "the journal is locked by another process")
        write_file(os.path.join(folder, _START), json.dumps(start._asdict()).encode())
    except OSError as error:
        if lock >= 0:
            os.close(lock)
        shutil.rmtree(folder, ignore_errors=True)
        raise StorageFailed(folder, error.strerror or str(error)) from error
    return Journal(folder, lock)


def write_file(path: str, data: bytes) -> None:
    """Writes a file of a journal for nobody else to read. Raises OSError, also where a part was written."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
    try:
        while data:
            data = data[os.write(file, data) :]
    finally:
        os.close(file)


def read_boot() -> str:
    """Which start of which kernel this is; '' where the system does not say."""
    try:
        with open(_BOOT, encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""


def list_journals(repository: Repository) -> list[str]:
    """The folders of all journals, those of runs that are going among them. Costs one listing of a folder."""
    place = local_folder(repository, "live")
    try:
        with os.scandir(place) as entries:
            return sorted(entry.path for entry in entries if is_id(entry.name))
    except OSError:  # nothing was ever recorded here, or it is not ours to read
        return []


def claim_journal(folder: str) -> tuple[Journal, JournalStart] | None:
    """The journal of a recording that died, locked for who completes it.

    None where somebody records, makes or completes it, where it is not ours to read, and where another host began it:
    whether its lock is held is not known here on every shared file system.
    """
    start = read_start(folder)
    if start is None:
        _clear_unfinished(folder)
    if start is None or not _is_here(start):
        return None
    try:
        lock = os.open(os.path.join(folder, "lock"), os.O_RDWR)
    except OSError:
        return None
    journal = Journal(folder, lock)
    # Whoever had the lock before may have completed the run and removed the folder meanwhile.
    if try_lock(lock) and os.fstat(lock).st_nlink:
        return journal, start
    journal.release()
    return None


def newest_write(journal: Journal) -> float:
    """When something was last written into a journal, in seconds since 1970."""
    newest = os.stat(os.path.join(journal.folder, _START)).st_mtime
    with os.scandir(journal.output) as entries:
        return max([newest, *(entry.stat().st_mtime for entry in entries)])


def read_start(folder: str) -> JournalStart | None:
    """What a journal says of its recording; None where it is not made yet, gone, or not ours to read."""
    try:
        with open(os.path.join(folder, _START), "rb") as file:
            found = json.loads(file.read())
        return JournalStart(
            host=str(found["host"]),
            boot=str(found["boot"]),
            extract=found["extract"] is True,
            traces=tuple(map(str, found["traces"])),
        )
    except OSError:
        return None
    except (ValueError, KeyError, TypeError):  # torn by a power cut, after which the machine is another one
        return JournalStart(host_name(), "", extract=False, traces=())


def _clear_unfinished(folder: str) -> None:
    """Removes what is left of a journal that was never made: no command began under it."""
    try:
        is_old = time.time() - os.stat(folder).st_mtime > _ABANDONED
        unmade = _START not in os.listdir(folder)
    except OSError:
        return
    if is_old and unmade:
        shutil.rmtree(folder, ignore_errors=True)


def host_name() -> str:
    """This machine's name, as runs record it."""
    import platform

    return platform.node()


def _is_here(start: JournalStart) -> bool:
    return start.host == host_name() or (start.boot != "" and start.boot == read_boot())


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
