"""Regular files: opened without a wait, and what is to be said of a path that is none."""

from __future__ import annotations

import errno
import os
import stat

_KINDS = ((stat.S_ISFIFO, "FIFO"), (stat.S_ISSOCK, "socket"))


def open_regular(path: str) -> tuple[int, os.stat_result]:
    """Opens a file to read, and its status. Raises OSError, for what is no regular file as well: a FIFO would wait.

    That is looked at first: to open a FIFO lets the one go on who waits to write into it.
    """
    _check_regular(os.stat(path))
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        status = os.fstat(descriptor)
        _check_regular(status)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor, status


def _check_regular(status: os.stat_result) -> None:
    if stat.S_ISREG(status.st_mode):
        return
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    kind = next((name for is_it, name in _KINDS if is_it(status.st_mode)), "device")
    raise OSError(errno.EINVAL, f"it is a {kind}: only files and folders can be recorded")


def explain_failure(path: str, error: OSError) -> str:
    """Why a file or folder cannot be read, and what may help."""
    if isinstance(error, FileNotFoundError):
        if not os.path.islink(path):
            return "it is not there"
        return f"it is a link to {os.readlink(path)}, which is not there"
    if isinstance(error, PermissionError):
        return f"{os.strerror(errno.EACCES)}: chmod u+r makes it readable"
    return error.strerror or str(error)


def has_changed(before: os.stat_result, after: os.stat_result) -> bool:
    """Whether a file was written to between two looks at it."""
    return (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)
