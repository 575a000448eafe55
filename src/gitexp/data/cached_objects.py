"""What lies in a cache: its objects, and what was left behind in its staging folder; and how they are removed."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from typing import TYPE_CHECKING, NamedTuple

from gitexp.data.cache_lock import hold_while_removing
from gitexp.errors import StorageFailed
from gitexp.model.pointed import FOLDER_SUFFIX
from gitexp.model.pointer import is_md5

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gitexp.data.cache import Cache


class CachedObject(NamedTuple):
    """An object of a cache: its hash, its size, and when it was stored last, in seconds since 1970."""

    md5: str
    bytes: int
    stored: float


class LocalFolder(NamedTuple):
    """A folder, the bytes of the files in it, and the last write to any of them, in seconds since 1970."""

    path: str
    bytes: int
    written: float


def list_objects(cache: Cache) -> Iterator[CachedObject]:
    """The objects of a cache; what has another name there is none of ours. Raises StorageFailed."""
    top = os.path.join(cache.root, "files", "md5")
    try:
        for first in _names(top):
            with contextlib.suppress(FileNotFoundError, NotADirectoryError), os.scandir(os.path.join(top, first)) as it:
                for entry in it:
                    md5 = first + entry.name
                    if len(first) == 2 and is_md5(md5):
                        with contextlib.suppress(FileNotFoundError):
                            found = entry.stat(follow_symlinks=False)
                            yield CachedObject(md5, found.st_size, found.st_mtime)
    except OSError as error:
        raise StorageFailed(top, error.strerror or str(error)) from error


def list_staged(cache: Cache) -> list[LocalFolder]:
    """The folders in which files are made before they are objects, or were when their process died."""
    return list_folders(os.path.join(cache.root, "tmp"))


def list_folders(parent: str) -> list[LocalFolder]:
    """The folders in a folder, each with what it holds; none where there is no such folder."""
    return [measure_folder(os.path.join(parent, name)) for name in _names(parent)]


def measure_folder(path: str) -> LocalFolder:
    """What a folder holds, or a file alone; what goes meanwhile, and what is not ours to read, counts for nothing."""
    size, written = 0, 0.0
    for folder, _, names in os.walk(path):
        for place in (folder, *(os.path.join(folder, name) for name in names)):
            with contextlib.suppress(OSError):
                found = os.lstat(place)
                size += found.st_size if place != folder else 0
                written = max(written, found.st_mtime)
    if not written:
        with contextlib.suppress(OSError):
            found = os.lstat(path)
            size, written = found.st_size, found.st_mtime
    return LocalFolder(path, size, written)


def remove_objects(cache: Cache, objects: Iterable[CachedObject], before: float) -> Iterator[CachedObject]:
    """Removes objects, each unless it was stored at or after ``before`` (seconds since 1970); gives those removed.

    Listings go first: a folder that is there has all its files. Raises StorageFailed.
    """
    for one in sorted(objects, key=lambda one: not one.md5.endswith(FOLDER_SUFFIX)):
        path = cache.path_of(one.md5)
        with hold_while_removing(cache.root):
            # Looked at again under the lock: a run may have taken it for its own since it was listed.
            try:
                if os.lstat(path).st_mtime >= before:
                    continue
                os.unlink(path)
            except FileNotFoundError:
                continue
            except OSError as error:
                raise StorageFailed(path, error.strerror or str(error)) from error
        with contextlib.suppress(OSError):  # it holds others, or one came just now
            os.rmdir(os.path.dirname(path))
        yield one


def remove_folders(folders: Iterable[LocalFolder], before: float) -> Iterator[LocalFolder]:
    """Removes folders to which nothing was written since ``before``; gives those removed. Raises StorageFailed."""
    for one in folders:
        if measure_folder(one.path).written >= before:
            continue
        aside = f"{one.path}.{secrets.token_hex(4)}.removed"  # one that died at it left its own
        try:
            os.rename(one.path, aside)  # at once: nobody finds half of it
            if os.path.isdir(aside) and not os.path.islink(aside):
                shutil.rmtree(aside)
            else:
                os.unlink(aside)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise StorageFailed(one.path, error.strerror or str(error)) from error
        yield one


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []
