"""What a checkout brings beside the code: data, artifacts, files that the snapshot left out; and what it cannot."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.fetch_objects import open_objects
from gitexp.actions.place_files import place_all_files
from gitexp.capture.credential_files import is_credential_file
from gitexp.data.hashing import hash_file
from gitexp.data.known_hashes import KnownHashes
from gitexp.data.landing import enter_above, find_landing
from gitexp.data.placing import place_object
from gitexp.errors import BrokenObject, ObjectMissing, Refused
from gitexp.git.submodules import list_configured, list_present
from gitexp.model.paths import unquote_path
from gitexp.store.journal import local_folder

if TYPE_CHECKING:
    from gitexp.actions.place_files import Placed
    from gitexp.actions.placing_files import Manners
    from gitexp.errors import ExpError
    from gitexp.model.head import RunHead
    from gitexp.model.paths import TreePath
    from gitexp.model.run import LeftOut, Run, Submodule
    from gitexp.store.runs import RunStore

_HEAD_BYTES = 8000


class LeftOutFiles(NamedTuple):
    """Files that the snapshot left out: those placed from the working tree, those that differ, those not to be had."""

    placed: tuple[TreePath, ...] = ()
    there: tuple[TreePath, ...] = ()
    differing: tuple[TreePath, ...] = ()
    absent: tuple[LeftOut, ...] = ()


class MissingSubmodule(NamedTuple):
    """A submodule of the code that is not there, or at another commit. Without ``is_configured`` no command gets it."""

    submodule: Submodule
    present: str | None
    is_configured: bool


class BroughtFiles(NamedTuple):
    """What came of it. ``placed`` is None where it was not asked for."""

    placed: Placed | None
    left_out: LeftOutFiles
    submodules: tuple[MissingSubmodule, ...]


def bring_files(
    store: RunStore, head: RunHead, run: Run, folder: str, manners: Manners, *, with_data: bool = True
) -> BroughtFiles:
    """Brings data, artifacts and left-out files of a run into a checkout of its code; what is there is not touched.

    ``with_data`` False: none of them. Raises StorageFailed.
    """
    submodules = _list_missing(run, folder)
    if not with_data:
        left = tuple(one for one in run.code.left_out if not _is_there(one, folder))
        return BroughtFiles(None, LeftOutFiles(absent=left), submodules)
    placed = place_all_files(store, head, run, folder, manners)
    taken = {*placed.placed, *placed.there}
    left_out = [one for one in run.code.left_out if one.path not in taken]
    return BroughtFiles(placed, _place_left_out(store, left_out, folder), submodules)


def _is_there(one: LeftOut, folder: str) -> bool:
    path = os.path.join(folder, os.fsdecode(unquote_path(one.path)))
    return one.md5 is not None and hash_file(path).md5 == one.md5


def _place_left_out(store: RunStore, left_out: list[LeftOut], folder: str) -> LeftOutFiles:
    found: dict[str, list[TreePath]] = {"placed": [], "there": [], "differing": []}
    absent: list[LeftOut] = []
    known = KnownHashes(local_folder(store.repository, "cache"))
    try:
        for one in left_out:
            state = _place_one(store, one, folder, known) if one.md5 is not None else None
            if state is None:
                absent.append(one)
            else:
                found[state].append(one.path)
    finally:
        known.close()
    return LeftOutFiles(tuple(found["placed"]), tuple(found["there"]), tuple(found["differing"]), tuple(absent))


def _place_one(store: RunStore, one: LeftOut, folder: str, known: KnownHashes) -> str | None:
    """Places one file from the present working tree; None where it does not lie there as it was, or is no matter."""
    name = unquote_path(one.path)
    parts = os.fsdecode(name).split("/")
    md5 = one.md5 or ""
    try:
        target = find_landing(folder, parts, one.path)
        if os.path.lexists(target):
            return "there" if hash_file(target, known).md5 == md5 else "differing"
        source = os.fsdecode(store.repository.path_of(name))
        top = store.repository.top
        if top is None or not os.path.isfile(source) or _is_credential(store, name, source):
            return None
        objects = open_objects(store.repository, store.project.path(store.repository))
        if not objects.offer(source, md5, top, known):
            return None
        with enter_above(folder, parts, one.path) as place:
            place_object(objects, md5, place, name=one.path)
    except (Refused, BrokenObject, ObjectMissing):  # told as one that is not to be had
        return None
    return "placed"


def _is_credential(store: RunStore, name: bytes, source: str) -> bool:
    with open(source, "rb") as file:
        return is_credential_file(name, file.read(_HEAD_BYTES), store.settings.redaction.files) is not None


def _list_missing(run: Run, folder: str) -> tuple[MissingSubmodule, ...]:
    if not run.code.submodules:
        return ()
    present = list_present(folder, [unquote_path(one.path) for one in run.code.submodules])
    configured = list_configured(folder)
    return tuple(
        MissingSubmodule(one, commit, unquote_path(one.path) in configured)
        for one, commit in zip(run.code.submodules, present, strict=True)
        if commit != one.commit
    )


def list_faults(brought: BroughtFiles) -> list[ExpError]:
    """What could not be placed for more than want of bytes."""
    return list(brought.placed.errors) if brought.placed is not None else []
