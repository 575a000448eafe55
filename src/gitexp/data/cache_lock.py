"""The lock between those who store objects in a cache and whoever removes old ones from it.

Each is held for a moment: while an object is found or put in its place, and while one is looked at and removed.
"""

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
"""Seconds: who removes holds the lock for one object only, unless it is stopped just then."""
_PAUSE = 0.01


@contextlib.contextmanager
def hold_while_storing(root: str) -> Iterator[None]:
    """Nothing is removed from the cache meanwhile. Where there is no lock to be had it goes on without: to be kept
    matters more, and whoever removes does nothing without the lock.
    """
    try:
        os.makedirs(root, exist_ok=True)
        lock = os.open(os.path.join(root, "lock"), os.O_RDWR | os.O_CREAT, 0o666)
    except OSError:
        yield
        return
    try:
        _wait(lock, is_shared=True)
        yield
    finally:
        os.close(lock)


@contextlib.contextmanager
def hold_while_removing(root: str) -> Iterator[None]:
    """Nothing is stored in the cache meanwhile. Raises StorageFailed where the lock is not to be had."""
    path = os.path.join(root, "lock")
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise StorageFailed(path, error.strerror or str(error)) from error
    try:
        if not _wait(lock, is_shared=False):
            raise StorageFailed(path, "another process holds this lock, or the file system has none")
        yield
    finally:
        os.close(lock)


def read_clock(root: str) -> float:
    """The present time by the clock of the cache's file system, in seconds since 1970. Raises StorageFailed."""
    path = os.path.join(root, "lock")
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o666))
        os.utime(path)
        return os.stat(path).st_mtime
    except OSError as error:
        raise StorageFailed(path, error.strerror or str(error)) from error


def _wait(lock: int, *, is_shared: bool) -> bool:
    deadline = time.monotonic() + _PATIENCE
    while not _try(lock, is_shared=is_shared):
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE)
    return True


def _try(lock: int, *, is_shared: bool) -> bool:
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(lock, msvcrt.LK_NBLCK, 1)  # Windows knows no shared one here
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(lock, (fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
