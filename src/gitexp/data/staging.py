"""Folders in which files are made before they are put in their place, and what makes them durable."""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
import time
from typing import TYPE_CHECKING

from gitexp.errors import StorageFailed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ABANDONED_SECONDS = 86_400
_MANY = 10


@contextlib.contextmanager
def staging_folder(parent: str) -> Iterator[str]:
    """A folder of its own below ``parent``, removed with all in it at the end. Raises StorageFailed."""
    folder = os.path.join(parent, secrets.token_hex(8))
    try:
        os.makedirs(folder)
        _remove_abandoned(parent)
    except OSError as error:
        raise StorageFailed(parent, error.strerror or str(error)) from error
    try:
        yield folder
    finally:
        _remove_folder(folder)


def flush_all(paths: Sequence[str]) -> None:
    """Makes files and folders of one file system durable, on Linux by one call where they are many.

    A flush of its own takes milliseconds for each file.
    """
    if sys.platform == "linux" and len(paths) > _MANY:
        import ctypes

        descriptor = os.open(paths[0], os.O_RDONLY)
        try:
            if ctypes.CDLL(None).syncfs(descriptor) == 0:
                return
        finally:
            os.close(descriptor)
    for path in paths:
        _flush(path)


def _flush(path: str) -> None:
    if os.name == "nt" and os.path.isdir(path):
        return  # Windows opens no folder
    descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_abandoned(parent: str) -> None:
    """Removes what a process that was killed while it copied left behind, a day after its last write."""
    for name in os.listdir(parent):
        folder = os.path.join(parent, name)
        with contextlib.suppress(OSError):  # another process removes it at this moment
            last = max(os.stat(path).st_mtime for path in (folder, *_paths_in(folder)))
            if last < time.time() - _ABANDONED_SECONDS:
                _remove_folder(folder)


def _remove_folder(folder: str) -> None:
    with contextlib.suppress(OSError):  # what cannot be removed now is removed as abandoned, a day later
        for path in _paths_in(folder):
            os.remove(path)
        os.rmdir(folder)


def _paths_in(folder: str) -> list[str]:
    return [os.path.join(folder, name) for name in os.listdir(folder)]
