"""Files of one name, wherever they stand in the working tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.git.command import run_git
from gitexp.git.refs import list_refs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitexp.git.repository import Repository

_MOST_BYTES = 50_000_000
_TOGETHER = 500


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


def find_in_branches(repository: Repository, name: str, words: Sequence[str]) -> Iterator[tuple[str, bytes, bytes]]:
    """The branches, local and remote, that have a file of this name with one of the words: branch, path, the line."""
    branches: dict[str, str] = {}
    for prefix in ("refs/heads/", "refs/remotes/"):
        for ref, commit in list_refs(repository, prefix):
            branches.setdefault(commit, ref.removeprefix("refs/heads/").removeprefix("refs/remotes/"))
    patterns = [part for word in words for part in ("-e", word)]
    for start in range(0, len(branches), _TOGETHER):
        commits = list(branches)[start : start + _TOGETHER]
        options = ("grep", "--full-name", "-z", "-I", "-F", "--no-color", *patterns, *commits)
        # Status 1 is nothing found; a commit that a shallow or partial clone lacks is told on stderr alone.
        for line in run_git(repository, *options, "--", f":(top,glob)**/{name}", check=False).split(b"\n"):
            place, _, text = line.partition(b"\0")
            found, _, path = place.partition(b":")
            if path:
                yield branches[found.decode("ascii")], path, text
