"""The listing of a folder: the object of a hash that ends in ``.dir``, as DVC writes it."""

from __future__ import annotations

import hashlib
import json

from gitexp.data.hashing import MAX_FILES
from gitexp.errors import InvalidValue, ObjectDamaged
from gitexp.model.paths import check_tree_path
from gitexp.model.pointed import FOLDER_SUFFIX
from gitexp.model.pointer import is_md5

MOST_BYTES = 512 * MAX_FILES
"""So many bytes of a listing are read: who sends more wants our memory."""


def parse_listing(data: bytes, md5: str, place: str) -> dict[str, str]:
    """The hash of each file of a folder by its name there, '/' between its parts; ``place`` is where the bytes lay.

    Raises ObjectDamaged for bytes of another hash and for what is no listing, as also where two names are one or a
    name leads out of the folder.
    """
    if hashlib.md5(data, usedforsecurity=False).hexdigest() + FOLDER_SUFFIX != md5:
        raise ObjectDamaged("the listing of a folder", md5, place)
    try:
        entries = json.loads(data)
        found = {str(check_tree_path(one["relpath"])): one["md5"] for one in entries}
    except (ValueError, KeyError, TypeError, RecursionError, AttributeError, InvalidValue) as error:
        raise ObjectDamaged("the listing of a folder", md5, place, hint=f"it is no listing: {error}") from error
    are_files = all(isinstance(one, str) and is_md5(one) and not one.endswith(FOLDER_SUFFIX) for one in found.values())
    if not isinstance(entries, list) or not are_files or len(found) != len(entries):
        raise ObjectDamaged("the listing of a folder", md5, place, hint="it has names or hashes that cannot be")
    return found
