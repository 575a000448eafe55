"""A file of one process in a run's journal, under a number that nobody else comes by."""

from __future__ import annotations

import errno
import os
import sys
import time

from gitexp.format.frames import HEADER, VERSION, format_frame

if sys.platform != "win32":  # here and not where it is used: a signal's handler would find it half imported there
    import fcntl

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_HIGH_NUMBERS = (900, 200, 60)
_BOOT = "/proc/sys/kernel/random/boot_id"


def make_log_file(journal: str, rank: int | None, head: bytes) -> int:
    """A new file, open for appending, which begins with who writes it and ``head``.

    A script that becomes a daemon closes all files and opens others with the low numbers: this one has a high number.
    It is locked by this process alone, not by what it forks, as long as it is open: others see that the process may say
    more. Nothing else in this process may open it, for to close it there would let the lock go. Raises OSError.
    """
    low, path = _make_file(os.path.join(journal, "log"))
    try:
        _write_whole(low, _format_header(rank) + head)
    except BaseException:
        os.close(low)
        os.unlink(path)
        raise
    high = _lift(low)
    _lock(high)
    return high


def _write_whole(file: int, data: bytes) -> None:
    if os.write(file, data) != len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def identify(descriptor: int) -> tuple[int, int] | None:
    """Which file a descriptor stands for; None where it is closed."""
    try:
        state = os.fstat(descriptor)
    except OSError:
        return None
    return state.st_dev, state.st_ino


def is_written_after_end(descriptor: int) -> bool:
    """Whether something was written into a file after it was taken away."""
    state = os.fstat(descriptor)
    # Taking a file away sets its time of change alone, writing sets both.
    return state.st_nlink == 0 and state.st_mtime_ns == state.st_ctime_ns


def _make_file(folder: str) -> tuple[int, str]:
    number = 0
    while True:
        number += 1
        path = os.path.join(folder, f"{os.getpid()}-{number}.log")
        try:
            return os.open(path, _FLAGS, 0o600), path
        except FileExistsError:  # an earlier one, or from another container, where processes are numbered anew
            continue


def _format_header(rank: int | None) -> bytes:
    host, pid = _read_host(), os.getpid()
    return format_frame((HEADER, VERSION, host, _read_boot(), pid, rank, time.time(), time.monotonic()))


def _lift(low: int) -> int:
    """The same file under a high number; the low one is closed."""
    if sys.platform == "win32":  # no such numbers there, and no daemons
        return low
    for least in _HIGH_NUMBERS:
        try:
            high: int = fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, least)
        except OSError:  # beyond the limit of open files
            continue
        os.close(low)
        return high
    return low


def _lock(descriptor: int) -> None:
    if sys.platform != "win32":
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # a file system without locks: there the recorder's, if any, is all that others see
            return


def _read_boot() -> str:
    """As ``store.machine`` reads it, without what that imports."""
    try:
        file = os.open(_BOOT, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    except OSError:
        return ""
    try:
        return os.read(file, 100).decode("ascii", "replace").strip()
    finally:
        os.close(file)


def _read_host() -> str:
    if sys.platform == "win32":
        import platform

        return platform.node()
    return os.uname().nodename
