"""The cache of artifacts: files under the name of their hash, in DVC's own layout."""

from __future__ import annotations

import contextlib
import hashlib
import os
from typing import TYPE_CHECKING, BinaryIO

from gitexp.data.cache_lock import hold_while_storing
from gitexp.data.hashing import (
    CHUNK_BYTES,
    MAX_FILES,
    FileHash,
    FolderHash,
    finish_folder,
    hash_file,
    walk_folder,
)
from gitexp.data.regular_files import explain_failure, has_changed, open_regular
from gitexp.data.sharing import has_one_name, is_written_to, link_file, share_blocks
from gitexp.data.staging import flush_all, staging_folder
from gitexp.errors import NotFound, StorageFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from gitexp.data.known_hashes import KnownHashes


class Cache:
    """Files and folders kept by hash under ``<root>/files/md5``; what is there is whole, and never changes."""

    __slots__ = ("_staging", "root")

    def __init__(self, root: str) -> None:
        self.root = root
        self._staging = os.path.join(root, "tmp")

    def path_of(self, md5: str) -> str:
        """Where the object of a hash lies, whether it is there or not."""
        return os.path.join(self.root, "files", "md5", md5[:2], md5[2:])

    def has(self, md5: str, size: int | None = None) -> bool:
        """Whether the object of a hash is there, and of this size where one is given."""
        try:
            found = os.stat(self.path_of(md5))
        except OSError:
            return False
        return size is None or found.st_size == size

    def renew(self, md5: str, size: int | None = None) -> bool:
        """Whether the object of a hash is there; it then counts as stored now, for whoever removes old ones."""
        with hold_while_storing(self.root):
            if not self.has(md5, size):
                return False
            with contextlib.suppress(PermissionError):  # another user's, and theirs to remove
                os.utime(self.path_of(md5))
            return True

    def open(self, md5: str) -> BinaryIO:
        """Opens the object of a hash to read. Raises NotFound."""
        try:
            return open(self.path_of(md5), "rb")
        except FileNotFoundError:
            raise NotFound(f"{md5} is not in the cache {self.root}", md5=md5) from None

    def stage(self) -> AbstractContextManager[str]:
        """A folder in which files are made before they are taken in. Raises StorageFailed."""
        return staging_folder(self._staging)

    def take_in(self, staged: dict[str, str]) -> None:
        """Moves files of a staging folder among the objects, in their order; the caller has checked each one's hash.

        Raises StorageFailed.
        """
        if staged:
            self._publish(staged)

    def store_file(self, path: str, known: KnownHashes | None = None, *, ours: bool = False) -> FileHash:
        """Keeps a file. Without a hash ``why`` says why it was not kept; with one, what is doubtful about it.

        A file that is ``ours`` (nobody will write to it again) is linked where that can be done, instead of copied.
        Raises StorageFailed when the cache cannot be written.
        """
        with staging_folder(self._staging) as staging:
            stored, staged = self._take_in(path, os.path.join(staging, "file"), known, ours)
            if staged is not None and stored.md5 is not None:
                self._publish({stored.md5: staged})
        return stored

    def store_chunks(self, chunks: Iterable[bytes]) -> FileHash:
        """Keeps a file that is being made. Raises StorageFailed when the cache cannot be written."""
        digest = hashlib.md5(usedforsecurity=False)
        size = 0
        with staging_folder(self._staging) as staging:
            staged = os.path.join(staging, "file")
            try:
                with open(staged, "wb") as file:
                    for chunk in chunks:
                        digest.update(chunk)
                        size += len(chunk)
                        file.write(chunk)
            except OSError as error:
                raise StorageFailed(self.root, error.strerror or str(error)) from error
            md5 = digest.hexdigest()
            if not self.renew(md5, size):
                self._publish({md5: staged})
        return FileHash(md5, size)

    def store_folder(
        self,
        path: str,
        top: str | None = None,
        known: KnownHashes | None = None,
        *,
        ours: bool = False,
        leaves_out: Callable[[str, str], bool] | None = None,
    ) -> FolderHash:
        """Keeps a folder and every file in it, all or none. As store_file else.

        ``leaves_out`` says of a file, by its path and its name in the folder, whether it is to be none of them.

        Its files are copied first and made durable at once: a flush for each takes milliseconds a file.
        """
        entries: dict[str, str] = {}
        copies: dict[str, str] = {}
        doubts: list[str] = []
        size = 0
        with staging_folder(self._staging) as staging:
            try:
                found = walk_folder(path, top)
                if leaves_out is not None:
                    found = (one for one in found if not leaves_out(*one))
                for number, (file, name) in enumerate(found):
                    stored, staged = self._take_in(file, os.path.join(staging, str(number)), known, ours)
                    if stored.md5 is None or stored.bytes is None or number == MAX_FILES:
                        return FolderHash(None, why=f"{name}: {stored.why or 'too many files'}")
                    doubts += [f"{name}: {stored.why}"] if stored.why is not None else []
                    entries[name] = stored.md5
                    size += stored.bytes
                    if staged is not None:
                        copies[stored.md5] = staged
            except OSError as error:
                return FolderHash(None, why=explain_failure(path, error))
            folder = finish_folder(entries, size)
            if folder.md5 is not None and not self.renew(folder.md5, len(folder.listing)):
                listing = os.path.join(staging, "listing")
                self._write(listing, folder.listing)
                copies[folder.md5] = listing  # the last one: a folder that is there has all its files
            self._publish(copies)
        return FolderHash(folder.md5, size, len(entries), doubts[0] if doubts else None, folder.listing)

    def _take_in(self, path: str, target: str, known: KnownHashes | None, ours: bool) -> tuple[FileHash, str | None]:
        """Links a file that is ours into the staging folder; copies any other, and where no link can be made."""
        if ours:
            # A file with another name may be written to under that one.
            hashed = hash_file(path, known) if has_one_name(path) and not is_written_to(path) else FileHash(None)
            if hashed.md5 is not None and self.renew(hashed.md5, hashed.bytes):
                return hashed, None
            if hashed.md5 is not None and not is_written_to(path) and link_file(path, target):
                return hashed, target
        return self._copy_in(path, target, known)

    def _copy_in(self, path: str, target: str, known: KnownHashes | None) -> tuple[FileHash, str | None]:
        """Copies a file into the staging folder; None in place of the copy where the object is there already."""
        try:
            source, status = open_regular(path)
        except OSError as error:
            return FileHash(None, None, explain_failure(path, error)), None
        try:
            md5 = known.find(path, status) if known is not None else None
            if md5 is not None and self.renew(md5, status.st_size):
                return FileHash(md5, status.st_size), None
            try:
                md5, size = _copy(source, target)
            except _SourceError as error:
                return FileHash(None, None, str(error)), None
            except OSError as error:
                raise StorageFailed(self.root, error.strerror or str(error)) from error
            doubt = "it changed while it was copied" if has_changed(status, os.fstat(source)) else None
        finally:
            os.close(source)
        if doubt is None and known is not None:
            known.keep(path, status, md5)
        if self.renew(md5, size):
            os.remove(target)
            return FileHash(md5, size, doubt), None
        return FileHash(md5, size, doubt), target

    def _write(self, path: str, content: bytes) -> None:
        try:
            with open(path, "wb") as file:
                file.write(content)
        except OSError as error:
            raise StorageFailed(self.root, error.strerror or str(error)) from error

    def _publish(self, copies: dict[str, str]) -> None:
        """Puts staged copies among the objects, in their order, once the bytes of all are on the disk."""
        try:
            flush_all(list(copies.values()))
            with hold_while_storing(self.root):
                for md5, staged in copies.items():
                    target = self.path_of(md5)
                    os.makedirs(os.path.dirname(target), exist_ok=True)
                    os.utime(staged)  # what was linked is as old as the file it comes from
                    os.chmod(staged, 0o444)
                    os.replace(staged, target)
            folders = {os.path.dirname(self.path_of(md5)) for md5 in copies}
            flush_all([*folders, *{os.path.dirname(folder) for folder in folders}])
        except OSError as error:
            raise StorageFailed(self.root, error.strerror or str(error)) from error


class _SourceError(Exception):
    """The file that is copied cannot be read on: a failure of its own disk, not of the cache's."""


def _copy(source: int, target: str) -> tuple[str, int]:
    """Copies an open file and hashes the bytes that were written: the hash is right even if the file changes."""
    digest = hashlib.md5(usedforsecurity=False)
    size = 0
    with open(target, "w+b", buffering=0) as copy:
        shared = share_blocks(source, copy.fileno())
        while True:
            try:
                chunk = os.read(copy.fileno() if shared else source, CHUNK_BYTES)
            except OSError as error:
                raise _SourceError(error.strerror or str(error)) from error
            if not chunk:
                return digest.hexdigest(), size
            digest.update(chunk)
            size += len(chunk)
            view = memoryview(chunk)
            while view and not shared:
                view = view[os.write(copy.fileno(), view) :]
