"""A data remote that one of DVC's file systems speaks to: S3, GCS, Azure, ssh, WebDAV and their like."""

from __future__ import annotations

import contextlib
import secrets
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_WHOLE_OR_NOT = frozenset({"s3", "gs", "azure", "oss", "gdrive", "http", "https"})
"""There an upload that is cut off leaves nothing under its name."""
_PART_BYTES = 16 << 20
"""Of S3: s3fs holds parts in memory, and its own choice, 50 MB, times the parallel transfers is too many."""


class ObjectRemote:
    """Objects below ``<root>/files/md5`` of a file system; ``url`` is how it is shown."""

    __slots__ = ("_base", "_database", "_files", "_root", "_url")

    def __init__(self, files: Any, root: str, url: str) -> None:
        from dvc_objects.db import ObjectDB

        self._files = files
        self._root = root
        self._url = url
        self._base = files.join(root, "files", "md5")
        self._database: Any = ObjectDB(files, self._base)

    def shown(self, md5: str) -> str:
        """Where the object of a hash lies."""
        return f"{self._url.rstrip('/')}/files/md5/{md5[:2]}/{md5[2:]}"

    def find(self, md5s: Sequence[str]) -> list[str]:
        """Which of the hashes are there: one by one, or by listing, whichever DVC takes to be less work."""
        return list(self._database.oids_exist(md5s)) if md5s else []

    def send(self, path: str, md5: str, advance: Callable[[int], None], *, alone: bool) -> None:
        """Brings a file there; where an upload that is cut off would leave half of it, under another name first."""
        target = self._path(md5)
        if self._files.protocol in _WHOLE_OR_NOT:
            self._put(path, target, advance, alone=alone)
            return
        staged = self._files.join(self._root, "tmp", secrets.token_hex(16))
        self._files.makedirs(self._files.parent(staged))
        self._files.makedirs(self._files.parent(target))
        try:
            self._put(path, staged, advance, alone=alone)
            self._files.move(staged, target)
        except BaseException:
            with contextlib.suppress(Exception):  # the first failure is the one to tell
                self._files.remove(staged)
            raise

    def remove(self, md5: str) -> None:
        """Takes an object away."""
        self._files.remove(self._path(md5))

    def receive(self, md5: str, target: str, advance: Callable[[int], None], *, alone: bool) -> bool:
        """Brings an object to ``target``; False where it is not there."""
        options = {} if alone or not hasattr(self._files.fs, "max_concurrency") else {"max_concurrency": 1}
        try:
            self._files.get_file(self._path(md5), target, callback=_make_callback(advance), **options)
        except FileNotFoundError as error:
            if "NoSuchBucket" in str(error.__cause__) or "bucket does not exist" in str(error):
                raise
            return False
        return True

    def _put(self, path: str, target: str, advance: Callable[[int], None], *, alone: bool) -> None:
        options: dict[str, int] = {}
        if self._files.protocol == "s3":
            options = {"chunksize": _PART_BYTES} | ({} if alone else {"max_concurrency": 1})
        self._files.put_file(path, target, callback=_make_callback(advance), **options)

    def _path(self, md5: str) -> str:
        path: str = self._files.join(self._base, md5[:2], md5[2:])
        return path


def _make_callback(advance: Callable[[int], None]) -> Any:
    """What fsspec calls as bytes move. What ``advance`` raises goes through it and ends the transfer."""
    from fsspec.callbacks import Callback

    class Meter(Callback):  # type: ignore[misc]
        _done = 0

        def relative_update(self, inc: int = 1) -> None:
            advance(inc)

        def absolute_update(self, value: int) -> None:
            advance(value - self._done)
            self._done = value

    return Meter()
