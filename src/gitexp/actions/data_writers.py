"""Which run wrote what another one read: found by the hash, in the manifests of all runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import BrokenRecord, GitFailed, GitMissing
from gitexp.git.reading import read_objects
from gitexp.store.layout import MANIFEST, MOST_OF_A_MANIFEST

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from gitexp.model.head import RunHead
    from gitexp.model.paths import TreePath
    from gitexp.store.runs import RunStore


class Writer(NamedTuple):
    """A run that wrote bytes of a hash, and the path under which it did."""

    head: RunHead
    path: TreePath


class FoundWriters(NamedTuple):
    """The writers by hash, those of each the oldest first. ``unread`` says why some could not be looked for."""

    writers: dict[str, list[Writer]]
    unread: tuple[str, ...] = ()


def find_writers(store: RunStore, heads: Sequence[RunHead], hashes: Collection[str]) -> FoundWriters:
    """The runs that wrote artifacts of these hashes. Only a manifest in which one of them stands is read as YAML."""
    wanted = {one.encode() for one in hashes}
    ordered = sorted(heads, key=lambda head: (head.started_at, head.id))
    found: dict[str, list[Writer]] = {}
    unread: list[str] = []
    for head in _name_any(store, ordered, wanted, unread) if wanted else ():
        try:
            run = store.load(head)
        except BrokenRecord as error:
            unread.append(error.message)
            continue
        for artifact in run.artifacts:
            if artifact.md5 is not None and artifact.md5 in hashes:
                found.setdefault(artifact.md5, []).append(Writer(head, artifact.path))
    return FoundWriters(found, tuple(unread))


def _name_any(store: RunStore, heads: Sequence[RunHead], wanted: Collection[bytes], unread: list[str]) -> list[RunHead]:
    """The runs in whose manifest one of the hashes stands, for whatever."""
    named: list[RunHead] = []
    names = (f"{head.commit}:{MANIFEST.decode()}" for head in heads)
    try:
        for head, found in zip(heads, read_objects(store.repository, names, MOST_OF_A_MANIFEST), strict=True):
            if found.data is not None and any(one in found.data for one in wanted):
                named.append(head)
    except GitMissing:
        raise
    except GitFailed as error:
        words = str(error.fields["stderr"]).strip().partition("\n")[0]
        unread.append(f"not every run could be asked what it wrote: {words}")
    return named
