"""What lies between two commits: the commits on the way, and how much of each file changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.git.command import run_git

if TYPE_CHECKING:
    from gitexp.git.repository import Repository


class Ways(NamedTuple):
    """How many commits only one of two has; (id, subject) of the newest that only the later one has."""

    behind: int
    ahead: int
    steps: tuple[tuple[str, str], ...]


class ChangedFile(NamedTuple):
    """A file that is not the same; lines added and deleted, None where it is not text."""

    path: bytes
    added: int | None
    deleted: int | None


def find_ways(repository: Repository, before: str, after: str, most: int) -> Ways:
    """The commits between two, at most so many of them named. Raises GitFailed where one is not here."""
    counts = run_git(repository, "rev-list", "--left-right", "--count", f"{before}...{after}", "--")
    behind, ahead = map(int, counts.split())
    options = ("-z", f"--max-count={most}", "--no-show-signature", "--no-color", "--encoding=UTF-8", "--format=%H %s")
    listing = run_git(repository, "log", *options, f"{before}..{after}", "--") if ahead and most else b""
    lines = [line.strip().decode("utf-8", "replace") for line in listing.split(b"\0") if line.strip()]
    return Ways(
        behind, ahead, tuple((line[: repository.id_length], line[repository.id_length + 1 :]) for line in lines)
    )


def measure_files(repository: Repository, before: str, after: str) -> list[ChangedFile]:
    """How much of each file changed from one commit or tree to another; nothing of either is executed."""
    options = ("--numstat", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none")
    listing = run_git(repository, "diff", *options, before, after, "--")
    found: list[ChangedFile] = []
    for line in listing.split(b"\0")[:-1]:
        added, deleted, path = line.split(b"\t", 2)
        found.append(ChangedFile(path, *(None if count == b"-" else int(count) for count in (added, deleted))))
    return found
