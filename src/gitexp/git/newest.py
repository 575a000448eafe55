"""The newest commit below a prefix of refs, without reading the others' objects twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.git.command import run_git
from gitexp.git.reading import RefCommit, read_commits_of

if TYPE_CHECKING:
    from gitexp.git.repository import Repository


def read_newest(repository: Repository, prefix: str, count: int = 1) -> list[RefCommit]:
    """The commits with the newest committer dates among the refs below a prefix, newest first."""
    listing = run_git(
        repository,
        "for-each-ref",
        "--sort=-committerdate",
        f"--count={count}",
        "--format=%(objectname) %(refname)",
        prefix.rstrip("/"),
    )
    refs = []
    for line in listing.decode("utf-8", "surrogateescape").splitlines():
        object_id, _, name = line.partition(" ")
        refs.append((name, object_id))
    return list(read_commits_of(repository, refs))
