"""Locks of files, held by open files: they go when the last process that holds the file has ended."""

from __future__ import annotations

import os
import sys


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
