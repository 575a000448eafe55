"""Files of one name, wherever they stand in the working tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.git.command import run_git

if TYPE_CHECKING:
    from gitexp.git.repository import Repository

_MOST_BYTES = 50_000_000


def read_named_files(repository: Repository, name: str) -> dict[bytes, bytes]:
    """The content of each file of this name that is tracked or could be, by path; at HEAD in a bare repository."""
    if repository.top is None:
        listing = run_git(repository, "ls-tree", "-r", "-z", "--name-only", "--full-tree", "HEAD", check=False)
        paths = [path for path in listing.split(b"\0") if path.rpartition(b"/")[2] == name.encode()]
        return {path: run_git(repository, "cat-file", "blob", b"HEAD:" + path) for path in paths}
    listing = run_git(
        repository, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", f":(top,glob)**/{name}"
    )
    found: dict[bytes, bytes] = {}
    for path in filter(None, listing.split(b"\0")):
        try:
            with open(repository.path_of(path), "rb") as file:
                found[path] = file.read(_MOST_BYTES)
        except (FileNotFoundError, IsADirectoryError):  # tracked, and deleted or not checked out
            continue
    return found
