"""Data that a run read and artifacts that it wrote, as a run records them.

Pointers are given as values; where they lie in a run's tree is their key.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gitexp.data.artifact_keeper import ArtifactKeeper, describe_outside, point_at
from gitexp.data.finding import find_places
from gitexp.data.hashing import FileHash, FolderHash, hash_file, hash_folder
from gitexp.data.tracked import check_tracked, read_tracked
from gitexp.model.run import Artifact, DataItem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gitexp.data.artifact_keeper import RecordedArtifacts
    from gitexp.data.cache import Cache
    from gitexp.data.finding import Place
    from gitexp.data.known_hashes import KnownHashes
    from gitexp.model.pointer import Pointer

DATA = b".exp/data/"
_SUFFIX = b".dvc"
_LATER = "it was written again after the run"


class RecordedData(NamedTuple):
    """Data items, the pointers to them by path in the tree, and what is doubtful, in sentences."""

    items: tuple[DataItem, ...]
    pointers: dict[bytes, Pointer]
    warnings: tuple[str, ...] = ()


def record_data(
    patterns: Iterable[str],
    here: str,
    project: str,
    top: str,
    *,
    read_pointer: Callable[[bytes, str], Pointer] | None = None,
    known: KnownHashes | None = None,
) -> RecordedData:
    """Hashes files and folders that a run reads; nothing is copied.

    What DVC tracks (``x.dvc`` lies beside ``x``, read by ``read_pointer``) has its hash without being read again as
    long as size and times speak for it; where it differs, that is said.
    """
    places = find_places(patterns, here, project, top)
    items: list[DataItem] = []
    pointers: dict[bytes, Pointer] = {}
    for place in (*places.found, *places.missing):
        hashed = _hash_data(place, top, read_pointer, known)
        why = "; ".join(word for word in (describe_outside(place), hashed.why) if word is not None) or None
        files = hashed.files if isinstance(hashed, FolderHash) else 1 if hashed.md5 is not None else None
        items.append(DataItem(place.tree_path, hashed.md5, hashed.bytes, files, why))
        pointer = point_at(place, hashed)
        if pointer is not None:
            pointers[DATA + place.name + _SUFFIX] = pointer
    return RecordedData(tuple(items), pointers, places.warnings)


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


def _hash_data(
    place: Place, top: str, read_pointer: Callable[[bytes, str], Pointer] | None, known: KnownHashes | None
) -> FileHash | FolderHash:
    tracked = read_tracked(place.path, read_pointer) if read_pointer is not None else None
    if tracked is not None and (hashed := check_tracked(place.path, tracked, top)) is not None:
        return hashed
    hashed = hash_folder(place.path, top, known) if os.path.isdir(place.path) else hash_file(place.path, known)
    return tracked.compare(hashed) if tracked is not None else hashed


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
