"""Mirrors of a run that is going: commits of its record so far, each a child of the one before.

The live ref begins at the commit that is made before the script starts. A mirror has the shape of a run's commit, the
status ``running``, the time of the mirror as its committer date, and as parents the snapshot and the commit before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.format.manifest import format_manifest
from gitexp.git.collection import await_collection, is_collecting
from gitexp.git.command import run_git
from gitexp.git.commits import parse_commit
from gitexp.git.reading import read_objects
from gitexp.git.refs import RefChange, is_ancestor, list_refs
from gitexp.store.layout import MANIFEST
from gitexp.store.writing import StoredRun, set_refs, write_shape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitexp.git.objects import ObjectWriter
    from gitexp.git.repository import Repository
    from gitexp.model.run import Run


class MirrorContent(NamedTuple):
    """A record so far: equal where nothing has changed. ``files`` are those beside the manifest."""

    run: Run
    files: Mapping[bytes, bytes]

    def is_same(self, other: MirrorContent | None) -> bool:
        """Whether another one has the same bytes."""
        return other is not None and self.files == other.files and format_manifest(self.run) == other.manifest

    @property
    def manifest(self) -> bytes:
        """The bytes of ``run.yaml``."""
        return format_manifest(self.run)


def write_mirror(
    repository: Repository, writer: ObjectWriter, content: MirrorContent, live: StoredRun, at: int
) -> StoredRun:
    """Writes a mirror on top of what the live ref holds, and moves the ref to it.

    ``at`` is the time of the mirror, in seconds since 1970. Raises RefMoved where the run has ended meanwhile, or
    somebody else mirrors it; GitFailed, StorageFailed.
    """
    snapshot = content.run.code.snapshot
    tree = writer.read_commit(snapshot).tree
    files = {MANIFEST: content.manifest, **content.files}
    commit = write_shape(writer, content.run, files, tree, parents=(snapshot, live.commit), ended=at)
    change = RefChange(live.ref, commit, live.commit)
    set_refs(repository, writer, [change], f"exp run: {content.run.name} mirrored")
    if is_collecting(repository):  # it began before the ref moved, and prunes at its end
        await_collection(repository)
    writer.ensure_present()
    return StoredRun(live.ref, commit)


def find_first_live(repository: Repository, commit: str) -> str:
    """The commit of a run's start, below its mirrors. Raises GitFailed."""
    for found in read_objects(repository, [commit]):
        parents = parse_commit(found.data).parents if found.type == "commit" and found.data is not None else ()
        if len(parents) < 2:  # the snapshot alone: it is the start itself
            return commit
        listing = run_git(repository, "rev-list", "--topo-order", commit, f"^{parents[0]}").decode("ascii").split()
        return listing[-1]
    return commit


def find_present(repository: Repository, live: StoredRun) -> StoredRun | None:
    """The live ref as mirrors have moved it since; None where it is gone, or holds what no mirror of this run is."""
    for name, commit in list_refs(repository, live.ref):
        if name == live.ref and (commit == live.commit or is_ancestor(repository, live.commit, commit)):
            return StoredRun(name, commit)
    return None
