"""Artifacts kept one by one: small files for Git, all else in the cache with a pointer."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gitexp.data.hashing import FileHash, FolderHash
from gitexp.data.small_files import read_small_file
from gitexp.errors import StorageFailed
from gitexp.model.paths import quote_path
from gitexp.model.pointed import OUTSIDE
from gitexp.model.pointer import POINTER_SUFFIX, Pointer
from gitexp.model.run import Artifact

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitexp.data.cache import Cache
    from gitexp.data.finding import Place
    from gitexp.data.known_hashes import KnownHashes

ARTIFACTS = b".exp/artifacts/"
_SUFFIX = POINTER_SUFFIX.encode()


class Refused(NamedTuple):
    """A file that is no artifact for what is in it: where it lies, under which name it would be one, and why not."""

    path: str
    name: str
    why: str


class RecordedArtifacts(NamedTuple):
    """Artifacts; by path in the tree the bytes of small ones and the pointers to large ones; what is doubtful."""

    items: tuple[Artifact, ...]
    files: dict[bytes, bytes]
    pointers: dict[bytes, Pointer]
    warnings: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()


class ArtifactKeeper:
    """Keeps artifacts one by one: small files for Git, all else in the cache with a pointer."""

    __slots__ = (
        "_cache",
        "_files",
        "_git_bytes",
        "_known",
        "_ours",
        "_pointers",
        "_refuse",
        "_refused",
        "_room",
        "_warnings",
        "items",
    )

    def __init__(
        self,
        cache: Cache,
        git_bytes: int,
        git_total_bytes: int,
        *,
        known: KnownHashes | None = None,
        ours: bool = False,
        refuse: Callable[[str, bytes], str | None] | None = None,
    ) -> None:
        self._cache = cache
        self._git_bytes = git_bytes
        self._room = git_total_bytes
        self._known = known
        self._ours = ours
        self._refuse = refuse
        self._refused: list[Refused] = []
        self._files: dict[bytes, bytes] = {}
        self._pointers: dict[bytes, Pointer] = {}
        self._warnings: list[str] = []
        self.items: list[Artifact] = []

    def warn(self, *sentences: str) -> None:
        """Adds what is doubtful."""
        self._warnings += sentences

    def keep(self, place: Place, top: str) -> None:
        """Keeps a file or folder; ``top`` is the folder from which on ``.dvcignore`` files count."""
        if not os.path.isdir(place.path) and (why := self._find_refusal(place.path, place.name)) is not None:
            self.items.append(Artifact(place.tree_path, None, None, "no", None, why))
            return
        target = ARTIFACTS + place.name
        small = None if target in self._pointers else read_small_file(place.path, min(self._git_bytes, self._room))
        if small is not None:
            self._files[target] = small.content
            self._room -= len(small.content)
            self.items.append(
                Artifact(place.tree_path, small.md5, len(small.content), "git", None, describe_outside(place))
            )
            doubt = small.why
        else:
            stored = self._store(place, top)
            pointer = point_at(place, stored)
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
        return RecordedArtifacts(
            tuple(self.items), self._files, self._pointers, tuple(self._warnings), tuple(self._refused)
        )

    def _find_refusal(self, path: str, name: bytes) -> str | None:
        why = self._refuse(path, name) if self._refuse is not None else None
        if why is not None:
            self._refused.append(Refused(path, quote_path(name), why))
        return why

    def _store(self, place: Place, top: str) -> FileHash | FolderHash:
        try:
            if os.path.isdir(place.path):

                def leaves_out(path: str, name: str) -> bool:
                    return self._find_refusal(path, place.name + b"/" + os.fsencode(name)) is not None

                ours = self._ours and not os.path.islink(place.path)  # what a link leads to is somebody else's
                return self._cache.store_folder(place.path, top, self._known, ours=ours, leaves_out=leaves_out)
            return self._cache.store_file(place.path, self._known, ours=self._ours)
        except StorageFailed as error:
            return FileHash(None, None, error.message)


def _describe_stored(place: Place, stored: FileHash | FolderHash, pointer: Pointer | None) -> Artifact:
    files = stored.files if isinstance(stored, FolderHash) else None
    if pointer is not None:
        return Artifact(place.tree_path, stored.md5, stored.bytes, "dvc", files, describe_outside(place))
    why = stored.why if stored.md5 is None else "its name is not UTF-8, which a pointer cannot say"
    return Artifact(place.tree_path, stored.md5, stored.bytes, "no", files, why)


def point_at(place: Place, hashed: FileHash | FolderHash) -> Pointer | None:
    """The pointer to something hashed; None without a hash, and for a name that YAML cannot hold."""
    if hashed.md5 is None:
        return None
    try:
        path = place.name.rpartition(b"/")[2].decode("utf-8")
    except UnicodeDecodeError:
        return None
    return Pointer(path, hashed.md5, hashed.bytes, hashed.files if isinstance(hashed, FolderHash) else None)


def describe_outside(place: Place) -> str | None:
    if not place.outside:
        return None
    home = os.path.join(os.path.expanduser("~"), "")
    path = "~/" + place.path[len(home) :] if place.path.startswith(home) else place.path
    return f"{OUTSIDE}, at {os.fsencode(path).decode('utf-8', 'backslashreplace')}"
