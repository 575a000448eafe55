"""The annotations in a run's tree, read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.errors import InvalidValue
from gitexp.format.annotation import MAX_BYTES, parse_annotation
from gitexp.git.reading import list_tree, read_objects
from gitexp.model.paths import quote_path
from gitexp.store.layout import ANNOTATIONS

if TYPE_CHECKING:
    from gitexp.git.repository import Repository
    from gitexp.model.annotations import Annotation

_MOST = 10_000
"""Who sends a million wants our listing to stand still."""


def read_annotations(repository: Repository, treeish: str) -> tuple[tuple[Annotation, ...], tuple[str, ...]]:
    """What a commit or tree has, in order, and a sentence for each file that could not be read. Raises GitFailed."""
    found: list[Annotation] = []
    unread: list[str] = []
    entries = list_tree(repository, treeish, ANNOTATIONS)
    if len(entries) > _MOST:
        unread.append(f"{len(entries)} annotations, of which {_MOST} were read")
    files = [entry for entry in entries[:_MOST] if entry.type == "blob"]
    small = [entry for entry in files if entry.size is not None and entry.size <= MAX_BYTES]
    unread += [f"annotation {quote_path(entry.path)} is damaged or too large" for entry in files if entry not in small]
    for entry, blob in zip(small, read_objects(repository, [entry.id for entry in small]), strict=True):
        if blob.data is None:
            unread.append(f"annotation {quote_path(entry.path)} is missing")
            continue
        try:
            annotation = parse_annotation(entry.path.removeprefix(ANNOTATIONS), blob.data)
        except InvalidValue as error:
            unread.append(error.message)
            continue
        if annotation is not None:
            found.append(annotation)
    return tuple(sorted(found, key=lambda one: one.order)), tuple(unread)
