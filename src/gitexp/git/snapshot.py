"""The snapshot: one commit with the working tree as it is, made without touching it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.git.commits import Person, RawCommit
from gitexp.git.objects import ObjectWriter
from gitexp.git.working_tree import write_working_tree
from gitexp.model.paths import quote_path
from gitexp.model.run import LeftOut

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitexp.git.working_copy import WorkingCopy
    from gitexp.model.run import Submodule
    from gitexp.model.settings import SnapshotRules

_MESSAGE = b"snapshot of a working tree\n"
_AUTHOR = ("gitexp", "gitexp@localhost")


class Snapshot(NamedTuple):
    """The code that runs. ``commit`` is S of the storage format, ``head`` None before the first commit.

    ``dirty``: S is not HEAD, or a submodule has changes that no tree can hold. What is in ``left_out`` is not in
    ``tree``; its hash is not known here. ``notes`` are sentences about what was not as it should be.
    """

    head: str | None
    branch: str | None
    commit: str
    tree: str
    dirty: bool
    left_out: tuple[LeftOut, ...] = ()
    submodules: tuple[Submodule, ...] = ()
    notes: tuple[str, ...] = ()


def write_snapshot(writer: ObjectWriter, tree: str, head_id: str | None, head: RawCommit | None) -> str:
    """S of a tree that was made from the commit ``head_id``, which is ``head``; where both are equal that commit."""
    if head is not None and head_id is not None and tree == head.tree:
        return head_id
    if not writer.read_tree(tree):
        writer.write_tree(())  # Git knows the empty tree without storing it; another reader may not
    # Nothing of this moment and this machine: two runs of the same code then share S, here and on every remote.
    person = Person(*_AUTHOR, seconds=head.committer.seconds if head is not None else 0)
    return writer.write_commit(RawCommit(tree, (head_id,) if head_id else (), person, person, _MESSAGE))


def take_snapshot(
    working_copy: WorkingCopy,
    rules: SnapshotRules,
    refuse: Callable[[bytes, bytes], str | None],
    temp_dir: str,
    writer: ObjectWriter | None = None,
) -> Snapshot:
    """Makes S of a working copy; equal code gives the same S.

    ``refuse`` is asked for each file that no commit holds yet, with its path and its first bytes, and gives a reason
    to leave it out. A file that cannot be taken is left out and the rest is kept; raises StorageFailed when objects
    cannot be written at all.
    """
    if writer is None:
        with ObjectWriter(working_copy.repository, working_copy.config) as own:
            return take_snapshot(working_copy, rules, refuse, temp_dir, own)
    head_id = working_copy.status.commit
    head = writer.read_commit(head_id) if head_id is not None else None
    written = write_working_tree(working_copy, rules, refuse, temp_dir, head.tree if head is not None else None)
    commit = write_snapshot(writer, written.tree, head_id, head)
    return Snapshot(
        head=head_id,
        branch=working_copy.status.branch,
        commit=commit,
        tree=written.tree,
        dirty=commit != head_id or any(submodule.dirty for submodule in written.submodules),
        left_out=tuple(LeftOut(quote_path(path), why, size) for path, why, size in written.left_out),
        submodules=written.submodules,
        notes=written.notes,
    )
