"""Data that a run read and artifacts that it wrote, as a run records them.

Pointers are given as values; where they lie in a run's tree is their key.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gitexp.data.artifact_keeper import ArtifactKeeper, describe_outside, point_at
from gitexp.data.changes import Look, look_at
from gitexp.data.finding import Place, find_places
from gitexp.data.hashing import FolderHash
from gitexp.data.tracked import Tracked, hash_path, hash_tracked
from gitexp.model.run import Artifact, DataItem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from gitexp.data.artifact_keeper import RecordedArtifacts
    from gitexp.data.cache import Cache
    from gitexp.data.known_hashes import KnownHashes
    from gitexp.model.pointer import Pointer

DATA = b".exp/data/"
_SUFFIX = b".dvc"
_NOTHING: dict[bytes, Tracked] = {}
_LATER = "it was written again after the run"


class RecordedData(NamedTuple):
    """Data items, the pointers to them by path in the tree, and what is doubtful, in sentences."""

    items: tuple[DataItem, ...]
    pointers: dict[bytes, Pointer]
    warnings: tuple[str, ...] = ()
    looks: tuple[Look, ...] = ()
    """How each item with a hash was when it was hashed, for whoever asks at the end whether it changed."""


def record_data(
    patterns: Iterable[str],
    here: str,
    project: str,
    top: str,
    *,
    tracked: Mapping[bytes, Tracked] = _NOTHING,
    unasked: Iterable[bytes] = (),
    known: KnownHashes | None = None,
    may_read: Callable[[int], bool] | None = None,
) -> RecordedData:
    """Hashes files and folders that a run reads; nothing is copied.

    ``tracked`` is what DVC says of paths of the repository, and what differs from that is said. ``unasked`` are those
    of them that are recorded although no pattern names them; they are read only as long as ``may_read`` says so.
    """
    places = find_places(patterns, here, project, top)
    items: list[DataItem] = []
    pointers: dict[bytes, Pointer] = {}
    looks: list[Look] = []
    warnings = list(places.warnings)
    named = (*places.found, *places.missing)
    more = _find_further(unasked, [place.name for place in named if not place.outside], top)
    for place in (*named, *more):
        may = may_read if place in more else None
        status = look_at(place.path, top) if not os.path.isdir(place.path) else None
        dvc = tracked.get(place.name) if not place.outside else None
        hashed = hash_tracked(place.path, dvc, top, known, may) if dvc is not None else None
        if hashed is None:
            hashed = hash_path(place.path, top, known, may)
        why = "; ".join(word for word in (describe_outside(place), hashed.why) if word is not None) or None
        files = hashed.files if isinstance(hashed, FolderHash) else 1 if hashed.md5 is not None else None
        if dvc is not None and hashed.md5 not in (None, dvc.pointer.md5) and hashed.why is not None:
            warnings.append(f"data {place.tree_path}: {hashed.why}; dvc add or dvc commit keeps it")
        items.append(DataItem(place.tree_path, hashed.md5, hashed.bytes, files, why))
        identity = hashed.identity if isinstance(hashed, FolderHash) else status
        if hashed.md5 is not None and identity is not None:
            looks.append(Look(place.tree_path, place.path, identity))
        pointer = point_at(place, hashed)
        if pointer is not None:
            if dvc is not None and dvc.pointer.md5 == pointer.md5:
                pointer = pointer._replace(hash=dvc.pointer.hash)
            pointers[DATA + place.name + _SUFFIX] = pointer
    return RecordedData(tuple(items), pointers, tuple(warnings), tuple(looks))


def _find_further(unasked: Iterable[bytes], named: Iterable[bytes], top: str) -> list[Place]:
    """The places of paths that nobody named, but for those inside of one that was named or is among them."""
    covered = set(named)
    more = []
    for name in sorted(unasked, key=lambda one: one.split(b"/")):
        parts = name.split(b"/")
        if all(b"/".join(parts[:length]) not in covered for length in range(1, len(parts) + 1)):
            covered.add(name)
            more.append(Place(os.path.join(top, os.fsdecode(name)), name))
    return more


def record_artifacts(
    patterns: Iterable[str],
    here: str,
    project: str,
    top: str,
    *,
    cache: Cache,
    git_bytes: int,
    git_total_bytes: int,
    started: float | None = None,
    until: float | None = None,
    known: KnownHashes | None = None,
    refuse: Callable[[str, bytes], str | None] | None = None,
) -> RecordedArtifacts:
    """Keeps files and folders that a run wrote: small files for Git, all else in the cache with a pointer.

    A file is small up to ``git_bytes``, and while those before it leave room in ``git_total_bytes``. Something last
    written before ``started`` (seconds since 1970) is kept, and that is said; what was written after ``until`` is not
    kept, for another wrote it. ``refuse`` says why a file, by its path and its name in the run, is not to be kept.
    """
    places = find_places(patterns, here, project, top)
    keeper = ArtifactKeeper(cache, git_bytes, git_total_bytes, known=known, refuse=refuse)
    keeper.items += [Artifact(place.tree_path, None, None, "no", None, "it is not there") for place in places.missing]
    keeper.warn(*places.warnings)
    for place in places.found:
        if until is not None and _written_after(place.path, until):
            keeper.items.append(Artifact(place.tree_path, None, None, "no", None, _LATER))
            continue
        if started is not None and _written_before(place.path, started):
            keeper.warn(f"artifact {place.tree_path} was there before the run and was not written by it")
        keeper.keep(place, top)
    return keeper.recorded()


def _written_after(path: str, moment: float) -> bool:
    """Whether a file, or some file of a folder, was last written after a moment."""
    try:
        if not os.path.isdir(path):
            return os.stat(path).st_mtime > moment
        return any(
            os.stat(os.path.join(folder, name), follow_symlinks=False).st_mtime > moment
            for folder, _, names in os.walk(path)
            for name in names
        )
    except OSError:
        return False  # as below


def _written_before(path: str, moment: float) -> bool:
    """Whether a file, or every file of a folder, was last written before a moment."""
    try:
        if not os.path.isdir(path):
            return os.stat(path).st_mtime < moment
        for folder, _, names in os.walk(path):
            if any(os.stat(os.path.join(folder, name)).st_mtime >= moment for name in names):
                return False
        return os.stat(path).st_mtime < moment
    except OSError:
        return False  # not to be told: it is unreadable, which storing it says
