"""What runs lead to in Git: is every object there and whole, do signatures hold, does a fold hold what it says?"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from gitexp.errors import GitFailed, GitMissing
from gitexp.git.command import run_git
from gitexp.git.config import read_config
from gitexp.git.erasing import lacks_objects
from gitexp.git.measuring import measure_named, read_each
from gitexp.git.reaching import find_paths, list_reached
from gitexp.model.verification import Breach
from gitexp.store.layout import RECORD, folded_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitexp.git.repository import Repository
    from gitexp.model.head import RunHead

_MOST_BYTES = 100_000_000
"""Of an object that is read to be checked: a larger one is Git's to check, by git fsck."""
_GOOD = frozenset("GUXY")
_FSCK = "git fsck; from a remote that has it: exp pull"


def check_objects(repository: Repository, heads: Sequence[RunHead], *, quick: bool) -> list[Breach]:
    """Whether every object that runs lead to is here, and what they alone hold is whole; ``quick`` reads none of it.

    A partial clone lacks objects by its nature: what it has is looked at. Raises GitFailed.
    """
    if not heads:
        return []
    commits = [head.commit for head in heads if head.fold is None or not repository.is_shallow]
    may_lack = lacks_objects(repository, read_config(repository))
    try:
        # First all of them together: nearly always nothing is amiss, and one by one takes milliseconds each.
        missing = set(list_reached(repository, commits).missing)
        damaged = set() if quick else set(_find_damaged(repository, list_reached(repository, commits, own=True).ids))
    except GitMissing:
        raise
    except GitFailed:
        return [breach for head in heads for breach in _check_one(repository, head)]
    bad = damaged | (set() if may_lack else missing)
    if not bad:
        return []
    return [breach for head in heads for breach in _name_bad(repository, head, bad, damaged)]


def check_signatures(repository: Repository, heads: Sequence[RunHead]) -> list[Breach]:
    """Whether the signature of each run that is signed is good. Raises GitFailed."""
    signed: dict[str, RunHead] = {}
    for head, found in zip(heads, read_each(repository, [one.commit for one in heads]), strict=True):
        if found.data is not None and b"\ngpgsig" in found.data.partition(b"\n\n")[0]:
            signed[head.commit] = head
    if not signed:
        return []
    asked = "".join(f"{commit}\n" for commit in signed).encode("ascii")
    answers = run_git(repository, "log", "--no-walk=unsorted", "--stdin", "--format=%H %G?", stdin=asked, check=False)
    states = dict(answer.split(" ", 1) for answer in answers.decode("ascii", "replace").splitlines() if " " in answer)
    breaches = []
    for commit, head in signed.items():
        state = states.get(commit, "E").strip()
        if state in ("B", "R"):
            what = "its signature is bad: the commit is not what was signed" if state == "B" else "its key was revoked"
            breaches.append(Breach("signature", head.name, what, mend=f"git verify-commit {commit}"))
        elif state not in _GOOD:
            what = "it is signed, and the key is not known here"
            breaches.append(Breach("signature", head.name, what, mend=f"git verify-commit {commit}", is_note=True))
    return breaches


def check_folded(repository: Repository, heads: Sequence[RunHead]) -> list[Breach]:
    """Whether the record that a fold shows of a run is that of the run's own commit. Raises GitFailed."""
    folded = [head for head in heads if head.fold is not None]
    names = [
        name
        for head in folded
        for name in (
            f"{head.fold}:{folded_path(head.started_at, head.id).decode('ascii')}",
            f"{head.commit}:{RECORD.decode('ascii').rstrip('/')}",
        )
    ]
    found = list(measure_named(repository, names))
    breaches = []
    for head, shown, own in zip(folded, found[::2], found[1::2], strict=True):
        if own is None and repository.is_shallow:
            continue
        if shown is None or own is None or shown.id != own.id:
            what = f"the fold {head.fold} shows another record of it than its commit has"
            breaches.append(Breach("fold", head.name, what, mend=f"exp fold --undo {head.id}"))
    return breaches


def _find_damaged(repository: Repository, ids: Sequence[str]) -> Iterator[str]:
    """Those of the objects whose bytes are not those of their id."""
    algorithm = "sha256" if repository.object_format == "sha256" else "sha1"
    for asked, found in zip(ids, read_each(repository, ids, _MOST_BYTES), strict=True):
        if found.id is None:
            yield asked
        elif found.data is not None:
            digest = hashlib.new(algorithm, usedforsecurity=False)
            digest.update(f"{found.type} {len(found.data)}\0".encode("ascii"))
            digest.update(found.data)
            if digest.hexdigest() != asked:
                yield asked


def _name_bad(repository: Repository, head: RunHead, bad: set[str], damaged: set[str]) -> list[Breach]:
    try:
        reached = list_reached(repository, [head.commit])
        paths = find_paths(repository, head.commit, bad)
    except GitFailed as error:
        return [_cannot_read(head, error)]
    found = [*(one for one in reached.ids if one in bad), *(one for one in reached.missing if one in bad)]
    return [
        Breach(
            "objects",
            head.name,
            f"object {one} is {'damaged' if one in damaged else 'missing'}",
            paths.get(one),
            _FSCK,
        )
        for one in dict.fromkeys(found)
    ]


def _check_one(repository: Repository, head: RunHead) -> list[Breach]:
    try:
        reached = list_reached(repository, [head.commit])
    except GitMissing:
        raise
    except GitFailed as error:
        return [_cannot_read(head, error)]
    damaged = set(_find_damaged(repository, reached.ids))
    return _name_bad(repository, head, damaged | set(reached.missing), damaged) if damaged or reached.missing else []


def _cannot_read(head: RunHead, error: GitFailed) -> Breach:
    words = str(error.fields["stderr"]).strip().partition("\n")[0]
    return Breach("objects", head.name, f"Git cannot read all of it: {words}", mend=_FSCK)
