"""Refs packed into one file: thousands of loose ones make every listing slow, most of all on a cold disk."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitexp.git.command import run_git

if TYPE_CHECKING:
    from gitexp.git.repository import Repository

_MANY = 100
_FOLDERS = ("runs", "exp")


def pack_refs_if_many(repository: Repository) -> bool:
    """Packs all refs where more than a hundred of ours lie in files of their own. Raises GitFailed."""
    if repository.ref_format != "files" or _count_loose(repository) <= _MANY:
        return False
    run_git(repository, "pack-refs", "--all")
    return True


def _count_loose(repository: Repository) -> int:
    return sum(
        len(names)
        for folder in _FOLDERS
        for _, _, names in os.walk(os.path.join(repository.common_dir, "refs", folder))
    )
