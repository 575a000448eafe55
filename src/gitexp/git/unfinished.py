"""What Git's own files name and no ref holds: a merge or rebase under way, what it put aside, what was fetched last."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from gitexp.errors import GitFailed
from gitexp.git.command import run_git

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitexp.git.repository import Repository

_FILE = re.compile(r"[A-Z_]+")
_FOLDERS = ("rebase-merge", "rebase-apply", "sequencer")
_UNDER_WAY = {
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase or git am",
    "sequencer": "a cherry-pick or revert",
}
_ID = re.compile(rb"(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{40})(?![0-9a-f])")
_MOST_BYTES = 10_000_000


def find_unfinished(repository: Repository) -> list[str]:
    """Objects that ``MERGE_HEAD``, ``FETCH_HEAD`` and their like name, a rebase's autostash among them.

    Those of all linked worktrees; without such from which something is missing. Raises GitFailed, OSError.
    """
    named = {found.decode("ascii") for path in _list_files(repository.common_dir) for found in _read_ids(path)}
    return [one for one in sorted(named) if len(one) == repository.id_length and _is_whole(repository, one)]


def name_under_way(repository: Repository) -> str | None:
    """What is under way in this working tree: a merge, a rebase and their like; None where nothing is."""
    for name, what in _UNDER_WAY.items():
        if os.path.lexists(os.path.join(repository.git_dir, name)):
            return what
    return None


def _list_files(common: str) -> Iterator[str]:
    worktrees = os.path.join(common, "worktrees")
    places = [common, *(entry.path for entry in _scan(worktrees) if entry.is_dir())]
    for place in places:
        yield from (entry.path for entry in _scan(place) if _FILE.fullmatch(entry.name) and entry.is_file())
        for folder in _FOLDERS:
            yield from (entry.path for entry in _scan(os.path.join(place, folder)) if entry.is_file())


def _scan(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _read_ids(path: str) -> list[bytes]:
    try:
        with open(path, "rb") as file:
            return _ID.findall(file.read(_MOST_BYTES))
    except FileNotFoundError:  # what was under way has ended meanwhile
        return []


def _is_whole(repository: Repository, object_id: str) -> bool:
    try:
        run_git(repository, "rev-list", "--objects", "--quiet", object_id, "--not", "--all")
    except GitFailed:
        return False
    return True
