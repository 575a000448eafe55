"""The annotations in a run's tree, read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import InvalidValue
from gitexp.format.annotation import MAX_BYTES, parse_annotation
from gitexp.git.reading import list_tree, read_objects, read_sizes
from gitexp.git.trees import FILE, parse_tree
from gitexp.model.paths import quote_path
from gitexp.store.layout import ANNOTATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitexp.git.repository import Repository
    from gitexp.model.annotations import Annotation

_MOST = 10_000
"""Who sends a million wants our listing to stand still."""


def read_annotations(
    repository: Repository, treeish: str, folder: bytes = ANNOTATIONS
) -> tuple[tuple[Annotation, ...], tuple[str, ...]]:
    """What a commit or tree has, in order, and a sentence for each file that could not be read. Raises GitFailed."""
    entries = [
        (entry.path.removeprefix(folder), entry.id, entry.size)
        for entry in list_tree(repository, treeish, folder)
        if entry.type == "blob"
    ]
    few = _choose(entries)
    blobs = read_objects(repository, [one.id for one in few.files])
    return _read(few, {found.name: found.data for found in blobs})


def read_all_annotations(
    repository: Repository, commits: Sequence[str]
) -> dict[str, tuple[tuple[Annotation, ...], tuple[str, ...]]]:
    """The same for many commits, by three processes in all. Raises GitFailed where any object of them is damaged."""
    names = [f"{commit}:{ANNOTATIONS.decode().rstrip('/')}" for commit in commits]
    listed: dict[str, list[tuple[bytes, str]]] = {}
    for commit, found in zip(commits, read_objects(repository, names), strict=True):
        tree = parse_tree(found.data or b"", repository.id_length) if found.type == "tree" else ()
        listed[commit] = [(entry.name, entry.id) for entry in tree if entry.mode == FILE]
    ids = list(dict.fromkeys(one for entries in listed.values() for _, one in entries))
    sizes = read_sizes(repository, ids)
    chosen = {
        commit: _choose([(name, one, sizes.get(one)) for name, one in entries]) for commit, entries in listed.items()
    }
    wanted = dict.fromkeys(one.id for few in chosen.values() for one in few.files)
    blobs = {found.name: found.data for found in read_objects(repository, wanted)} if wanted else {}
    return {commit: _read(few, blobs) for commit, few in chosen.items()}


class _File(NamedTuple):
    name: bytes
    id: str


class _Chosen(NamedTuple):
    """The files that are worth reading, and a sentence for what is not."""

    files: tuple[_File, ...]
    unread: tuple[str, ...]


def _choose(entries: Sequence[tuple[bytes, str, int | None]]) -> _Chosen:
    unread: list[str] = []
    if len(entries) > _MOST:
        unread.append(f"{len(entries)} annotations, of which {_MOST} were read")
    files: list[_File] = []
    for name, object_id, size in entries[:_MOST]:
        if size is not None and size <= MAX_BYTES:
            files.append(_File(name, object_id))
        else:
            unread.append(f"annotation {quote_path(name)} is damaged or too large")
    return _Chosen(tuple(files), tuple(unread))


def _read(chosen: _Chosen, blobs: Mapping[str, bytes | None]) -> tuple[tuple[Annotation, ...], tuple[str, ...]]:
    found: list[Annotation] = []
    unread = list(chosen.unread)
    for name, object_id in chosen.files:
        data = blobs.get(object_id)
        if data is None:
            unread.append(f"annotation {quote_path(name)} is missing")
            continue
        try:
            annotation = parse_annotation(name, data)
        except InvalidValue as error:
            unread.append(error.message)
            continue
        if annotation is not None:
            found.append(annotation)
    return tuple(sorted(found, key=lambda one: one.order)), tuple(unread)
