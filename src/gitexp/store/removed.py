"""The lists of runs that were erased for good: one ref for each writer, to which ids are added and never taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import BrokenObject, BrokenRecord, InvalidValue
from gitexp.format.removal import MAX_BYTES, Removal, format_removal, parse_removal
from gitexp.git.asking import ObjectAsker
from gitexp.git.commits import Person, RawCommit
from gitexp.git.refs import RefChange, list_refs
from gitexp.git.trees import FILE, parse_tree
from gitexp.model.ids import RunId, is_id
from gitexp.model.refs import REMOVED, parse_removed_ref, removed_ref
from gitexp.store.merging import MERGER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gitexp.git.objects import ObjectWriter
    from gitexp.git.repository import Repository
    from gitexp.model.refs import Writer

_MOST_BYTES = 40_000_000
"""Of one list: about a million ids. Who sends more wants our listings to stand still."""
_MOST_WRITERS = 10_000


class RemovedLists(NamedTuple):
    """The ids of all lists, each with the commit of a list that has it, and the lists that could not be read."""

    lists: Mapping[RunId, str]
    broken: tuple[BrokenRecord, ...] = ()

    @property
    def ids(self) -> frozenset[RunId]:
        """The ids that were erased by anybody."""
        return frozenset(self.lists)


def read_removed(repository: Repository) -> frozenset[RunId]:
    """The ids of all runs that were erased for good, by whomever."""
    return read_removed_lists(repository, list_refs(repository, REMOVED)).ids


def read_removed_lists(repository: Repository, refs: Sequence[tuple[str, str]]) -> RemovedLists:
    """What the lists say that the refs hold, given as (name, id). What is no list is told and passed over."""
    lists: dict[RunId, str] = {}
    broken: list[BrokenRecord] = []
    if not refs:
        return RemovedLists(lists)
    with ObjectAsker(repository) as reader:
        for name, commit in refs[:_MOST_WRITERS]:
            found = reader.read(f"{commit}^{{tree}}", _MOST_BYTES)
            if parse_removed_ref(name) is None:
                broken.append(BrokenRecord(name, "the ref is not that of a list of erased runs"))
            elif found.type != "tree" or found.data is None:
                broken.append(BrokenRecord(name, "the list of erased runs is missing, damaged or too large"))
            else:
                try:
                    entries = parse_tree(found.data, repository.id_length)
                except BrokenObject as error:
                    broken.append(BrokenRecord(name, error.message))
                    continue
                lists.update((RunId(text), commit) for entry in entries if is_id(text := entry.name.decode("latin-1")))
    if len(refs) > _MOST_WRITERS:
        broken.append(BrokenRecord(REMOVED, f"{len(refs)} lists of erased runs, of which {_MOST_WRITERS} were read"))
    return RemovedLists(lists, tuple(broken))


def read_removals(repository: Repository, lists: RemovedLists, ids: Iterable[RunId]) -> dict[RunId, Removal]:
    """What is said of the erasing of some ids; without those of which nothing can be read."""
    said: dict[RunId, Removal] = {}
    with ObjectAsker(repository) as reader:
        for run_id in ids:
            found = reader.read(f"{lists.lists[run_id]}:{run_id}", MAX_BYTES)
            try:
                said[run_id] = parse_removal(found.data or b"")
            except InvalidValue:  # the id alone counts, and stands in the name
                continue
    return said


def append_removed(
    repository: Repository, writer: ObjectWriter, me: Writer, ids: Iterable[RunId], removal: Removal
) -> RefChange | None:
    """Writes the writer's list with further ids, and returns the change of its ref; None where it has them all.

    No ref is moved yet. Raises StorageFailed, GitFailed, BrokenObject.
    """
    ref = removed_ref(me)
    old = next((object_id for name, object_id in list_refs(repository, ref) if name == ref), None)
    before = writer.read_commit(old) if old is not None else None
    there = {entry.name for entry in writer.read_tree(before.tree)} if before is not None else set()
    blob = writer.write_blob(format_removal(removal))
    added = {run_id.encode("ascii"): (FILE, blob) for run_id in ids if run_id.encode("ascii") not in there}
    if not added:
        return None
    seconds = max(int(removal.at.timestamp()), before.committer.seconds if before is not None else 0)
    person = Person(*MERGER, seconds)
    commit = writer.write_commit(
        RawCommit(
            tree=writer.compose_tree(before.tree if before is not None else None, added),
            parents=(old,) if old is not None else (),
            author=person,
            committer=person,
            message=f"{len(added)} run{'s' * (len(added) > 1)} erased\n\nRemoved-Format: 1\n".encode("ascii"),
        )
    )
    return RefChange(ref, commit, old)
