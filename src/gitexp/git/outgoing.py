"""What a push would send: the commits and objects that are behind some tips and not behind what a remote has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gitexp.git.command import run_git

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from gitexp.git.repository import Repository

# --stdin is read where it stands: what is said behind it does not hold for what is read.
_WALK = ("rev-list", "--objects", "--topo-order", "--ignore-missing", "--missing=allow-promisor", "--stdin")
_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class OutgoingObject(NamedTuple):
    """A tree, file or tag, with the path under which Git saw it first: b'' for a root, cut at a line end in it."""

    id: str
    path: bytes


class Outgoing(NamedTuple):
    """What is new to a remote: ``commits``, children before their parents, and all other ``objects``.

    A folder stands before what is in it. What is missing here because a remote promised it is not listed.
    """

    commits: tuple[str, ...]
    objects: tuple[OutgoingObject, ...]


class Introduction(NamedTuple):
    """A commit that has a file which one of its parents has not, or has otherwise."""

    commit: str
    path: bytes


def list_outgoing(repository: Repository, tips: Sequence[str], known: Iterable[str]) -> Outgoing:
    """What ``tips`` need beyond the ids ``known`` to a remote, of which those that are not here are passed over.

    ``known`` is as a remote said it: what is no id is passed over too. Nothing is fetched. Raises GitFailed where an
    object of the tips is missing.
    """
    if not tips:
        return Outgoing((), ())
    asked = [*tips, *(f"^{one}" for one in set(known) if _ID.fullmatch(one))]
    listing = run_git(repository, *_WALK, stdin="\n".join(asked).encode() + b"\n")
    commits: list[str] = []
    objects: list[OutgoingObject] = []
    for line in listing.split(b"\n")[:-1]:
        object_id, space, path = line.partition(b" ")
        if space:
            objects.append(OutgoingObject(object_id.decode("ascii"), path))
        else:
            commits.append(object_id.decode("ascii"))
    _check_present(repository, set(tips).difference(commits, (one.id for one in objects)))
    return Outgoing(tuple(commits), tuple(objects))


def _check_present(repository: Repository, tips: Collection[str]) -> None:
    """Raises GitFailed for a tip that is not here: passed over, it would look as if the remote had all of it."""
    if tips:
        run_git(repository, "rev-list", "--no-walk", "--objects", "--stdin", stdin="\n".join(tips).encode() + b"\n")


def find_introductions(
    repository: Repository, commits: Sequence[str], wanted: Collection[str]
) -> dict[str, list[Introduction]]:
    """For each wanted file the commits that brought it, oldest first, among ``commits``: children before parents."""
    found: dict[str, list[Introduction]] = {}
    if not (commits and wanted):
        return found
    options = ("--stdin", "-m", "-r", "-z", "--root", "--no-renames", "--raw", "--no-abbrev")
    listing = run_git(repository, "diff-tree", *options, stdin="\n".join(reversed(commits)).encode() + b"\n")
    fields = iter(listing.split(b"\0"))
    commit = ""
    for field in fields:
        if not field.startswith(b":"):
            commit = field.decode("ascii")
            continue
        object_id = field.split(b" ")[3].decode("ascii")
        path = next(fields)
        if object_id in wanted:
            ways = found.setdefault(object_id, [])
            if Introduction(commit, path) not in ways[-1:]:  # a merge is listed once for each parent
                ways.append(Introduction(commit, path))
    return found
