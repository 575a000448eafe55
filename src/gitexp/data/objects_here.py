"""The bytes of a hash, wherever on this machine they lie: our cache, DVC's, or the files of a working tree."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitexp.data.folder_listing import MOST_BYTES, parse_listing
from gitexp.data.hashing import FolderHash, hash_file, hash_folder, walk_folder
from gitexp.errors import ObjectMissing
from gitexp.model.pointed import FOLDER_SUFFIX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.data.cache import Cache
    from gitexp.data.known_hashes import KnownHashes


class ObjectsHere:
    """Finds the bytes of a hash. ``cache`` is ours; ``others`` are caches of the same layout, which may be emptied."""

    __slots__ = ("_files", "_listings", "cache", "others")

    def __init__(self, cache: Cache, others: Sequence[Cache] = ()) -> None:
        self.cache = cache
        self.others = tuple(others)
        self._files: dict[str, str] = {}
        self._listings: dict[str, bytes] = {}

    def find(self, md5: str) -> str | None:
        """Where the bytes of a hash lie; None where they are not here. They are not read: who copies them checks."""
        for cache in (self.cache, *self.others):
            if cache.has(md5):
                return cache.path_of(md5)
        path = self._files.get(md5)
        return path if path is not None and os.path.isfile(path) else None

    def read_listing(self, md5: str) -> dict[str, str]:
        """The hash of each file of a folder, by its name. Raises ObjectMissing, ObjectDamaged."""
        place = "the working tree" if md5 in self._listings else self.find(md5)
        return parse_listing(self.read_listing_bytes(md5), md5, place or "the cache")

    def read_listing_bytes(self, md5: str) -> bytes:
        """The listing of a folder as it lies here, unchecked. Raises ObjectMissing."""
        if md5 in self._listings:
            return self._listings[md5]
        place = self.find(md5)
        if place is None:
            raise ObjectMissing("the listing of a folder", md5, "it is not here")
        with open(place, "rb") as file:
            return file.read(MOST_BYTES)

    def find_absent(self, md5: str) -> tuple[str, ...]:
        """The hashes of what is not here of a file or folder; of a folder without its listing that alone."""
        if not md5.endswith(FOLDER_SUFFIX):
            return () if self.find(md5) is not None else (md5,)
        if md5 not in self._listings and self.find(md5) is None:
            return (md5,)
        return tuple(one for one in dict.fromkeys(self.read_listing(md5).values()) if self.find(one) is None)

    def offer(self, path: str, md5: str, top: str | None = None, known: KnownHashes | None = None) -> bool:
        """Takes a file or folder of a working tree for the bytes of a hash, where it has that hash; whether it has."""
        if not md5.endswith(FOLDER_SUFFIX):
            is_it = os.path.isfile(path) and hash_file(path, known).md5 == md5
            if is_it:
                self._files[md5] = path
            return is_it
        found = hash_folder(path, top, known, needs_listing=True) if os.path.isdir(path) else FolderHash(None)
        if found.md5 != md5:
            return False
        names = parse_listing(found.listing, md5, path)
        self._listings[md5] = found.listing
        self._files |= {names[name]: file for file, name in walk_folder(path, top)}
        return True
