"""Bytes fetched so that what fails holds up nothing that could be had."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.fetch_objects import MissingObject, fetch_objects, open_objects
from gitexp.errors import ObjectDamaged, TransferFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.data.known_hashes import KnownHashes
    from gitexp.data.objects_here import ObjectsHere
    from gitexp.data.progress import TransferProgress
    from gitexp.model.pointed import Pointed
    from gitexp.store.runs import RunStore


_AGAIN = "the same again, when the remote can be reached"


class FetchedApart(NamedTuple):
    """Where the bytes are, and of what they could not be had; ``hint`` is what to type where a remote failed."""

    objects: ObjectsHere
    missing: tuple[MissingObject, ...]
    hint: str | None = None


def fetch_apart(
    store: RunStore,
    asked: Sequence[Pointed],
    known: KnownHashes,
    *,
    remote: str | None = None,
    progress: TransferProgress | None = None,
) -> FetchedApart:
    """Brings what is asked for. A remote that fails holds up nothing that is here, nor a damaged listing any other."""
    asked = list(dict.fromkeys(asked))
    try:
        fetched = fetch_objects(store, asked, remote=remote, progress=progress)
        return FetchedApart(fetched.objects, fetched.missing)
    except TransferFailed as error:
        objects = _open(store)
        lost = [MissingObject(one, error.message) for one in asked if not _is_here(store, one, objects, known)]
        return FetchedApart(objects, tuple(lost), error.hint or _AGAIN)
    except ObjectDamaged:
        if len(asked) < 2:  # it is met again where it is put in its place, and told there
            return FetchedApart(_open(store), ())
        apart = [fetch_apart(store, [one], known, remote=remote, progress=progress) for one in asked]
        hint = next((one.hint for one in apart if one.hint is not None), None)
        # What lies in the working tree is known to whoever found it there: all are asked again, but for what fails.
        whole = [one for one, fetched in zip(asked, apart, strict=True) if not fetched.missing]
        objects = _open(store)
        for one in whole:
            _is_here(store, one, objects, known)
        return FetchedApart(objects, tuple(lost for one in apart for lost in one.missing), hint)


def _open(store: RunStore) -> ObjectsHere:
    return open_objects(store.repository, store.project.path(store.repository))


def _is_here(store: RunStore, one: Pointed, objects: ObjectsHere, known: KnownHashes) -> bool:
    repository = store.repository
    try:
        if not objects.find_absent(one.md5):
            return True
    except ObjectDamaged:
        return False
    path = os.fsdecode(repository.path_of_manifest(one.path))
    return repository.top is not None and objects.offer(path, one.md5, repository.top, known)
