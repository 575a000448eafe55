"""What DVC's cache has, taken into ours: its objects bear their hash as their name, and none is read."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from gitexp.data.folder_listing import MOST_BYTES, parse_listing
from gitexp.data.sharing import link_file, share_blocks
from gitexp.errors import ObjectDamaged, StorageFailed
from gitexp.model.pointed import FOLDER_SUFFIX

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gitexp.data.cache import Cache

_PIECE = 1 << 20


def adopt_objects(cache: Cache, others: Sequence[Cache], wanted: Iterable[tuple[str, int | None]]) -> frozenset[str]:
    """Takes files and folders, given as hash and bytes, into ``cache``; returns the hashes that are whole in it now.

    A file whose size is another than it should have is not taken, and neither is a folder that lacks one of its files.
    An object that nobody may write to is linked where blocks cannot be shared; any other is copied. What one cache
    loses, the other still has. Raises StorageFailed.
    """
    objects: dict[str, str] = {}
    whole: set[str] = set()
    for md5, size in wanted:
        found = _find_all(cache, others, md5, size)
        if found is not None:
            objects |= found
            whole.add(md5)
    if objects:
        with cache.stage() as staging:
            staged = {}
            for number, (md5, path) in enumerate(objects.items()):
                staged[md5] = _share(path, os.path.join(staging, str(number)))
            cache.take_in(staged)
    return frozenset(whole)


def _find_all(cache: Cache, others: Sequence[Cache], md5: str, size: int | None) -> dict[str, str] | None:
    """Where the objects lie that are still to come, a folder's listing behind its files; None where one lacks."""
    if not md5.endswith(FOLDER_SUFFIX):
        return _find(cache, others, md5, size)
    listing = _find(cache, others, md5, None)
    if listing is None:
        return None
    place = listing.get(md5, cache.path_of(md5))
    try:
        with open(place, "rb") as file:
            names = parse_listing(file.read(MOST_BYTES), md5, place)
    except ObjectDamaged:
        return None
    except OSError as error:
        raise StorageFailed(place, error.strerror or str(error)) from error
    found: dict[str, str] = {}
    for one in names.values():
        inside = _find(cache, others, one, None)
        if inside is None:
            return None
        found |= inside
    return found | listing


def _find(cache: Cache, others: Sequence[Cache], md5: str, size: int | None) -> dict[str, str] | None:
    if cache.has(md5, size):
        return {}
    place = next((other.path_of(md5) for other in others if other.has(md5, size)), None)
    return {md5: place} if place is not None else None


def _share(path: str, target: str) -> str:
    try:
        with open(path, "rb") as source:
            # Shared blocks are a file of its own, so that nothing done to the one is done to the other.
            with open(target, "xb") as copy:
                if share_blocks(source.fileno(), copy.fileno()):
                    return target
            if not stat.S_IMODE(os.fstat(source.fileno()).st_mode) & 0o222:
                os.remove(target)
                if link_file(os.path.realpath(path), target):
                    return target
            with open(target, "wb") as copy:
                while piece := source.read(_PIECE):
                    copy.write(piece)
    except OSError as error:
        raise StorageFailed(target, error.strerror or str(error)) from error
    return target
