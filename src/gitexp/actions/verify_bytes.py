"""The bytes that runs point at: are they here, and have they the hash that the runs say?"""

from __future__ import annotations

import hashlib
import os
import shlex
from typing import TYPE_CHECKING, NamedTuple

from gitexp.data.hashing import CHUNK_BYTES
from gitexp.model.pointed import FOLDER_SUFFIX
from gitexp.model.verification import Breach

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gitexp.actions.needed_objects import Needed
    from gitexp.data.objects_here import ObjectsHere
    from gitexp.data.progress import TransferProgress
    from gitexp.model.head import RunHead
    from gitexp.model.pointed import Pointed


class LookedAt(NamedTuple):
    """What became of the bytes: how many objects and bytes were looked at, and what is elsewhere.

    ``absent`` are hashes of artifacts that are not here, each with a run and a path that need it.
    """

    breaches: tuple[Breach, ...]
    objects: int
    bytes: int
    elsewhere: int
    elsewhere_bytes: int
    absent: Mapping[str, tuple[RunHead, Pointed]]


def check_bytes(
    objects: ObjectsHere,
    needed: Needed,
    *,
    quick: bool,
    has_remotes: bool,
    progress: TransferProgress | None = None,
) -> LookedAt:
    """Looks for every object that runs need, and reads each that is here once; ``quick`` looks at sizes alone.

    What is not here is elsewhere where the repository has remotes from which it may have come, and lost where it has
    none. What runs only read is nobody's to keep: of that only what is here is looked at.
    """
    users: dict[str, tuple[RunHead, Pointed]] = {}
    for needs in needed.runs:
        for one in needs.pointed:
            for md5 in needed.expand(one.md5):
                if md5 not in users or (one.kind == "artifact" and users[md5][1].kind == "data"):
                    users[md5] = (needs.head, one)
    here = {md5: place for md5 in users if (place := objects.find(md5)) is not None}
    absent = {md5: user for md5, user in users.items() if md5 not in here and user[1].kind == "artifact"}
    breaches = [] if has_remotes else [_lost(md5, *user) for md5, user in absent.items()]
    if progress is not None and not quick:
        progress.begin("reading", len(here), sum(_size(place) or 0 for place in here.values()))
    total = 0
    try:
        for md5, place in here.items():
            head, one = users[md5]
            why = _find_damage(md5, place, one, quick=quick, advance=_advance(progress))
            total += _size(place) or 0
            if why is not None:
                mend = f"rm -f {shlex.quote(place)} && exp get {head.name} {one.path}"
                breaches.append(Breach("bytes", head.name, f"{place} {why}", one.path, mend))
            if progress is not None and not quick:
                progress.finish_object()
    finally:
        if progress is not None and not quick:
            progress.end()
    size = sum({one.md5: one.bytes or 0 for _, one in absent.values()}.values())
    return LookedAt(tuple(breaches), len(here), total, len(absent), size, absent)


def _find_damage(md5: str, place: str, one: Pointed, *, quick: bool, advance: Callable[[int], None]) -> str | None:
    """Why the file at ``place`` is not what the hash says; None where it is, as far as it was looked at."""
    if quick:
        size = _size(place)
        is_other = md5 == one.md5 and not one.is_folder and one.bytes is not None and size != one.bytes
        return f"has {size} bytes and not the {one.bytes} that the run had" if is_other else None
    digest = hashlib.md5(usedforsecurity=False)
    try:
        with open(place, "rb", buffering=0) as file:
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
                advance(len(chunk))
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return None if digest.hexdigest() == md5.removesuffix(FOLDER_SUFFIX) else f"is damaged: it is not {md5}"


def _lost(md5: str, head: RunHead, one: Pointed) -> Breach:
    what = "its listing is" if md5 == one.md5 and one.is_folder else "its bytes are"
    found = f"{what} not here ({md5}), and this repository has no remote from which it could come"
    return Breach("bytes", head.name, found, one.path, "from another clone: exp push")


def _advance(progress: TransferProgress | None) -> Callable[[int], None]:
    return progress.advance if progress is not None else lambda count: None


def _size(place: str) -> int | None:
    try:
        return os.stat(place).st_size
    except OSError:
        return None
