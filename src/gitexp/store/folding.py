"""Runs put into folds: first the fold has them and is safe, then their own refs go."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import RefMoved
from gitexp.git.collection import await_collection, is_collecting
from gitexp.git.housekeeping import pack_refs_if_many
from gitexp.git.objects import ObjectWriter
from gitexp.git.reachability import find_unheld
from gitexp.git.refs import RefChange, list_refs, update_refs
from gitexp.model.ids import RunId
from gitexp.model.refs import FOLDS, LIVE, RUNS, FoldRef, Writer, parse_run_ref, run_ref
from gitexp.model.run import Status
from gitexp.store.fold_writing import read_tips, write_fold
from gitexp.store.folds import covered_by_fold
from gitexp.store.journals import list_journals
from gitexp.store.layout import fold_month

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gitexp.git.repository import Repository
    from gitexp.model.head import RunHead

_TRIES = 5
_ID = re.compile(r"[0-9a-z]{10}$")


class KeptRun(NamedTuple):
    """A run that was to be folded and keeps its ref, and why."""

    head: RunHead
    why: str


class FoldedRuns(NamedTuple):
    """What became of runs that were to be folded: which lie in a fold now, which do not, which folds were written."""

    folded: tuple[RunHead, ...]
    kept: tuple[KeptRun, ...]
    refs: tuple[str, ...]


def fold_runs(repository: Repository, me: Writer, heads: Iterable[RunHead]) -> FoldedRuns:
    """Puts ended runs into the folds of the months in which they began.

    A run that is going, or whose ref is not any more what its head says, keeps its ref. The fold is written, its ref
    set and every object of it looked for before the first ref goes: whatever ends this, each run is in one of the two.
    Raises GitFailed, StorageFailed, RefMoved.
    """
    going = find_going(repository)
    kept: list[KeptRun] = []
    months: dict[str, list[RunHead]] = {}
    for head in sorted(heads, key=lambda head: (head.started_at, head.id)):
        if head.status is Status.RUNNING or head.id in going:
            kept.append(KeptRun(head, "it is going"))
        elif head.fold is None:
            months.setdefault(fold_month(head.started_at), []).append(head)
    folded: list[RunHead] = []
    refs: list[str] = []
    for month, runs in months.items():
        ref = FoldRef(me, month).name
        ready, is_written = _take_in(repository, ref, month, runs, kept)
        refs += [ref] if is_written else []
        unheld = find_unheld(repository, [head.commit for head in ready], FOLDS)
        changes = [RefChange(head.ref, None, head.commit) for head in ready if head.commit not in unheld]
        gone = drop_refs(repository, changes, "exp fold")
        folded += [head for head in ready if head.ref in gone]
        kept += [
            KeptRun(head, "its fold is cut off here" if head.commit in unheld else "it was moved meanwhile")
            for head in ready
            if head.ref not in gone
        ]
    pack_refs_if_many(repository, RUNS, LIVE, FOLDS)
    return FoldedRuns(tuple(folded), tuple(kept), tuple(refs))


def unfold_runs(repository: Repository, heads: Sequence[RunHead]) -> None:
    """Gives runs that lie in folds refs of their own again; the folds keep them. Raises RefMoved, GitFailed."""
    changes = [RefChange(run_ref(head.home, head.id), head.commit, None) for head in heads if head.fold is not None]
    update_refs(repository, changes, reason="exp fold --undo")


def find_going(repository: Repository) -> frozenset[RunId]:
    """The ids of runs that have a live ref or a journal: somebody may still have something to say of them."""
    live = [parse_run_ref(name) for name, _ in list_refs(repository, LIVE)]
    journals = [_ID.search(folder) for folder in list_journals(repository)]
    return frozenset([run.id for run in live if run is not None] + [RunId(found[0]) for found in journals if found])


def find_covered_refs(repository: Repository) -> list[RefChange]:
    """The refs of ended runs that say nothing that is not in a fold too, each with the change by which it goes."""
    refs = list_refs(repository, RUNS)
    covered = covered_by_fold(repository) if refs else {}
    going = find_going(repository) if covered else frozenset()
    changes = []
    for name, commit in refs:
        run = parse_run_ref(name)
        if run is not None and run.id not in going and commit in covered.get(run.id, ()):
            changes.append(RefChange(name, None, commit))
    unheld = find_unheld(repository, [change.old for change in changes if change.old is not None], FOLDS)
    return [change for change in changes if change.old not in unheld]


def drop_refs(repository: Repository, changes: Sequence[RefChange], reason: str) -> frozenset[str]:
    """Deletes refs in one transaction, but for those that were moved meanwhile; returns the names of the others."""
    left = {change.name: change for change in changes}
    while left:
        try:
            update_refs(repository, left.values(), reason=reason)
        except RefMoved as error:
            if left.pop(str(error.fields["ref"]), None) is None:
                raise
        else:
            break
    return frozenset(left)


def _take_in(
    repository: Repository, ref: str, month: str, heads: Sequence[RunHead], kept: list[KeptRun]
) -> tuple[list[RunHead], bool]:
    """Sees to it that folds hold the runs. Returns those of which that is so, and whether a fold was written."""
    with ObjectWriter(repository) as writer:
        for tries_left in reversed(range(_TRIES)):
            refs = list_refs(repository, FOLDS)
            covered = covered_by_fold(repository, [one for one in refs if one[0].endswith(f"/{month}")])
            ready = [head for head in heads if head.commit in covered.get(head.id, ())]
            there = {head.id for head in ready}
            tips, broken = read_tips(repository, [head for head in heads if head.id not in there])
            if not tips:
                break
            old = dict(refs).get(ref)
            new = write_fold(writer, month, old, list(tips.values()))
            try:
                update_refs(repository, [RefChange(ref, new, old)], reason="exp fold")
            except RefMoved:
                if not tries_left:
                    raise
                continue
            # A gc that began before the ref was set knows nothing of the fold, and prunes at its end.
            writer.ensure_present()
            if is_collecting(repository):
                await_collection(repository)
                writer.ensure_present()
            break
    kept += [KeptRun(head, broken[head.id]) for head in heads if head.id in broken]
    return [*ready, *(head for head in heads if head.id in tips)], bool(tips)
