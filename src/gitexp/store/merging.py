"""Two tips of one run, merged: what both clones said of it is kept, and every clone makes the same commit of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.errors import RunDiverged
from gitexp.format.manifest_reading import parse_manifest
from gitexp.format.message_restating import bare_message, restate_message
from gitexp.git.commits import Person, RawCommit
from gitexp.git.merging import MergeConflict, merge_trees
from gitexp.git.reading import read_path
from gitexp.model.annotations import fold_annotations
from gitexp.model.paths import quote_path
from gitexp.store.annotating import parents_of_tip
from gitexp.store.annotations import read_annotations
from gitexp.store.layout import ANNOTATIONS, MANIFEST

if TYPE_CHECKING:
    from gitexp.git.objects import ObjectWriter
    from gitexp.git.repository import Repository
    from gitexp.model.annotations import State
    from gitexp.model.head import RunHead

MERGER = ("gitexp", "gitexp@localhost")


def merge_tips(repository: Repository, writer: ObjectWriter, ours: RunHead, theirs: RunHead, base: str | None) -> str:
    """Writes the commit in which two tips of a run meet, and returns its id; no ref is moved.

    ``base`` is their best common ancestor. Below ``.exp/annotations`` all that either side has is kept; elsewhere what
    one side changed. Raises RunDiverged where both changed the same, or there is no common ancestor that is the run.
    """
    tips = {head.commit: writer.read_commit(head.commit) for head in (ours, theirs)}
    first, second = sorted(tips)
    if base is None or base == ours.snapshot:
        raise _diverged(ours, theirs, "the two have no commit in common")
    if tips[first].author != tips[second].author or ours.snapshot != theirs.snapshot:
        raise _diverged(ours, theirs, "another author or another snapshot")
    root = writer.read_commit(base)
    try:
        tree = merge_trees(writer, root.tree, tips[first].tree, tips[second].tree, union=ANNOTATIONS)
    except MergeConflict as conflict:
        raise _diverged(ours, theirs, f"both sides changed {quote_path(conflict.path)}") from conflict
    bare = [bare_message(commit.message) for commit in (root, tips[first], tips[second])]
    if bare[1] != bare[2] and bare[0] not in bare[1:]:
        raise _diverged(ours, theirs, "both sides changed its message")
    changed = tips[second] if bare[1] == bare[0] else tips[first]
    state = _state(repository, ours, tree)
    merged = RawCommit(
        tree=tree,
        parents=parents_of_tip(ours.snapshot, [first, second]),
        author=changed.author,
        committer=Person(*MERGER, max(commit.committer.seconds for commit in tips.values())),
        message=restate_message(changed.message, state, has_snapshot=ours.snapshot is not None),
    )
    return writer.write_commit(merged)


def _state(repository: Repository, head: RunHead, tree: str) -> State:
    manifest = read_path(repository, tree, MANIFEST)
    run = parse_manifest(manifest or b"", head.id)
    return fold_annotations(run.experiment, run.tags, read_annotations(repository, tree)[0])


def _diverged(ours: RunHead, theirs: RunHead, why: str) -> RunDiverged:
    return RunDiverged(ours.id, why, ours=ours.commit, theirs=theirs.commit)
