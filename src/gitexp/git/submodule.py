"""A submodule's code, taken from where it is checked out already: nothing is fetched."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitexp.errors import GitFailed, NotARepository
from gitexp.git.reading import find_absent
from gitexp.git.repository import open_repository
from gitexp.git.worktree import add_worktree

if TYPE_CHECKING:
    from gitexp.git.repository import Repository


def add_submodule(
    repository: Repository, path: bytes, commit: str, target: str, *, with_filters: bool = False
) -> Repository | None:
    """Checks a submodule's commit out at ``target``, as a worktree of the repository that is at ``path`` here.

    Returns that repository; None where it is not checked out here or has not got the commit. Raises GitFailed.
    """
    if repository.top is None:
        return None
    place = os.path.realpath(os.fsdecode(repository.path_of(path)))
    try:
        inner = open_repository(place)
    except NotARepository:
        return None
    if inner.top is None or os.path.realpath(inner.top) != place:  # an empty folder lies in the outer repository
        return None
    try:
        if find_absent(inner, [commit]):
            return None
    except GitFailed:
        return None
    add_worktree(inner, target, commit, with_filters=with_filters)
    return inner
