"""Gives way to the user's command: work that can wait runs at the lowest priority."""

from __future__ import annotations

import ctypes
import os
import platform
import sys

_LOWEST = 19
_IO_IDLE = 3 << 13  # IOPRIO_CLASS_IDLE of linux/ioprio.h
_IO_WHO_PROCESS = 1
_IOPRIO_SET = {"x86_64": 251, "aarch64": 30, "riscv64": 30, "ppc64le": 273, "s390x": 282, "i686": 289, "armv7l": 314}
_QOS_CLASS_BACKGROUND = 0x09
_THREAD_MODE_BACKGROUND_BEGIN = 0x00010000


def lower_priority() -> str | None:
    """Lowers the CPU and I/O priority of the calling thread for good; returns why that failed, None when it did not.

    Processes started from this thread inherit it: never start the user's command from here. And a thread of this kind
    holds back the others of its process while it holds Python's lock, so that work beside a thread that must be
    prompt belongs into a process of its own.
    """
    if sys.platform == "darwin":
        status = ctypes.CDLL(None).pthread_set_qos_class_self_np(_QOS_CLASS_BACKGROUND, 0)
        return f"pthread_set_qos_class_self_np gave {status}" if status else None
    if sys.platform == "win32":
        kernel = ctypes.windll.kernel32
        done = kernel.SetThreadPriority(kernel.GetCurrentThread(), _THREAD_MODE_BACKGROUND_BEGIN)
        return None if done else "SetThreadPriority was refused"
    if sys.platform != "linux":
        return f"not known how on {sys.platform}"
    return _lower_on_linux()


def _lower_on_linux() -> str | None:
    import threading

    thread = threading.get_native_id()  # on Linux a thread has a priority of its own, named by its own id
    try:
        os.setpriority(os.PRIO_PROCESS, thread, _LOWEST)
    except OSError as error:
        return f"setpriority: {error.strerror}"
    number = _IOPRIO_SET.get(platform.machine())
    if number is None:
        return f"ioprio_set is not known on {platform.machine()}"
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(number, _IO_WHO_PROCESS, 0, _IO_IDLE):
        return f"ioprio_set: {os.strerror(ctypes.get_errno())}"
    return None
