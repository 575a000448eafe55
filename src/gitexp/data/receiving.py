"""Objects brought from a data remote into our cache, many at a time; none is kept that has not its hash."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, NamedTuple

from gitexp.data.folder_listing import MOST_BYTES, parse_listing
from gitexp.data.hashing import hash_file
from gitexp.data.remote_failures import Interrupted, TooLong
from gitexp.data.workers import Stopping, work_in_parallel
from gitexp.errors import ObjectDamaged, StorageFailed
from gitexp.model.pointed import FOLDER_SUFFIX

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitexp.data.cache import Cache
    from gitexp.data.progress import TransferProgress
    from gitexp.data.remote import DataRemote

_MOST_STAGED = 64
_MOST_STAGED_BYTES = 256_000_000


class Received(NamedTuple):
    """The hashes that did not come: those that are not there, and those that are damaged there, and where they lie."""

    absent: frozenset[str]
    damaged: dict[str, str]


class _Arrival(NamedTuple):
    """A file that has its hash; or none, and where something else lay."""

    path: str | None
    size: int = 0
    damaged_at: str | None = None


def receive_objects(
    remote: DataRemote, cache: Cache, wanted: Mapping[str, int | None], *, progress: TransferProgress
) -> Received:
    """Fetches hashes, each with the most bytes that it can have where that is known, into the cache.

    Each is looked for in our folder of the remote, then in DVC's own area. What came before a failure is kept, and what
    came in part is not. Raises TransferFailed, StorageFailed.
    """
    absent: set[str] = set()
    damaged: dict[str, str] = {}
    failed: Exception | None = None
    stopping = Stopping()
    with cache.stage() as staging:
        arriving = _Arriving(remote, staging, wanted, stopping, progress)
        staged = _Staged(cache)
        try:
            for one in work_in_parallel(wanted, arriving.receive, remote.jobs, stopping):
                if one.done is None:
                    stopping.stop()
                    failed = failed if isinstance(one.error, Interrupted) else failed or one.error
                elif one.done.path is not None:
                    staged.add(one.item, one.done.path, one.done.size)
                    progress.finish_object()
                elif one.done.damaged_at is not None:
                    damaged[one.item] = one.done.damaged_at
                else:
                    absent.add(one.item)
        finally:
            staged.take_in()
    if isinstance(failed, OSError):
        raise StorageFailed(cache.root, failed.strerror or str(failed)) from failed
    if failed is not None:
        raise failed
    return Received(frozenset(absent), damaged)


def examine_objects(
    remote: DataRemote, cache: Cache, wanted: Mapping[str, int | None], *, progress: TransferProgress
) -> Received:
    """Reads hashes on a remote as ``receive_objects`` does, and keeps none of them.

    Raises TransferFailed, StorageFailed.
    """
    absent: set[str] = set()
    damaged: dict[str, str] = {}
    failed: Exception | None = None
    stopping = Stopping()
    with cache.stage() as staging:
        arriving = _Arriving(remote, staging, wanted, stopping, progress)
        for one in work_in_parallel(wanted, arriving.receive, remote.jobs, stopping):
            if one.done is None:
                stopping.stop()
                failed = failed if isinstance(one.error, Interrupted) else failed or one.error
            elif one.done.path is not None:
                _remove(one.done.path)
                progress.finish_object()
            elif one.done.damaged_at is not None:
                damaged[one.item] = one.done.damaged_at
            else:
                absent.add(one.item)
    if isinstance(failed, OSError):
        raise StorageFailed(cache.root, failed.strerror or str(failed)) from failed
    if failed is not None:
        raise failed
    return Received(frozenset(absent), damaged)


class _Staged:
    """Files that wait to be made durable together: a flush for each takes milliseconds."""

    __slots__ = ("_bytes", "_cache", "_files")

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._files: dict[str, str] = {}
        self._bytes = 0

    def add(self, md5: str, path: str, size: int) -> None:
        self._files[md5] = path
        self._bytes += size
        if len(self._files) == _MOST_STAGED or self._bytes > _MOST_STAGED_BYTES:
            self.take_in()

    def take_in(self) -> None:
        files, self._files, self._bytes = self._files, {}, 0
        self._cache.take_in(files)


class _Arriving:
    """Fetches one object at a time, in any thread."""

    __slots__ = ("_places", "_progress", "_remote", "_stopping", "_wanted")

    def __init__(
        self,
        remote: DataRemote,
        staging: str,
        wanted: Mapping[str, int | None],
        stopping: Stopping,
        progress: TransferProgress,
    ) -> None:
        self._remote = remote
        self._wanted = wanted
        self._stopping = stopping
        self._progress = progress
        self._places = {md5: os.path.join(staging, str(number)) for number, md5 in enumerate(wanted)}

    def receive(self, md5: str) -> _Arrival:
        """Fetches an object from where it is whole."""
        damaged_at: str | None = None
        for plain in (False, True):
            arrival = self._receive(md5, plain=plain)
            if arrival.path is not None:
                return arrival
            damaged_at = damaged_at or arrival.damaged_at
        return _Arrival(None, 0, damaged_at)

    def _receive(self, md5: str, *, plain: bool) -> _Arrival:
        target = self._places[md5]
        is_listing = md5.endswith(FOLDER_SUFFIX)
        most = MOST_BYTES if is_listing else self._wanted[md5]
        came = 0

        def advance(size: int) -> None:
            nonlocal came
            self._stopping.check()
            came += size
            if most is not None and came > most:
                raise TooLong
            self._progress.advance(size)

        try:
            there = self._remote.receive(md5, target, advance, plain=plain, alone=len(self._wanted) == 1)
            if not there:
                return _Arrival(None)
            hashed = hash_file(target)
            if is_listing:
                _check_listing(target, md5)
            if hashed.md5 == md5.removesuffix(FOLDER_SUFFIX):
                return _Arrival(target, hashed.bytes or 0)
        except (TooLong, ObjectDamaged):
            pass
        except BaseException:
            _remove(target)
            raise
        _remove(target)
        return _Arrival(None, 0, self._remote.shown(md5, plain=plain))


def _check_listing(path: str, md5: str) -> None:
    with open(path, "rb") as file:
        parse_listing(file.read(MOST_BYTES), md5, path)


def _remove(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.remove(path)
