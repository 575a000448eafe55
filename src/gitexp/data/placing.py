"""Files and folders put in their place from the bytes of their hashes, each checked while it is copied."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
from typing import TYPE_CHECKING

from gitexp.data.hashing import CHUNK_BYTES, hash_file
from gitexp.data.sharing import link_file, share_blocks
from gitexp.errors import ObjectDamaged, ObjectMissing, StorageFailed
from gitexp.model.pointed import FOLDER_SUFFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitexp.data.objects_here import ObjectsHere


def place_object(
    objects: ObjectsHere,
    md5: str,
    target: str,
    *,
    name: str,
    advance: Callable[[int], None] = lambda count: None,
    link: bool = False,
    replace: bool = False,
) -> None:
    """Puts a file or folder at ``target``, where nothing is; ``name`` names it in errors.

    The bytes are hashed while they are copied; what shares its blocks is hashed as well. A folder is there whole or
    not at all. ``advance`` hears of bytes as they are copied. ``link``: what our cache has gets a second name instead
    of a copy, read-only, where the file system can. ``replace``: a file that lies there gives way. Raises
    ObjectMissing, ObjectDamaged, StorageFailed.
    """
    staged = _name_staged(target)
    made: list[str] = []
    try:
        os.makedirs(os.path.dirname(target) or ".", exist_ok=True)
        if md5.endswith(FOLDER_SUFFIX):
            for inside, one in objects.read_listing(md5).items():
                path = os.path.join(staged, *inside.split("/"))
                os.makedirs(os.path.dirname(path), exist_ok=True)
                made.append(path)
                _bring(objects, one, path, f"{name}/{inside}", advance, link)
            os.makedirs(staged, exist_ok=True)
            os.rename(staged, target)  # which fails where anything but an empty folder is
        else:
            made.append(staged)
            _bring(objects, md5, staged, name, advance, link)
            _publish(staged, target, replace)
    except OSError as error:
        raise StorageFailed(target, error.strerror or str(error)) from error
    finally:
        _remove(staged, made)


def place_bytes(content: bytes, target: str, *, replace: bool = False) -> None:
    """Puts a small file at ``target``, where nothing is unless it gives way. Raises StorageFailed."""
    staged = _name_staged(target)
    try:
        with open(staged, "xb") as file:
            file.write(content)
        _publish(staged, target, replace)
    except OSError as error:
        raise StorageFailed(target, error.strerror or str(error)) from error
    finally:
        _remove(staged, [staged])


def _name_staged(target: str) -> str:
    # Not the target's name with more behind it: that may be as long as a name can be.
    return os.path.join(os.path.dirname(target), f".exp-{secrets.token_hex(6)}.part")


def _publish(staged: str, target: str, replace: bool) -> None:
    """Gives a file its final name. Raises OSError, where something has that name already as well."""
    if replace:
        os.replace(staged, target)
    elif link_file(staged, target):  # a rename would silently take the place of what came there meanwhile
        os.remove(staged)
    elif os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target)
    else:
        os.rename(staged, target)


def _bring(objects: ObjectsHere, md5: str, target: str, name: str, advance: Callable[[int], None], link: bool) -> None:
    source = objects.find(md5)
    if source is None:
        raise ObjectMissing(name, md5, "its bytes are not here")
    # Only in our own cache does a file never change: another name of the user's file would change with it.
    if link and source == objects.cache.path_of(md5) and link_file(source, target):
        hashed = hash_file(target)
        if hashed.md5 != md5:
            raise ObjectDamaged(name, md5, source)
        advance(hashed.bytes or 0)
        return
    _copy(source, md5, target, name, advance)


def _copy(source: str, md5: str, target: str, name: str, advance: Callable[[int], None]) -> None:
    digest = hashlib.md5(usedforsecurity=False)
    with open(source, "rb", buffering=0) as opened, open(target, "xb", buffering=0) as copy:
        is_shared = share_blocks(opened.fileno(), copy.fileno())
        while chunk := opened.read(CHUNK_BYTES):
            digest.update(chunk)
            advance(len(chunk))
            view = memoryview(chunk)
            while view and not is_shared:
                view = view[copy.write(view) :]
    if digest.hexdigest() != md5:
        raise ObjectDamaged(name, md5, source)


def _remove(staged: str, made: list[str]) -> None:
    """Removes what is left of something that was not put in its place: files of ours alone, and their folders."""
    if not os.path.lexists(staged):
        return
    for path in made:
        if os.path.lexists(path):
            os.remove(path)
    if os.path.isdir(staged):
        for folder, _, _ in os.walk(staged, topdown=False):
            os.rmdir(folder)
