"""A commit checked out into a folder of its own, without running anything that it brings along."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitexp.errors import GitFailed, Refused
from gitexp.git.command import ANOTHER_REPOSITORY, NO_FSMONITOR, NO_HOOKS, run_git, start_git
from gitexp.git.config import filters_off, read_config

if TYPE_CHECKING:
    from gitexp.git.repository import Repository

CHECKOUT_SETTINGS = (
    NO_HOOKS,
    NO_FSMONITOR,
    ("submodule.recurse", "false"),
    ("core.splitIndex", "false"),
)


def add_worktree(repository: Repository, folder: str, commit: str, *, with_filters: bool = False) -> str:
    """Makes a linked worktree with a commit checked out, HEAD detached; returns its absolute path.

    Hooks, fsmonitor, submodules and, unless ``with_filters``, filters are off: a filter whose command is relative
    would otherwise run a program of the commit. Files of Git LFS are then pointers. Raises Refused when the folder
    is there and not empty, GitFailed otherwise; nothing is left half-made.
    """
    folder = os.path.abspath(folder)
    if os.path.lexists(folder) and (not os.path.isdir(folder) or os.listdir(folder)):
        raise Refused(f"{folder} is there already, and not an empty folder", hint="name a new folder")
    was_there = os.path.isdir(folder)
    # An index that a hook's environment names is the user's own.
    arguments = ("worktree", "add", "--quiet", "--detach", "--no-checkout", folder, commit)
    run_git(repository, *arguments, settings=CHECKOUT_SETTINGS, environment={"GIT_INDEX_FILE": None})
    try:
        _check_out(folder, with_filters=with_filters)
    except BaseException:
        remove_worktree(repository, folder)
        if was_there:
            os.makedirs(folder, exist_ok=True)
        raise
    return folder


def _check_out(folder: str, *, with_filters: bool) -> None:
    # Only inside the new worktree does all of its configuration hold: an includeIf may name it.
    filters = () if with_filters else filters_off(read_config(folder, ANOTHER_REPOSITORY).filters())
    run_git(
        folder, "reset", "--quiet", "--hard", "--no-recurse-submodules",
        settings=(*CHECKOUT_SETTINGS, *filters), environment=ANOTHER_REPOSITORY,
    )  # fmt: skip


def remove_worktree(repository: Repository, folder: str) -> None:
    """Removes a linked worktree with all that lies in it."""
    output = start_git(
        repository, "worktree", "remove", "--force", "--force", folder, settings=CHECKOUT_SETTINGS
    ).collect()
    if output.status and os.path.lexists(folder):
        raise GitFailed("git worktree remove", output.status, output.words, hint=f"rm -r {folder}; git worktree prune")
