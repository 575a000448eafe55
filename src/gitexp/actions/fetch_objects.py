"""The bytes that runs point at, brought here from wherever they are."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gitexp.data.cache import Cache
from gitexp.data.known_hashes import KnownHashes
from gitexp.data.objects_here import ObjectsHere
from gitexp.store.journal import local_folder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitexp.data.progress import TransferProgress
    from gitexp.git.repository import Repository
    from gitexp.model.pointed import Pointed
    from gitexp.store.runs import RunStore


class MissingObject(NamedTuple):
    """Something that a run points at whose bytes could not be had, and why."""

    pointed: Pointed
    why: str


class Fetched(NamedTuple):
    """Where the bytes are, and of what they could not be had."""

    objects: ObjectsHere
    missing: tuple[MissingObject, ...]


def open_objects(repository: Repository, project: str) -> ObjectsHere:
    """The bytes that are here: our cache's and those of DVC's cache, where the project (an absolute path) has one."""
    others = [Cache(os.path.join(project, ".dvc", "cache"))] if os.path.isdir(os.path.join(project, ".dvc")) else []
    return ObjectsHere(Cache(local_folder(repository, "cache")), others)


def fetch_objects(
    store: RunStore,
    wanted: Iterable[Pointed],
    *,
    remote: str | None = None,
    progress: TransferProgress | None = None,
) -> Fetched:
    """Finds the bytes of what runs point at: in our cache, in DVC's, in the working tree, else on the data remote.

    What comes from a remote is kept in our cache and is checked against its hash. ``remote`` is a data remote to use
    in place of that of the settings. What cannot be had is in ``missing``; nothing is raised for it.
    """
    repository = store.repository
    objects = open_objects(repository, store.project.path(repository))
    known = KnownHashes(local_folder(repository, "cache"))
    try:
        absent = [one for one in wanted if objects.find_absent(one.md5)]
        lost = [one for one in absent if not _is_in_working_tree(repository, one, objects, known)]
    finally:
        known.close()
    return Fetched(objects, tuple(MissingObject(one, "its bytes are not here") for one in lost))


def _is_in_working_tree(repository: Repository, one: Pointed, objects: ObjectsHere, known: KnownHashes) -> bool:
    if repository.top is None:
        return False
    path = os.fsdecode(repository.path_of_manifest(one.path))
    return objects.offer(path, one.md5, repository.top, known)
