"""Loose objects, written as Git itself writes them: whole under their name, or not there at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_MODE = 0o444
_TRIES = 20
_FASTEST = 1  # as Git has it; a pack compresses anew
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def write_loose(
    objects_dir: str, kind: str, data: bytes, object_format: str, share: Callable[[str], None] | None = None
) -> str:
    """Writes an object, syncs it and returns its id; one that is there already is only made young again for a gc.

    ``share`` sets the permissions that the repository wants on a new file or folder. Raises OSError.

    Under a name of its own until it is whole: dulwich's ``<object>.lock`` stays behind when a process is killed, and
    keeps every later one from writing the same object; two runs of the same code at the same time meet there too.
    Git's gc removes a ``tmp_obj_*`` that was left.
    """
    raw = b"%s %d\0" % (kind.encode(), len(data)) + data
    object_id = hashlib.new(object_format, raw, usedforsecurity=False).hexdigest()
    folder = os.path.join(objects_dir, object_id[:2])
    path = os.path.join(folder, object_id[2:])
    if _freshen(path):
        return object_id
    content = zlib.compress(raw, _FASTEST)
    for _ in range(_TRIES):
        try:
            _write_once(folder, path, content, share)
        except FileNotFoundError:  # ``git gc --prune=now`` takes unfinished files too, and folders that are empty
            continue
        return object_id
    _write_once(folder, path, content, share)
    return object_id


def _write_once(folder: str, path: str, content: bytes, share: Callable[[str], None] | None) -> None:
    if not os.path.isdir(folder):
        os.makedirs(folder, exist_ok=True)
        if share is not None:
            share(folder)
    unfinished = os.path.join(folder, f"tmp_obj_{os.urandom(6).hex()}")
    file = os.open(unfinished, _FLAGS, _MODE)
    try:
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(file, rest) :]
            # By default Git does not sync a loose object; a durable ref to a lost commit is worse than none.
            os.fsync(file)
        finally:
            os.close(file)
        if share is not None:
            share(unfinished)
        os.replace(unfinished, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(unfinished)
        raise


def _freshen(path: str) -> bool:
    """Whether the object is there and young: a gc may take an old one before a ref holds it."""
    try:
        os.utime(path)
    except OSError:  # not there, or another user's in a shared repository: it is then written anew
        return False
    return True
