"""What lies between two commits: how many there are, their subjects, and how much differs. Nothing is executed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gitexp.git.command import run_git

if TYPE_CHECKING:
    from gitexp.git.repository import Repository

_COUNTS = re.compile(rb" (\d+) (file|insertion|deletion)")


class CommitLine(NamedTuple):
    """A commit by its id and the first line of its message."""

    id: str
    subject: str


class CommitRange(NamedTuple):
    """How many commits one has and another has not, and the other way; ``newest`` are some of the former."""

    ahead: int
    behind: int
    newest: tuple[CommitLine, ...]


class DiffSize(NamedTuple):
    """How much differs from one commit or tree to another."""

    files: int
    added: int
    removed: int


def list_range(repository: Repository, before: str, after: str, most: int) -> CommitRange:
    """The commits of ``after`` that ``before`` has not, the newest first. Raises GitFailed where either is missing."""
    counted = run_git(repository, "rev-list", "--left-right", "--count", f"{before}...{after}", "--")
    behind, ahead = map(int, counted.split())
    return CommitRange(ahead, behind, tuple(_read_lines(repository, f"{before}..{after}", most)) if ahead else ())


def read_subject(repository: Repository, commit: str) -> str:
    """The first line of a commit's message. Raises GitFailed where it is missing."""
    lines = _read_lines(repository, commit, 1)
    return lines[0].subject if lines else ""


def measure_difference(repository: Repository, before: str, after: str) -> DiffSize:
    """How many files and lines differ. Raises GitFailed where either is missing."""
    text = run_git(repository, "diff", "--no-ext-diff", "--no-textconv", "--shortstat", before, after, "--")
    counts = {name: int(number) for number, name in _COUNTS.findall(text)}
    return DiffSize(counts.get(b"file", 0), counts.get(b"insertion", 0), counts.get(b"deletion", 0))


def find_last_change(repository: Repository, commit: str, path: str) -> str | None:
    """The newest commit, up to and with ``commit``, that changed a path; None where none did."""
    found = run_git(repository, "rev-list", "-n", "1", commit, "--", f":(top,literal){path}").decode().strip()
    return found or None


def _read_lines(repository: Repository, what: str, most: int) -> list[CommitLine]:
    options = ("--no-commit-header", "--format=%H %s", f"--max-count={most}")
    text = run_git(repository, "rev-list", *options, what, "--").decode("utf-8", "replace")
    pairs = (one.partition(" ") for one in text.split("\n") if one)
    return [CommitLine(commit, subject) for commit, _, subject in pairs]
