"""Whether a file is all ours, and a second name or a second file that shares its bytes."""

from __future__ import annotations

import os
import stat
import sys

_FICLONE = 0x40049409  # linux/fs.h


def has_one_name(path: str) -> bool:
    """Whether a regular file stands under this name alone: under another one it might be written to."""
    try:
        found = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_nlink == 1


def is_written_to(path: str) -> bool:
    """Whether a process has the file open to write: a link in the cache would change with it. False if nobody tells."""
    if sys.platform != "linux":
        return False
    import errno
    import fcntl
    import signal

    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)  # ignored; the default, SIGIO, would end this process
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)  # refused while there is a writer
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    finally:
        os.close(descriptor)
    return False


def link_file(path: str, target: str) -> bool:
    """Gives a file a second name; False where that cannot be."""
    try:
        os.link(path, target)
    except OSError:  # another file system, or one without links
        return False
    return True


def share_blocks(source: int, target: int) -> bool:
    """Makes the target a copy that shares its blocks, on file systems that can: btrfs, xfs, bcachefs."""
    if sys.platform != "linux":
        return False
    import fcntl

    try:
        fcntl.ioctl(target, _FICLONE, source)
    except OSError:
        return False
    return True
