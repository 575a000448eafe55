"""Files and folders that DVC tracks: what its files say of them, held against what lies there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gitexp.data.hashing import NOT_READ, FileHash, FolderHash, finish_folder, hash_file, hash_folder, walk_folder
from gitexp.model.pointer import MD5, MD5_BEFORE_DVC_3, Pointer

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitexp.data.known_hashes import KnownHashes


class Tracked(NamedTuple):
    """What a file of DVC's says of a path. ``source`` is that file, relative to the repository."""

    source: str
    pointer: Pointer


def hash_path(
    path: str, top: str, known: KnownHashes | None, may_read: Callable[[int], bool] | None = None
) -> FileHash | FolderHash:
    """The hash of a file or folder, whichever it is."""
    if os.path.isdir(path):
        return hash_folder(path, top, known, may_read=may_read)
    return hash_file(path, known, may_read=may_read)


def hash_tracked(
    path: str, tracked: Tracked, top: str, known: KnownHashes | None, may_read: Callable[[int], bool] | None = None
) -> FileHash | FolderHash:
    """The hash of what lies at a path that DVC tracks; ``why`` says where that is other than what DVC says.

    What is not there has DVC's hash, and so has what could not be read to its end but has the right size: each is
    said. DVC's word alone is no proof where something lies there: ``git checkout`` brings an older ``.dvc`` file, with
    the time of now, beside the data of another commit.
    """
    if not os.path.lexists(path):
        return _take(tracked, "it is not there")
    hashed = hash_path(path, top, known, may_read)
    pointer = tracked.pointer
    if hashed.md5 is None:
        is_like = hashed.why == NOT_READ and _count_bytes(path, top) in (pointer.bytes, None)
        return _take(tracked, "the command ended before it was read") if is_like else hashed
    if hashed.md5 == pointer.md5 or (pointer.hash != MD5 and _hash_as_before(path, top, may_read) == pointer.md5):
        return hashed
    return hashed._replace(why=f"it differs from {tracked.source}, which says {pointer.md5}")


def _take(tracked: Tracked, why: str) -> FileHash | FolderHash:
    pointer, why = tracked.pointer, f"{why}; the hash is that of {tracked.source}"
    if pointer.md5.endswith(".dir"):
        return FolderHash(pointer.md5, pointer.bytes, pointer.files, why)
    return FileHash(pointer.md5, pointer.bytes, why)


def _count_bytes(path: str, top: str) -> int | None:
    try:
        if not os.path.isdir(path):
            return os.stat(path).st_size
        return sum(os.stat(file).st_size for file, _ in walk_folder(path, top))
    except OSError:
        return None  # what is wrong with it the next run says, which may be longer


def _hash_as_before(path: str, top: str, may_read: Callable[[int], bool] | None) -> str | None:
    """The hash that DVC 2 gave a file or folder: of text as it is with the line ends of Unix."""
    if may_read is not None and not may_read(0):
        return None
    from dvc_data.hashfile.hash import file_md5

    def hash_text(file: str) -> str:
        return str(file_md5(file, name=MD5_BEFORE_DVC_3))

    try:
        if not os.path.isdir(path):
            return hash_text(path)
        return finish_folder({name: hash_text(file) for file, name in walk_folder(path, top)}, 0).md5
    except OSError:
        return None
