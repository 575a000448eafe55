"""Runs erased for good: said in a list first, then taken out of refs and folds, and last of all their objects."""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import BrokenRecord, RefMoved, Refused, StorageFailed
from gitexp.git.asking import ObjectAsker
from gitexp.git.erasing import forget_reflog
from gitexp.git.objects import ObjectWriter
from gitexp.git.refs import RefChange, list_refs, update_refs
from gitexp.model.ids import RunId, is_id
from gitexp.model.refs import FOLDS, LIVE, RUNS, parse_fold_ref, parse_run_ref
from gitexp.store.fold_writing import rewrite_fold
from gitexp.store.folds import read_chain
from gitexp.store.journal import local_folder, spare_folder
from gitexp.store.removed import append_removed
from gitexp.store.spare_journals import is_own_folder

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from gitexp.format.fold_message import FoldedCommit
    from gitexp.format.removal import Removal
    from gitexp.git.repository import Repository
    from gitexp.model.refs import Writer

_TRIES = 5
_PENDING = "purging"
_REPLACED = "replaced"
_ALL = "all"


class Pending(NamedTuple):
    """What is to be erased of a run: what ``roots`` lead to, and ``objects`` of which that was found out already."""

    roots: frozenset[str]
    objects: frozenset[str]


class RewrittenFolds(NamedTuple):
    """The changes of the folds that held erased runs, and what these folds were: nothing else holds that any more."""

    changes: tuple[RefChange, ...]
    roots: frozenset[str]


def rewrite_folds(
    repository: Repository, writer: ObjectWriter, refs: Sequence[tuple[str, str]], ids: Collection[RunId]
) -> RewrittenFolds:
    """Writes the folds that the refs hold, given as (name, id), anew without some runs. No ref is moved yet.

    A fold that cannot be read may hold them: Raises Refused then.
    """

    def erased(entry: FoldedCommit) -> RunId | None:
        run = parse_run_ref(entry.ref)
        return run.id if run is not None and run.id in ids else None

    changes: list[RefChange] = []
    roots: set[str] = set()
    with ObjectAsker(repository) as reader:
        for name, tip in refs:
            fold = parse_fold_ref(name)
            try:
                chain = list(read_chain(reader, name, tip, set())) if fold is not None else []
            except BrokenRecord as error:
                raise Refused(f"{error.message}; it may hold what is to be erased", hint=error.hint) from error
            found = {entry.id for commit in chain for entry in commit.entries if erased(entry) is not None}
            if fold is None or not found:
                continue
            changes.append(RefChange(name, rewrite_fold(writer, fold.month, reversed(chain), erased), tip))
            roots |= found | {tip}
    return RewrittenFolds(tuple(changes), frozenset(roots))


def take_out(repository: Repository, me: Writer, ids: Collection[RunId], removal: Removal) -> tuple[RefChange, ...]:
    """Says in the writer's list that runs are erased and takes them out of refs and folds, in one transaction.

    What they consisted of is noted before, for whoever erases the objects: see ``read_pending``. Returns the changes.
    Raises Refused, RefMoved, GitFailed, StorageFailed.
    """
    for tries_left in reversed(range(_TRIES)):
        with ObjectWriter(repository) as writer:
            runs = [
                RefChange(name, None, commit)
                for name, commit in list_refs(repository, RUNS, LIVE)
                if (run := parse_run_ref(name)) is not None and run.id in ids
            ]
            folds = rewrite_folds(repository, writer, list_refs(repository, FOLDS), ids)
            said = append_removed(repository, writer, me, ids, removal)
            _append(
                local_folder(repository, _REPLACED), [change.old for change in folds.changes if change.old is not None]
            )
            note_pending(repository, ids, folds.roots.union(change.old for change in runs if change.old is not None))
            changes = (*([said] if said is not None else []), *runs, *folds.changes)
            try:
                update_refs(repository, changes, reason="exp purge")
            except RefMoved:
                if not tries_left:
                    raise
                continue
            writer.ensure_present()
        for change in changes:
            if change.new is not None:
                forget_reflog(repository, change.name)
        return changes
    raise AssertionError


def note_pending(repository: Repository, ids: Iterable[RunId], roots: Iterable[str]) -> None:
    """Notes which objects are to be erased with runs, before nothing leads to them any more. Raises StorageFailed."""
    for run_id in ids:
        _append(_pending(repository, run_id), sorted(roots))


def read_replaced(repository: Repository) -> frozenset[str]:
    """The commits that folds held here before runs were taken out: a remote that has one knows nothing of it."""
    try:
        with open(local_folder(repository, _REPLACED), encoding="ascii", errors="replace") as file:
            return frozenset(file.read().split())
    except FileNotFoundError:
        return frozenset()


def note_objects(repository: Repository, ids: Iterable[RunId], objects: Iterable[str]) -> None:
    """Notes all objects that go, before the first one does: then they lead nowhere any more. Raises StorageFailed."""
    listed = sorted(objects)
    for run_id in ids:
        _append(_pending(repository, run_id), [*listed, _ALL])


def read_pending(repository: Repository) -> dict[RunId, Pending]:
    """The runs that were taken out and whose objects were not all erased yet, each with what is to be erased."""
    pending: dict[RunId, Pending] = {}
    try:
        names = os.listdir(local_folder(repository, _PENDING))
    except FileNotFoundError:
        return pending
    for name in filter(is_id, names):
        with open(_pending(repository, name), encoding="ascii", errors="replace") as file:
            lines = file.read().splitlines()
        done = len(lines) - lines[::-1].index(_ALL) if _ALL in lines else 0
        # A line may be torn where the machine went down.
        known, roots = (
            frozenset(line for line in part if len(line) == repository.id_length)
            for part in (lines[:done], lines[done:])
        )
        pending[RunId(name)] = Pending(roots, known)
    return pending


def forget_pending(repository: Repository, ids: Iterable[RunId]) -> None:
    """Nothing is left of the runs, beside what only they had in gitexp's own folder: that goes here."""
    for run_id in ids:
        beside = f"gitexp-unkept-{run_id}"
        for folder in (
            local_folder(repository, "unkept", run_id),
            local_folder(repository, "live", beside),
            os.path.join(os.path.dirname(spare_folder(run_id)), beside),
        ):
            if is_own_folder(folder):
                shutil.rmtree(folder)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(_pending(repository, run_id))


def _pending(repository: Repository, run_id: str) -> str:
    return local_folder(repository, _PENDING, run_id)


def _append(path: str, lines: Iterable[str]) -> None:
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "ab") as file:
            file.write("".join(f"{line}\n" for line in lines).encode("ascii"))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StorageFailed(path, error.strerror or str(error)) from error
