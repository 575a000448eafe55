"""The working tree written as a tree of Git's: through a copy of the index, so that only what changed is read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gitexp.git.command import ANOTHER_REPOSITORY, start_git
from gitexp.git.filters import FilterNames, filters_of
from gitexp.git.scratch_index import ScratchIndex, parse_stage
from gitexp.git.selection import RECORD, WHY_NOT_THE_RECORD, Omission, Selection, Selector, is_record
from gitexp.git.trees import SUBMODULE, empty_tree
from gitexp.git.unwatched import find_unwatched, reveal_unwatched
from gitexp.model.paths import quote_path
from gitexp.model.run import Submodule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from gitexp.git.command import RunningGit
    from gitexp.git.repository import Repository
    from gitexp.git.status import StatusEntry
    from gitexp.git.working_copy import WorkingCopy
    from gitexp.model.settings import SnapshotRules

_LIST_INDEX = ("ls-files", "--stage", "-z")
_RECORD_ENTRIES = ":(icase)" + RECORD.decode()


class WrittenTree(NamedTuple):
    """A tree, and what it could not take in."""

    tree: str
    left_out: tuple[Omission, ...]
    submodules: tuple[Submodule, ...]
    notes: tuple[str, ...]


def write_working_tree(
    working_copy: WorkingCopy,
    rules: SnapshotRules,
    refuse: Callable[[bytes, bytes], str | None],
    temp_dir: str,
    head_tree: str | None,
) -> WrittenTree:
    """Writes what the working tree holds; ``head_tree`` itself where that is all the same, without writing."""
    filters = filters_of(working_copy)
    unwatched = find_unwatched(working_copy)
    scratch = ScratchIndex(working_copy, temp_dir, filters.broken) if unwatched else None
    entries: Sequence[StatusEntry] = working_copy.status.entries
    if scratch is not None:
        entries = reveal_unwatched(scratch, unwatched, entries)
    selection = _select(working_copy, entries, rules, refuse, filters)
    changed = any(entry.kind != "untracked" for entry in entries) or selection.take or working_copy.tracks_record
    if head_tree is not None and not changed:
        submodules = _list_submodules(working_copy, entries, lambda: start_git(working_copy.repository, *_LIST_INDEX))
        return WrittenTree(head_tree, selection.left_out, submodules, ())
    scratch = scratch if scratch is not None else ScratchIndex(working_copy, temp_dir, filters.broken)
    omissions = {omission.path: omission for omission in selection.left_out}
    if working_copy.tracks_record:
        if not any(map(is_record, omissions)):
            omissions[RECORD] = Omission(RECORD, WHY_NOT_THE_RECORD)
        scratch.drop([path for _, _, path in scratch.list_entries(_RECORD_ENTRIES)])
    scratch.drop(selection.drop)
    failures = scratch.update(selection.take)
    scratch.drop([path for path, _ in failures])
    tree = scratch.write_tree()
    missing = _start_comparing(working_copy.repository, head_tree, tree) if selection.new else None
    for path, why in failures:
        omissions[path] = Omission(path, why, _size(working_copy.repository, path))
    submodules = _list_submodules(working_copy, entries, lambda: scratch.start(*_LIST_INDEX))
    if missing is not None:
        added = _added(missing.finish())
        for path in selection.new - added - omissions.keys():
            omissions[path] = _why_missing(working_copy.repository, path)
    notes = _filter_notes(filters, scratch, selection.take)
    return WrittenTree(tree, tuple(omissions[path] for path in sorted(omissions)), submodules, notes)


def _select(
    working_copy: WorkingCopy,
    entries: Iterable[StatusEntry],
    rules: SnapshotRules,
    refuse: Callable[[bytes, bytes], str | None],
    filters: FilterNames,
) -> Selection:
    selector = Selector(working_copy.repository, rules, refuse, filters)
    for entry in entries:
        if entry.kind == "untracked" and entry.path.endswith(b"/"):
            selector.leave(entry.path.rstrip(b"/"), _describe_embedded(working_copy.repository, entry.path))
        else:
            selector.add(entry)
    for folder, reason in working_copy.unreadable:
        selector.leave(folder, f"cannot be read: {reason}")
    return selector.finish()


def _describe_embedded(repository: Repository, path: bytes) -> str:
    folder = os.fsdecode(repository.path_of(path.rstrip(b"/")))
    output = start_git(folder, "rev-parse", "--verify", "--quiet", "HEAD", environment=ANOTHER_REPOSITORY).collect()
    commit = output.out.decode("ascii", "replace").strip()
    return f"a Git repository of its own, at commit {commit}" if commit else "a Git repository of its own"


def _list_submodules(
    working_copy: WorkingCopy, entries: Iterable[StatusEntry], start_listing: Callable[[], RunningGit]
) -> tuple[Submodule, ...]:
    known = {entry.path: entry for entry in entries if entry.is_submodule}
    if not known and not os.path.lexists(os.path.join(working_copy.repository.folder, ".gitmodules")):
        return ()
    found = []
    for mode, commit, path in parse_stage(start_listing().finish()):
        if mode == SUBMODULE:
            dirty = path in known and known[path].submodule[2:] != ".."
            found.append(Submodule(quote_path(path), commit, dirty))
    return tuple(found)


def _start_comparing(repository: Repository, head_tree: str | None, tree: str) -> RunningGit:
    before = head_tree if head_tree is not None else empty_tree(repository.object_format)
    return start_git(
        repository, "diff-tree", "-r", "-z", "--name-only", "--no-renames", "--diff-filter=d", before, tree
    )


def _added(listing: bytes) -> frozenset[bytes]:
    return frozenset(listing.split(b"\0")[:-1])


def _why_missing(repository: Repository, path: bytes) -> Omission:
    size = _size(repository, path)
    return Omission(path, "Git did not take it" if size is not None else "deleted before it could be read", size)


def _size(repository: Repository, path: bytes) -> int | None:
    try:
        return os.lstat(repository.path_of(path)).st_size
    except OSError:
        return None


def _filter_notes(filters: FilterNames, scratch: ScratchIndex, taken: Sequence[bytes]) -> tuple[str, ...]:
    broken = sorted({*filters.broken, *scratch.broken_filters})
    if not broken:
        return ()
    met = set(filters.of_all(taken).values())
    return tuple(
        f"the filter {name} could not be run: files that go through it are in the snapshot as they lie on the disk"
        for name in broken
        if name in met
    )
