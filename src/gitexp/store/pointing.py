"""What many runs point at, without parsing the manifests that cannot point at anything."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gitexp.errors import BrokenRecord, GitFailed, GitMissing
from gitexp.git.reading import read_objects
from gitexp.model.pointed import Pointed, list_pointed
from gitexp.store.layout import MANIFEST, MOST_OF_A_MANIFEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitexp.model.head import RunHead
    from gitexp.store.runs import RunStore

_MAY_POINT = re.compile(rb"""\bdvc\b|\bdata["']?\s*:""")


def read_pointed(
    store: RunStore, heads: Sequence[RunHead]
) -> Iterator[tuple[RunHead, tuple[Pointed, ...] | BrokenRecord]]:
    """What each run points at, in any order; in place of a run that cannot be read, why."""
    light = _find_light(store, heads)
    yield from ((head, ()) for head in heads if head.commit in light)
    for head, run in store.load_many([head for head in heads if head.commit not in light]):
        yield head, run if isinstance(run, BrokenRecord) else list_pointed(run)


def _find_light(store: RunStore, heads: Sequence[RunHead]) -> frozenset[str]:
    """The commits of runs that have neither data nor anything in a cache: parsing 10,000 manifests takes seconds."""
    found: set[str] = set()
    names = (f"{head.commit}:{MANIFEST.decode()}" for head in heads)
    try:
        for head, manifest in zip(heads, read_objects(store.repository, names, MOST_OF_A_MANIFEST), strict=True):
            data = manifest.data if manifest.type == "blob" else None
            if data is not None and (b"md5" not in data or not _MAY_POINT.search(data)):
                found.add(head.commit)
    except GitMissing:
        raise
    except GitFailed:  # an object that is damaged, which reading them one by one tells
        return frozenset(found)
    return frozenset(found)
