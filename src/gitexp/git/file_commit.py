"""One file committed alone, on the branch that is checked out: because its user asked for that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.git.command import run_git

if TYPE_CHECKING:
    from gitexp.git.repository import Repository


def commit_file(repository: Repository, path: str, message: str) -> str:
    """Commits a file of the working tree and returns the commit; what is staged besides stays so.

    Hooks run, and it is signed, as with every commit of the user's. Raises GitFailed with Git's words.
    """
    literal = f":(top,literal){path}"
    run_git(repository, "add", "--intent-to-add", "--", literal)
    run_git(repository, "commit", "--quiet", "--only", "--file=-", "--", literal, stdin=message.encode())
    return run_git(repository, "rev-parse", "HEAD").decode().strip()
