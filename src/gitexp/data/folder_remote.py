"""A data remote that is a folder, on this machine or on a file system that others have too."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from gitexp.data.hashing import CHUNK_BYTES
from gitexp.data.staging import flush_all, staging_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class FolderRemote:
    """Objects below ``<root>/files/md5``; what is there is whole. ``top`` is the folder that the remote names."""

    __slots__ = ("_root", "_top")

    def __init__(self, root: str, top: str) -> None:
        self._root = root
        self._top = top

    def shown(self, md5: str) -> str:
        """Where the object of a hash lies."""
        return os.path.join(self._root, "files", "md5", md5[:2], md5[2:])

    def find(self, md5s: Iterable[str]) -> list[str]:
        """Which of the hashes are there."""
        return [md5 for md5 in md5s if os.path.isfile(self.shown(md5))]

    def send(self, path: str, md5: str, advance: Callable[[int], None], *, alone: bool) -> None:
        """Copies a file there under another name, makes it durable, and gives it its own. Raises OSError."""
        target = self.shown(md5)
        with staging_folder(os.path.join(self._root, "tmp")) as staging:
            staged = os.path.join(staging, "object")
            _copy(path, staged, advance)
            os.chmod(staged, 0o444)
            flush_all([staged])
            os.makedirs(os.path.dirname(target), exist_ok=True)
            os.replace(staged, target)

    def remove(self, md5: str) -> None:
        """Takes an object away. Raises OSError."""
        os.remove(self.shown(md5))

    def receive(self, md5: str, target: str, advance: Callable[[int], None], *, alone: bool) -> bool:
        """Copies an object to ``target``; False where it is not there. Raises OSError."""
        if not os.path.isdir(self._top):
            raise FileNotFoundError(errno.ENOENT, "there is no such folder", self._top)
        if not os.path.isfile(self.shown(md5)):
            return False
        _copy(self.shown(md5), target, advance)
        return True


def _copy(source: str, target: str, advance: Callable[[int], None]) -> None:
    with open(source, "rb", buffering=0) as opened, open(target, "wb", buffering=0) as copy:
        while chunk := opened.read(CHUNK_BYTES):
            view = memoryview(chunk)
            while view:
                view = view[copy.write(view) :]
            advance(len(chunk))
