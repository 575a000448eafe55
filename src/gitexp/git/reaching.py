"""What commits lead to: every object on the way, and those that are not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import GitFailed
from gitexp.git.command import run_git, start_git
from gitexp.model.paths import quote_path

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from gitexp.git.repository import Repository


class Reached(NamedTuple):
    """The ids of what is there, and of what is missing."""

    ids: tuple[str, ...]
    missing: tuple[str, ...]


def find_paths(repository: Repository, commit: str, ids: Collection[str]) -> dict[str, str]:
    """The path in a commit's tree of each of the files that has one there. Raises GitFailed."""
    paths: dict[str, str] = {}
    for line in run_git(repository, "ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0")[:-1]:
        head, _, path = line.partition(b"\t")
        object_id = head.split(b" ")[2].decode("ascii")
        if object_id in ids:
            paths.setdefault(object_id, quote_path(path))
    return paths


def list_reached(repository: Repository, commits: Sequence[str], *, own: bool = False) -> Reached:
    """All objects that commits lead to; ``own``: without those that branches, tags and remotes lead to as well.

    Raises GitFailed where a commit or tree on the way is damaged: what it leads to is not known then.
    """
    not_own = ("--not", "--branches", "--tags", "--remotes") if own else ()
    asked = "".join(f"{commit}\n" for commit in commits).encode("ascii")
    # No lazy fetch: a partial clone would bring all that it lacks.
    output = start_git(
        repository,
        "rev-list",
        "--objects",
        "--no-object-names",
        "--missing=print",
        "--stdin",
        *not_own,
        stdin=asked,
        environment={"GIT_NO_LAZY_FETCH": "1"},
    ).collect()
    if output.status:
        raise GitFailed("git rev-list", output.status, output.words)
    ids: list[str] = []
    missing: list[str] = []
    for line in output.out.decode("ascii").split("\n"):
        if line.startswith("?"):
            missing.append(line[1:])
        elif line:
            ids.append(line)
    return Reached(tuple(ids), tuple(missing))
