"""A garbage collection that is going on: it prunes by what was reachable when it began, whatever has a ref since."""

from __future__ import annotations

import os
import platform
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gitexp.git.repository import Repository

_PAUSE = 0.05
PATIENCE = 30.0
"""Seconds: the prune of a gc comes at its end, and an ordinary one spares what is younger than two weeks anyway."""


def is_collecting(repository: Repository) -> bool:
    """Whether a ``git gc`` is running in the repository, by the file that it leaves there for other gcs.

    Asked after a ref was set: a gc that begins later sees the ref. A bare ``git prune`` leaves no file.
    """
    try:
        with open(os.path.join(repository.common_dir, "gc.pid"), encoding="utf-8", errors="replace") as file:
            number, _, host = file.read(300).strip().partition(" ")
    except OSError:  # none is running
        return False
    if not number.isdigit() or host != platform.node():
        return True
    return _is_alive(int(number))


def await_collection(repository: Repository, patience: float = PATIENCE) -> bool:
    """Waits for the end of a gc, so many seconds at most; returns whether it has ended."""
    deadline = time.monotonic() + patience
    while is_collecting(repository):
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE)
    return True


def _is_alive(pid: int) -> bool:
    if os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:  # it was killed, and left its file
        return False
    except PermissionError:
        return True
    return True
