"""Objects erased at once: those that only given commits held, and nothing that anything else holds."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import GitFailed
from gitexp.git.command import open_git, run_git, start_git
from gitexp.git.housekeeping import describe_kind
from gitexp.git.unfinished import find_unfinished

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from gitexp.git.config import GitConfig
    from gitexp.git.repository import Repository

_EVERYTHING = ("--all", "--reflog", "--indexed-objects")
"""What refs, reflogs, HEADs and indexes hold, those of all linked worktrees among them."""


class Erased(NamedTuple):
    """How many objects were erased, and those that could not be: in a pack that is kept, borrowed, or in use."""

    objects: int
    left: tuple[str, ...]


def find_present(repository: Repository, ids: Iterable[str]) -> list[str]:
    """Those of the objects that are here."""
    asked = "".join(f"{one}\n" for one in ids).encode("ascii")
    if not asked:
        return []
    answers = run_git(repository, "cat-file", "--batch-check=%(objectname)", "--buffer", stdin=asked)
    return [line.decode("ascii") for line in answers.splitlines() if not line.endswith(b" missing")]


def find_only_held(
    repository: Repository, roots: Collection[str], objects: Iterable[str] = (), others: Iterable[str] = ()
) -> set[str]:
    """The objects that only ``roots`` lead to: no ref, reflog, HEAD or index, nothing under way, none of ``others``.

    ``objects`` are looked at alone, and not what they lead to. Raises GitFailed where an object is missing on the way:
    what it led to is not known then.
    """
    candidates = set(find_present(repository, objects))
    present = find_present(repository, roots)
    if present:
        candidates.update(_walk(repository, [*present, "--not", *_EVERYTHING]))
    if candidates:
        # That listing may name what an older commit of the others holds: Git looks at the trees of the nearest alone.
        candidates.difference_update(
            _walk(repository, [*_EVERYTHING, *find_present(repository, others), *find_unfinished(repository)])
        )
    return candidates


def erase_objects(repository: Repository, ids: Collection[str], began: float) -> Erased:
    """Erases objects, packed ones too, but for those written after ``began`` (seconds since 1970): those are in use.

    Of what is unreachable nothing else is touched, but that it may be loose afterwards. Raises GitFailed, OSError.
    """
    before = len(ids)
    _unlink(repository, ids, began)
    if find_present(repository, ids) and _has_packs(repository):
        # What nothing holds becomes loose, as old as its pack.
        run_git(repository, "repack", "-A", "-d", "-l", "-q")
        _unlink(repository, ids, began)
    left = tuple(find_present(repository, ids))
    _renew_commit_graph(repository)
    return Erased(before - len(left), left)


def find_holders(repository: Repository, commit: str) -> list[str]:
    """Up to three refs that lead to a commit."""
    listing = run_git(
        repository, "for-each-ref", "--count=3", "--format=%(refname)", f"--contains={commit}", check=False
    )
    return listing.decode("utf-8", "replace").splitlines()


def forget_reflog(repository: Repository, ref: str) -> None:
    """Empties the reflog of a ref, where it has one. Raises GitFailed."""
    if start_git(repository, "reflog", "exists", ref).collect().status == 0:
        run_git(repository, "reflog", "expire", "--expire=now", "--expire-unreachable=now", ref)


def lacks_objects(repository: Repository, config: GitConfig) -> bool:
    """Whether this is a partial clone, in which nobody knows what an object leads to that is not here."""
    return "partial" in describe_kind(repository, config)


def _walk(repository: Repository, arguments: list[str]) -> Iterator[str]:
    process = open_git(repository, "rev-list", "--objects", "--no-object-names", *arguments, piped_input=False)
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        for line in process.stdout:
            yield line.strip().decode("ascii")
        words = process.stderr.read().decode("utf-8", "replace")
        status = process.wait()
        if status:
            raise GitFailed("git rev-list", status, words)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def _unlink(repository: Repository, ids: Iterable[str], began: float) -> None:
    for object_id in ids:
        path = os.path.join(repository.objects_dir, object_id[:2], object_id[2:])
        try:
            if os.stat(path).st_mtime <= began:
                os.unlink(path)
        except FileNotFoundError:
            continue


def _has_packs(repository: Repository) -> bool:
    try:
        with os.scandir(os.path.join(repository.objects_dir, "pack")) as entries:
            return any(entry.name.endswith(".pack") for entry in entries)
    except FileNotFoundError:
        return False


def _renew_commit_graph(repository: Repository) -> None:
    """A commit-graph that names a commit which is not there any more is called damaged by ``git fsck``."""
    place = os.path.join(repository.objects_dir, "info")
    if os.path.exists(os.path.join(place, "commit-graphs")):
        run_git(repository, "commit-graph", "write", "--reachable", "--split=replace")
    elif os.path.exists(os.path.join(place, "commit-graph")):
        run_git(repository, "commit-graph", "write", "--reachable")
