"""Whether what a run reads changed while it ran, told from sizes, times and inodes alone."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple

from gitexp.data.hashing import identify_folder
from gitexp.data.known_hashes import identify

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitexp.model.paths import TreePath


class Look(NamedTuple):
    """A file or folder as it was when it was hashed."""

    tree_path: TreePath
    path: str
    identity: str


def look_at(path: str, top: str) -> str | None:
    """How a file or folder is now; None where that cannot be told."""
    found = _look(path, top)
    return found[0] if found is not None else None


def find_changes(looks: Iterable[Look], top: str, began_ns: int) -> dict[TreePath, str]:
    """What changed since it was looked at, or since the run began before that: in a word, by its path.

    A time after now is of a clock that is wrong, and no sign of a change.
    """
    changes = {}
    for look in looks:
        found = _look(look.path, top)
        if found is None:
            changes[look.tree_path] = "was removed" if not os.path.lexists(look.path) else "became unreadable"
        elif found[0] != look.identity or began_ns < found[1] <= time.time_ns():
            changes[look.tree_path] = "changed"
    return changes


def _look(path: str, top: str) -> tuple[str, int] | None:
    try:
        if os.path.isdir(path):
            folder = identify_folder(path, top)
            return folder.finish(), folder.written_ns
        status = os.stat(path)
    except OSError:
        return None
    return identify(status), status.st_mtime_ns
