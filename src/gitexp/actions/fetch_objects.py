"""The bytes that runs point at, brought here from wherever they are."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.data_remote import ask_data_remote, open_data_remote_of
from gitexp.data.cache import Cache
from gitexp.data.dvc_config import list_dvc_caches
from gitexp.data.known_hashes import KnownHashes
from gitexp.data.objects_here import ObjectsHere
from gitexp.data.progress import SILENT
from gitexp.errors import NoStorage, ObjectDamaged
from gitexp.store.journal import local_folder
from gitexp.store.known_there import KnownThere

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gitexp.data.progress import TransferProgress
    from gitexp.data.receiving import Received
    from gitexp.data.remote import DataRemote
    from gitexp.git.repository import Repository
    from gitexp.model.pointed import Pointed
    from gitexp.store.runs import RunStore


class MissingObject(NamedTuple):
    """Something that a run points at whose bytes could not be had, and why; ``hint`` where this clone is to be told."""

    pointed: Pointed
    why: str
    hint: str | None = None


class Fetched(NamedTuple):
    """Where the bytes are, and of what they could not be had."""

    objects: ObjectsHere
    missing: tuple[MissingObject, ...]


def open_objects(repository: Repository, project: str) -> ObjectsHere:
    """The bytes that are here: our cache's and those of DVC's caches, where the project (an absolute path) has some."""
    return ObjectsHere(Cache(local_folder(repository, "cache")), list_dvc_caches(project, repository.top))


def fetch_objects(
    store: RunStore,
    wanted: Iterable[Pointed],
    *,
    remote: str | None = None,
    progress: TransferProgress | None = None,
) -> Fetched:
    """Finds the bytes of what runs point at: in our cache, in DVC's, in the working tree, else on the data remote.

    What comes from a remote is kept in our cache and is checked against its hash. ``remote`` is a data remote to use
    in place of that of the settings. What cannot be had is in ``missing``, damaged or without a remote to ask as well.
    Raises TransferFailed where a remote cannot be asked or fails half-way, NoStorage where ``remote`` is none that is
    known, StorageFailed where our cache cannot be written: what came until then stays.
    """
    repository = store.repository
    objects = open_objects(repository, store.project.path(repository))
    known = KnownHashes(local_folder(repository, "cache"))
    try:
        lost = find_lost(repository, objects, wanted, known)
    finally:
        known.close()
    if not lost:
        return Fetched(objects, ())
    asked = ask_data_remote(store, remote)
    if asked.is_declined:
        return Fetched(objects, _all_missing(objects, lost, f"{asked.why} is none"))
    try:
        data_remote = open_data_remote_of(store, asked)
    except NoStorage as error:
        if asked.word is not None:
            raise
        return Fetched(objects, _all_missing(objects, lost, error.message, error.hint))
    missing = _fetch(objects, data_remote, lost, progress if progress is not None else SILENT)
    if missing:  # what a push took to be there is not
        KnownThere(repository, data_remote.key).forget()
    return Fetched(objects, missing)


def find_lost(
    repository: Repository, objects: ObjectsHere, wanted: Iterable[Pointed], known: KnownHashes
) -> list[Pointed]:
    """What is not whole here, be it in a cache or in the working tree. A listing here that is damaged is not here."""
    absent = [one for one in dict.fromkeys(wanted) if _find_absent(objects, one)]
    return [one for one in absent if not _is_in_working_tree(repository, one, objects, known)]


def _find_absent(objects: ObjectsHere, one: Pointed) -> tuple[str, ...]:
    """The hashes of what is not here of it; that of its listing where it is damaged."""
    try:
        return objects.find_absent(one.md5)
    except ObjectDamaged:
        return (one.md5,)


def _is_in_working_tree(repository: Repository, one: Pointed, objects: ObjectsHere, known: KnownHashes) -> bool:
    if repository.top is None:
        return False
    path = os.fsdecode(repository.path_of_manifest(one.path))
    return objects.offer(path, one.md5, repository.top, known)


def _fetch(
    objects: ObjectsHere, remote: DataRemote, lost: Sequence[Pointed], progress: TransferProgress
) -> tuple[MissingObject, ...]:
    """Listings of folders first, then all files at once."""
    from gitexp.data.receiving import receive_objects

    listings = {one.md5: None for one in lost if one.is_folder and one.md5 in _find_absent(objects, one)}
    received = [receive_objects(remote, objects.cache, listings, progress=SILENT)] if listings else []
    files: dict[str, int | None] = {}
    for one in lost:
        for md5 in _find_absent(objects, one):
            most = files.get(md5, 0)  # a file may be in several folders, of which only the whole has a size
            files[md5] = None if one.bytes is None or most is None else max(one.bytes, most)
    files = {md5: most for md5, most in files.items() if md5 not in listings}
    if files:
        progress.begin("fetching", len(files), sum(one.bytes or 0 for one in lost))
        try:
            received.append(receive_objects(remote, objects.cache, files, progress=progress))
        finally:
            progress.end()
    return tuple(filter(None, (_find_missing(objects, one, received, remote) for one in lost)))


def _find_missing(
    objects: ObjectsHere, one: Pointed, received: Iterable[Received], remote: DataRemote
) -> MissingObject | None:
    absent = _find_absent(objects, one)
    if not absent:
        return None
    damaged = {md5: place for some in received for md5, place in some.damaged.items()}
    bad = next((md5 for md5 in absent if md5 in damaged), None)
    which = "" if not one.is_folder or one.md5 in absent else f" of {len(absent)} of its {one.files or 'many'} files"
    if bad is not None:
        return MissingObject(one, f"the bytes{which} are damaged there: what lies at {damaged[bad]} is not {bad}")
    if one.is_folder and one.md5 in absent and objects.find(one.md5) is not None:
        return MissingObject(one, f"{_describe_here(objects, one)}, nor is it on {remote.place.url}")
    return MissingObject(one, f"the bytes{which} are neither here nor on {remote.place.url}")


def _all_missing(
    objects: ObjectsHere, lost: Iterable[Pointed], why: str, hint: str | None = None
) -> tuple[MissingObject, ...]:
    return tuple(MissingObject(one, f"{_describe_here(objects, one)}, and {why}", hint) for one in lost)


def _describe_here(objects: ObjectsHere, one: Pointed) -> str:
    """Why the bytes cannot be had here."""
    try:
        objects.find_absent(one.md5)
    except ObjectDamaged as error:
        return error.message
    return "its bytes are not here"
