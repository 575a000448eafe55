"""Files that Git was told not to look at: their edits run like all others."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from gitexp.git.status import StatusEntry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.git.scratch_index import ScratchIndex
    from gitexp.git.working_copy import FlaggedPath, WorkingCopy


def find_unwatched(working_copy: WorkingCopy) -> tuple[FlaggedPath, ...]:
    """The paths marked assume-unchanged, and those marked skip-worktree that lie on the disk all the same."""
    return tuple(one for one in working_copy.flagged if not one.skipped or _is_file(working_copy, one.path))


def reveal_unwatched(
    scratch: ScratchIndex, unwatched: Sequence[FlaggedPath], entries: Sequence[StatusEntry]
) -> tuple[StatusEntry, ...]:
    """The status with those of the paths that were edited; the marks are gone from the scratch index afterwards."""
    paths = [one.path for one in unwatched]
    scratch.heed(paths)
    found = {entry.path: entry for entry in entries}
    watched = frozenset(paths)
    items = iter(scratch.start("diff-files", "-z", "--raw", "--ignore-submodules=all").finish().split(b"\0")[:-1])
    for head in items:
        path = next(items)
        mode_index, mode_worktree, _, _, letter = head[1:].decode("ascii").split(" ")
        if path in watched:
            mode = int(mode_index, 8)
            known = found.get(path, StatusEntry("changed", path, mode_head=mode, mode_index=mode))
            found[path] = known._replace(unstaged=letter, mode_worktree=int(mode_worktree, 8))
    return tuple(found.values())


def _is_file(working_copy: WorkingCopy, path: bytes) -> bool:
    try:
        mode = os.lstat(working_copy.repository.path_of(path)).st_mode
    except OSError:  # not there: outside the sparse checkout
        return False
    return stat.S_ISREG(mode) or stat.S_ISLNK(mode)
