"""Hashes of files and folders, as DVC computes them."""

from __future__ import annotations

import errno
import hashlib
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from gitexp.data.regular_files import explain_failure, has_changed, open_regular

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gitexp.data.known_hashes import FolderIdentity, KnownHashes

_Bytes = bytes  # in the classes below 'bytes' is a size
CHUNK_BYTES = 1 << 20
MAX_FILES = 1_000_000
"""A folder with more files is not hashed: its listing alone would take a gigabyte of memory."""
NOT_READ = "it was not read to its end"


class FileHash(NamedTuple):
    """A file's hash and size. Without a hash ``why`` says why; with one, what is doubtful about it."""

    md5: str | None
    bytes: int | None = None
    why: str | None = None


class FolderHash(NamedTuple):
    """A folder's hash, which ends in ``.dir``, and what it holds; ``listing`` is the object of that hash."""

    md5: str | None
    bytes: int | None = None
    files: int | None = None
    why: str | None = None
    listing: _Bytes = b""
    identity: str | None = None
    """What tells whether its files are still those that were hashed; None where that was not asked."""


def hash_file(
    path: str, known: KnownHashes | None = None, *, may_read: Callable[[int], bool] | None = None
) -> FileHash:
    """The MD5 of a file. None for one that cannot be read, is no regular file, or changed meanwhile.

    ``may_read`` is asked before so many further bytes are read; where it says no there is no hash.
    """
    try:
        descriptor, status = open_regular(path)
    except OSError as error:
        return FileHash(None, None, explain_failure(path, error))
    try:
        return _hash_open(path, descriptor, status, known, may_read)
    finally:
        os.close(descriptor)


def _hash_open(
    path: str,
    descriptor: int,
    status: os.stat_result,
    known: KnownHashes | None,
    may_read: Callable[[int], bool] | None,
) -> FileHash:
    if known is not None and (md5 := known.find(path, status)) is not None:
        return FileHash(md5, status.st_size)
    digest = hashlib.md5(usedforsecurity=False)
    try:
        while may_read is None or may_read(min(CHUNK_BYTES, status.st_size)):
            chunk = os.read(descriptor, CHUNK_BYTES)
            if not chunk:
                break
            digest.update(chunk)
        else:
            return FileHash(None, status.st_size, NOT_READ)
        if has_changed(status, os.fstat(descriptor)):
            return FileHash(None, None, "it changed while it was read")
    except OSError as error:
        return FileHash(None, status.st_size, explain_failure(path, error))
    if known is not None:
        known.keep(path, status, digest.hexdigest())
    return FileHash(digest.hexdigest(), status.st_size)


def hash_folder(
    path: str,
    top: str | None = None,
    known: KnownHashes | None = None,
    *,
    may_read: Callable[[int], bool] | None = None,
    needs_listing: bool = False,
) -> FolderHash:
    """The hash that ``dvc add`` gives a folder. None when one of its files has none.

    ``.dvcignore`` files from ``top`` down to the folder are respected. A folder that is known and as it was is not
    read: its listing may then be empty unless it is said to be needed. ``may_read`` as for a file.
    """
    last = known.find_folder(path) if known is not None else None
    try:
        does_tell = last is not None and not (needs_listing and last.listing is None)
        if last is not None and does_tell and last.identity == identify_folder(path, top).finish():
            return FolderHash(last.md5, last.bytes, last.files, None, last.listing or b"", last.identity)
        return _read_folder(path, top, known, may_read)
    except OSError as error:
        return FolderHash(None, why=explain_failure(path, error))


def _read_folder(
    path: str, top: str | None, known: KnownHashes | None, may_read: Callable[[int], bool] | None
) -> FolderHash:
    from gitexp.data.known_hashes import FolderIdentity, KnownFolder

    identity = FolderIdentity()
    entries: dict[str, str] = {}
    size = 0
    for file, name in walk_folder(path, top):
        try:
            descriptor, status = open_regular(file)
        except OSError as error:
            return FolderHash(None, why=f"{name}: {explain_failure(file, error)}")
        try:
            hashed = _hash_open(file, descriptor, status, known, may_read)
        finally:
            os.close(descriptor)
        if hashed.md5 is None or hashed.bytes is None:
            return FolderHash(None, why=hashed.why if hashed.why == NOT_READ else f"{name}: {hashed.why}")
        if len(entries) == MAX_FILES:
            return FolderHash(None, why=f"it has more than {MAX_FILES:,} files")
        identity.add(name, status)
        entries[name] = hashed.md5
        size += hashed.bytes
    folder = finish_folder(entries, size)._replace(identity=identity.finish())
    if known is not None and folder.md5 is not None:
        found = KnownFolder(folder.identity or "", folder.md5, size, len(entries), folder.listing)
        known.keep_folder(path, identity, found)
    return folder


def identify_folder(path: str, top: str | None = None) -> FolderIdentity:
    """What changes with the files of a folder, without reading them. Raises OSError."""
    from gitexp.data.known_hashes import FolderIdentity

    identity = FolderIdentity()
    for file, name in walk_folder(path, top):
        identity.add(name, os.stat(file))
    return identity


def finish_folder(entries: dict[str, str], size: int) -> FolderHash:
    """The hash of a folder of which the hash of each file is known, by its '/'-separated name."""
    from dvc_data.hashfile.hash_info import HashInfo
    from dvc_data.hashfile.tree import Tree

    tree: Any = Tree()  # type: ignore[no-untyped-call]
    for name, md5 in entries.items():
        tree.add(tuple(name.split("/")), None, HashInfo("md5", md5))
    listing: bytes = tree.as_bytes()
    md5 = hashlib.md5(listing, usedforsecurity=False).hexdigest() + ".dir"
    return FolderHash(md5, size, len(entries), None, listing)


def walk_folder(path: str, top: str | None = None) -> Iterator[tuple[str, str]]:
    """The files of a folder as DVC sees them: each one's path, and its '/'-separated name in the folder.

    Links to files are followed, links to folders are not, and what Git, Mercurial and DVC keep is passed over. Raises
    OSError, for a folder with a ``.dvcignore`` inside as well, which DVC refuses.
    """
    path = os.path.abspath(path)
    for folder, folders, files in _choose_walk(path, top):
        if ".dvcignore" in files:
            raise OSError(errno.EINVAL, "DVC takes no folder with a .dvcignore inside")
        folders.sort()
        within = "" if folder == path else folder[len(path) + 1 :].replace(os.sep, "/") + "/"
        for name in sorted(files):
            yield os.path.join(folder, name), within + name


def _choose_walk(path: str, top: str | None) -> Iterator[tuple[str, list[str], list[str]]]:
    """DVC's own walk where a ``.dvcignore`` has a say, else one that loads none of DVC (150 ms)."""
    top = os.path.abspath(top) if top is not None else None
    if top is None or not os.path.join(path, "").startswith(os.path.join(top, "")) or not _has_ignore_file(path, top):
        return _walk(path)
    from dvc.fs import localfs
    from dvc.ignore import DvcIgnoreFilter

    walk: Iterator[tuple[str, list[str], list[str]]] = DvcIgnoreFilter(localfs, top).walk(localfs, path)
    return walk


def _has_ignore_file(path: str, top: str) -> bool:
    while len(path) >= len(top):
        if os.path.exists(os.path.join(path, ".dvcignore")):
            return True
        path = os.path.dirname(path)
    return False


def _walk(path: str) -> Iterator[tuple[str, list[str], list[str]]]:
    def stop(error: OSError) -> None:
        raise error

    for folder, folders, files in os.walk(path, onerror=stop):
        folders[:] = [name for name in folders if not _is_passed_over(folder, name)]
        yield folder, folders, [name for name in files if name != ".git"]


def _is_passed_over(folder: str, name: str) -> bool:
    """Whether DVC leaves out a folder: what versions things, and a DVC project of its own."""
    return name in (".git", ".hg", ".dvc") or os.path.isdir(os.path.join(folder, name, ".dvc"))
