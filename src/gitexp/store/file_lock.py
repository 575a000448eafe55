"""Locks of files, held by open files: they go when the last process that holds the file has ended."""

from __future__ import annotations

import sys


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
