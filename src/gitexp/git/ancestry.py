"""What a commit says, and which one before it changed a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.git.command import run_git

if TYPE_CHECKING:
    from gitexp.git.repository import Repository


def read_subject(repository: Repository, commit: str) -> str:
    """The first line of a commit's message. Raises GitFailed where it is missing."""
    text = run_git(repository, "rev-list", "--no-commit-header", "--format=%s", "--max-count=1", commit, "--")
    return text.decode("utf-8", "replace").strip("\n")


def find_last_change(repository: Repository, commit: str, path: str) -> str | None:
    """The newest commit, up to and with ``commit``, that changed a path seen from the top; None where none did.

    Raises GitFailed where history is missing.
    """
    found = run_git(repository, "rev-list", "--max-count=1", commit, "--", f":(top,literal){path}")
    return found.decode("ascii").strip() or None
