"""Files and folders put in their place from the bytes of their hashes, each checked while it is copied."""

from __future__ import annotations

import hashlib
import os
import secrets
from typing import TYPE_CHECKING

from gitexp.data.hashing import CHUNK_BYTES
from gitexp.data.sharing import share_blocks
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
) -> None:
    """Puts a file or folder at ``target``, where nothing is; ``name`` names it in errors.

    The bytes are hashed while they are copied; what shares its blocks is hashed as well. A folder is there whole or
    not at all. ``advance`` hears of bytes as they are copied. Raises ObjectMissing, ObjectDamaged, StorageFailed.
    """
    staged = f"{target}.{secrets.token_hex(4)}.part"
    made: list[str] = []
    try:
        os.makedirs(os.path.dirname(target) or ".", exist_ok=True)
        if md5.endswith(FOLDER_SUFFIX):
            for inside, one in objects.read_listing(md5).items():
                path = os.path.join(staged, *inside.split("/"))
                os.makedirs(os.path.dirname(path), exist_ok=True)
                made.append(path)
                _copy(objects, one, path, f"{name}/{inside}", advance)
            os.makedirs(staged, exist_ok=True)
        else:
            made.append(staged)
            _copy(objects, md5, staged, name, advance)
        os.rename(staged, target)
    except OSError as error:
        raise StorageFailed(target, error.strerror or str(error)) from error
    finally:
        _remove(staged, made)


def _copy(objects: ObjectsHere, md5: str, target: str, name: str, advance: Callable[[int], None]) -> None:
    source = objects.find(md5)
    if source is None:
        raise ObjectMissing(name, md5, "its bytes are not here")
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
