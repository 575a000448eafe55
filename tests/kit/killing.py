"""``exp`` that kills itself at its nth step: before a change of the Git folder or a process, or once that has begun.

python killing.py COUNTED N WHEN ARGUMENT...

A step is a file opened for writing, a rename, a removal, a folder made or removed, a lock taken below the current
folder's .git, or a process started. COUNTED gets a line for each step, ``WHEN`` is before or after. N of 0 kills never.
Its keeper is killed with it, and the Git that it started.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import Any

from gitexp.capture.processes import list_children

_CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.chmod", "os.truncate")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def find_step(event: str, arguments: tuple[Any, ...], inside: str) -> str | None:
    """What an audit event changes, None where it changes nothing."""
    if event == "subprocess.Popen":
        return f"start {' '.join(map(os.fsdecode, arguments[1][:2]))}"
    if event == "fcntl.flock":
        return "lock"
    if event == "open":
        path, _, flags = arguments
        is_change = isinstance(path, (str, bytes)) and isinstance(flags, int) and flags & _WRITING
    else:
        path, is_change = arguments[0] if arguments else None, event in _CHANGES
        if is_change and isinstance(path, str) and isinstance(arguments[-1], int) and arguments[-1] >= 0:
            path = os.path.join(os.readlink(f"/proc/self/fd/{arguments[-1]}"), path)  # of a folder that is open
    if not is_change or not isinstance(path, (str, bytes)):
        return None
    return f"{event} {os.fsdecode(path)}" if os.path.abspath(os.fsdecode(path)).startswith(inside) else None


def die() -> None:
    """Kills the children of this process, and then itself."""
    for pid in list_children(os.getpid()):
        os.kill(pid, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


def watch(counted: str, nth: int, when: str) -> None:
    """Counts steps from here on, and kills this process at the nth."""
    inside = os.path.join(os.getcwd(), ".git", "")
    own = os.open(counted, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    count = 0
    recorder = os.getpid()
    lock = threading.RLock()  # a step of our own while a step is told

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal count
        step = find_step(event, arguments, inside) if os.getpid() == recorder else None
        if step is None:
            return
        with lock:
            count += 1
            os.write(own, f"{count} {step}\n".encode())
            if count == nth and when == "before":
                die()

    class Popen(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            if when == "after" and count >= nth > 0 and os.getpid() == recorder:
                die()

    subprocess.Popen = Popen  # type: ignore[misc]
    sys.addaudithook(hook)


if __name__ == "__main__":
    counted, nth, when = sys.argv[1:4]
    sys.argv = ["exp", *sys.argv[4:]]
    sys.path.pop(0)  # tests/kit has modules of its own
    from gitexp.__main__ import main

    watch(counted, int(nth), when)
    main()
