"""The names of the files of a tree or working tree, without anything else that is to be known of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.git.command import run_git

if TYPE_CHECKING:
    from gitexp.git.repository import Repository


def name_tree_files(repository: Repository, tree: str, folder: bytes = b"") -> list[bytes]:
    """The paths of all files of a tree below a folder of it, relative to the repository. Raises GitFailed."""
    where = [folder + b"/"] if folder else []
    return run_git(repository, "ls-tree", "-r", "-z", "--name-only", "--full-tree", tree, "--", *where).split(b"\0")[
        :-1
    ]


def name_working_files(repository: Repository, folder: bytes = b"") -> list[bytes]:
    """The same of a working tree: the files that Git knows, and those that it does not ignore. Raises GitFailed."""
    where = [folder + b"/"] if folder else []
    asked = ("ls-files", "-z", "--full-name", "--cached", "--others", "--exclude-standard", "--")
    listing = run_git(repository, *asked, *(b":(top,literal)" + one for one in where or [b""]))
    return sorted(set(listing.split(b"\0")[:-1]))
