"""Files and folders that DVC tracks already: what their ``.dvc`` file says, held against what lies there."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitexp.data.hashing import FileHash, FolderHash, walk_folder
from gitexp.errors import InvalidValue
from gitexp.model.pointer import MD5, POINTER_SUFFIX, Pointer

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Tracked:
    """What a ``.dvc`` file says of the path beside it, and when it was written."""

    name: str
    pointer: Pointer
    written_ns: int

    def compare(self, hashed: FileHash | FolderHash) -> FileHash | FolderHash:
        """The hash of what lies there, with the word that it is not what the pointer says, where it is not."""
        if hashed.md5 is None or hashed.md5 == self.pointer.md5 or self.pointer.hash != MD5:
            return hashed
        return hashed._replace(why=f"it differs from {self.name}, which says {self.pointer.md5}")


def read_tracked(path: str, read_pointer: Callable[[bytes, str], Pointer]) -> Tracked | None:
    """The ``.dvc`` file beside a path; None where there is none, or one that does not speak of this path alone."""
    file = path + POINTER_SUFFIX
    try:
        written_ns = os.stat(file).st_mtime_ns
        with open(file, "rb") as opened:
            pointer = read_pointer(opened.read(), os.path.basename(file))
    except (OSError, InvalidValue):
        return None  # what lies there is hashed as if DVC did not track it: the truth all the same
    if os.path.normpath(pointer.path) != os.path.basename(path):
        return None
    return Tracked(os.path.basename(file), pointer, written_ns)


def check_tracked(path: str, tracked: Tracked, top: str) -> FileHash | FolderHash | None:
    """The hash that the pointer says, where what lies there cannot be other; None where it must be hashed to know.

    It cannot be other when sizes are equal and nothing changed after the pointer was written, by the time that no
    program can set. What is not there at all has the pointer's hash, and that is said.
    """
    pointer = tracked.pointer
    if pointer.hash != MD5:
        return None
    if not os.path.lexists(path):
        return _take(pointer, f"it is not there; the hash is that of {tracked.name}")
    try:
        found = _measure_folder(path, top) if os.path.isdir(path) else _measure_file(path)
    except OSError:
        return None
    files, size, changed_ns = found
    if (files, size) == (pointer.files, pointer.bytes) and changed_ns < tracked.written_ns:
        return _take(pointer, None)
    return None


def _take(pointer: Pointer, why: str | None) -> FileHash | FolderHash:
    if pointer.md5.endswith(".dir"):
        return FolderHash(pointer.md5, pointer.bytes, pointer.files, why)
    return FileHash(pointer.md5, pointer.bytes, why)


def _measure_file(path: str) -> tuple[int | None, int, int]:
    status = os.stat(path)
    return None, status.st_size, max(status.st_mtime_ns, status.st_ctime_ns)


def _measure_folder(path: str, top: str) -> tuple[int | None, int, int]:
    """How many files, their bytes, and the last change of any of them or of a folder that holds one."""
    files = size = 0
    last = 0
    folders = {path}
    for file, _ in walk_folder(path, top):
        _, bytes_of_it, changed = _measure_file(file)
        folders.add(os.path.dirname(file))
        files, size, last = files + 1, size + bytes_of_it, max(last, changed)
    return files, size, max(last, *(os.stat(folder).st_ctime_ns for folder in folders))
