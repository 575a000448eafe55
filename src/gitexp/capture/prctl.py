"""What Linux lets a process say of itself: that it adopts orphans, and what it is called."""

from __future__ import annotations

import ctypes
import sys

_SET_NAME = 15  # of linux/prctl.h
_SET_CHILD_SUBREAPER = 36
_ARGUMENTS_AT = 45
"""Where /proc/self/stat, behind the name, has the address of the arguments and that of their end."""


def adopt_orphans(*, wanted: bool) -> bool:
    """Whether processes below this one become its children when their parents end; False where that cannot be had."""
    return sys.platform == "linux" and _prctl(_SET_CHILD_SUBREAPER, int(wanted))


def rename_process(title: str) -> bool:
    """Calls this process something else, for ``ps``, ``pkill`` and ``killall``; whether that was possible.

    The arguments that it was started with are overwritten where they lie. Python has copies of its own.
    """
    if sys.platform != "linux":
        return False
    name = title.encode()
    try:
        with open("/proc/self/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        start, end = map(int, fields[_ARGUMENTS_AT : _ARGUMENTS_AT + 2])
    except (OSError, ValueError):
        return False
    if not 0 < start < end:
        return False
    ctypes.memset(start, 0, end - start)
    ctypes.memmove(start, name, min(len(name), end - start - 1))
    return _prctl(_SET_NAME, ctypes.c_char_p(name))


def _prctl(option: int, argument: object) -> bool:
    return bool(ctypes.CDLL(None).prctl(option, argument, 0, 0, 0) == 0)
