"""Locks of files, held by open files: they go when the last process that holds the file has ended."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from typing import TYPE_CHECKING

from gitexp.errors import StorageFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATIENCE = 10.0
_PAUSE = 0.01


@contextlib.contextmanager
def hold_lock(path: str) -> Iterator[None]:
    """Holds the lock of a file, made where it is not there; waits ten seconds for it, then raises StorageFailed."""
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise StorageFailed(path, error.strerror or str(error)) from error
    try:
        deadline = time.monotonic() + _PATIENCE
        while not try_lock(lock):
            if time.monotonic() > deadline:
                raise StorageFailed(path, "another process holds this lock, or the file system has none")
            time.sleep(_PAUSE)
        yield
    finally:
        os.close(lock)


def try_lock(descriptor: int) -> bool:
    """Takes the lock of an open file without waiting; False when another process holds it, or it cannot be had."""
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
    except OSError:  # held; or, on NFS, a file that may only be read
        return False
    return True


def is_record_locked(path: str) -> bool:
    """Whether another process holds the POSIX lock of a file, which goes with that process; not where it is gone."""
    if sys.platform == "win32":
        return False
    import fcntl

    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # POSIX leaves open which
        return True
    finally:
        os.close(file)
    return False
