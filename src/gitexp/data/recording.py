"""Data that a run read and artifacts that it wrote, as a run records them.

Pointers are given as values; where they lie in a run's tree is their key.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gitexp.data.finding import Place, find_places
from gitexp.data.hashing import FileHash, FolderHash, hash_file, hash_folder
from gitexp.data.small_files import read_small_file
from gitexp.data.tracked import check_tracked, read_tracked
from gitexp.errors import StorageFailed
from gitexp.model.pointer import Pointer
from gitexp.model.run import Artifact, DataItem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gitexp.data.cache import Cache
    from gitexp.data.known_hashes import KnownHashes

DATA = b".exp/data/"
ARTIFACTS = b".exp/artifacts/"
_SUFFIX = b".dvc"
_LATER = "it was written again after the run"


class RecordedData(NamedTuple):
    """Data items, the pointers to them by path in the tree, and what is doubtful, in sentences."""

    items: tuple[DataItem, ...]
    pointers: dict[bytes, Pointer]
    warnings: tuple[str, ...] = ()


class RecordedArtifacts(NamedTuple):
    """Artifacts; by path in the tree the bytes of small ones and the pointers to large ones; what is doubtful."""

    items: tuple[Artifact, ...]
    files: dict[bytes, bytes]
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
        why = "; ".join(word for word in (_describe_outside(place), hashed.why) if word is not None) or None
        files = hashed.files if isinstance(hashed, FolderHash) else 1 if hashed.md5 is not None else None
        items.append(DataItem(place.tree_path, hashed.md5, hashed.bytes, files, why))
        pointer = _point(place, hashed)
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
) -> RecordedArtifacts:
    """Keeps files and folders that a run wrote: small files for Git, all else in the cache with a pointer.

    A file is small up to ``git_bytes``, and while those before it leave room in ``git_total_bytes``. Something last
    written before ``started`` (seconds since 1970) is kept, and that is said; what was written after ``until`` is not
    kept, for another wrote it.
    """
    places = find_places(patterns, here, project, top)
    keeper = ArtifactKeeper(cache, git_bytes, git_total_bytes, known=known)
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


class ArtifactKeeper:
    """Keeps artifacts one by one: small files for Git, all else in the cache with a pointer."""

    __slots__ = ("_cache", "_files", "_git_bytes", "_known", "_ours", "_pointers", "_room", "_warnings", "items")

    def __init__(
        self,
        cache: Cache,
        git_bytes: int,
        git_total_bytes: int,
        *,
        known: KnownHashes | None = None,
        ours: bool = False,
    ) -> None:
        self._cache = cache
        self._git_bytes = git_bytes
        self._room = git_total_bytes
        self._known = known
        self._ours = ours
        self._files: dict[bytes, bytes] = {}
        self._pointers: dict[bytes, Pointer] = {}
        self._warnings: list[str] = []
        self.items: list[Artifact] = []

    def warn(self, *sentences: str) -> None:
        """Adds what is doubtful."""
        self._warnings += sentences

    def keep(self, place: Place, top: str) -> None:
        """Keeps a file or folder; ``top`` is the folder from which on ``.dvcignore`` files count."""
        target = ARTIFACTS + place.name
        small = None if target in self._pointers else read_small_file(place.path, min(self._git_bytes, self._room))
        if small is not None:
            self._files[target] = small.content
            self._room -= len(small.content)
            self.items.append(
                Artifact(place.tree_path, small.md5, len(small.content), "git", None, _describe_outside(place))
            )
            doubt = small.why
        else:
            stored = self._store(place, top)
            pointer = _point(place, stored)
            pointer_at = target + _SUFFIX
            while pointer_at in self._files:  # an artifact that is itself named so
                pointer_at += _SUFFIX
            if pointer is not None:
                self._pointers[pointer_at] = pointer
            self.items.append(_describe_stored(place, stored, pointer))
            doubt = stored.why if pointer is not None else None
        if doubt is not None:
            self.warn(f"artifact {place.tree_path}: {doubt}")

    def recorded(self) -> RecordedArtifacts:
        """All that was kept."""
        return RecordedArtifacts(tuple(self.items), self._files, self._pointers, tuple(self._warnings))

    def _store(self, place: Place, top: str) -> FileHash | FolderHash:
        try:
            if os.path.isdir(place.path):
                return self._cache.store_folder(place.path, top, self._known, ours=self._ours)
            return self._cache.store_file(place.path, self._known, ours=self._ours)
        except StorageFailed as error:
            return FileHash(None, None, error.message)


def _hash_data(
    place: Place, top: str, read_pointer: Callable[[bytes, str], Pointer] | None, known: KnownHashes | None
) -> FileHash | FolderHash:
    tracked = read_tracked(place.path, read_pointer) if read_pointer is not None else None
    if tracked is not None and (hashed := check_tracked(place.path, tracked, top)) is not None:
        return hashed
    hashed = hash_folder(place.path, top, known) if os.path.isdir(place.path) else hash_file(place.path, known)
    return tracked.compare(hashed) if tracked is not None else hashed


def _describe_stored(place: Place, stored: FileHash | FolderHash, pointer: Pointer | None) -> Artifact:
    files = stored.files if isinstance(stored, FolderHash) else None
    if pointer is not None:
        return Artifact(place.tree_path, stored.md5, stored.bytes, "dvc", files, _describe_outside(place))
    why = stored.why if stored.md5 is None else "its name is not UTF-8, which a pointer cannot say"
    return Artifact(place.tree_path, stored.md5, stored.bytes, "no", files, why)


def _point(place: Place, hashed: FileHash | FolderHash) -> Pointer | None:
    """The pointer to something hashed; None without a hash, and for a name that YAML cannot hold."""
    if hashed.md5 is None:
        return None
    try:
        path = place.name.rpartition(b"/")[2].decode("utf-8")
    except UnicodeDecodeError:
        return None
    return Pointer(path, hashed.md5, hashed.bytes, hashed.files if isinstance(hashed, FolderHash) else None)


def _describe_outside(place: Place) -> str | None:
    if not place.outside:
        return None
    home = os.path.join(os.path.expanduser("~"), "")
    path = "~/" + place.path[len(home) :] if place.path.startswith(home) else place.path
    return f"it lies outside the repository, at {os.fsencode(path).decode('utf-8', 'backslashreplace')}"


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
