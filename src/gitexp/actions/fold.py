"""Old runs put into folds, so that a repository of many runs stays one of few refs; and taken out again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.heads import present_experiment
from gitexp.actions.named_run import find_run
from gitexp.errors import Refused
from gitexp.model.run import Status
from gitexp.store.folding import fold_runs, unfold_runs
from gitexp.store.writer import this_writer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from gitexp.errors import BrokenRecord
    from gitexp.model.head import RunHead
    from gitexp.store.folding import KeptRun
    from gitexp.store.head_reading import Heads
    from gitexp.store.runs import RunStore


class FoldRequest(NamedTuple):
    """Which runs to fold: those named, else of one experiment or of all those that began so long ago.

    ``older_than`` None is any age. The newest ``keep`` of each experiment keep their refs.
    """

    runs: tuple[str, ...] = ()
    older_than: timedelta | None = None
    keep: int = 0
    experiment: str | None = None


class Folding(NamedTuple):
    """What was folded, or would be where ``is_trial``; what keeps its ref although it was asked for; what is broken."""

    folded: tuple[RunHead, ...]
    kept: tuple[KeptRun, ...]
    refs: tuple[str, ...]
    unfolded: int
    """How many ended runs have refs of their own after this."""
    broken: tuple[BrokenRecord, ...]
    is_trial: bool = False


def fold_project(store: RunStore, request: FoldRequest, now: datetime, *, is_trial: bool = False) -> Folding:
    """Folds runs. Raises RunNotFound, AmbiguousRun, Refused for a run that is named and going, GitFailed."""
    heads = store.heads()
    broken = heads.broken
    ended = [head for head in heads.runs if head.status is not Status.RUNNING and head.fold is None]
    wanted = _named(store, request, heads) if request.runs else _old(store, ended, request, now)
    if is_trial or not wanted:
        return Folding(tuple(wanted), (), (), len(ended) - len(wanted), broken, is_trial)
    done = fold_runs(store.repository, this_writer(store.repository), wanted)
    return Folding(done.folded, done.kept, done.refs, len(ended) - len(done.folded), broken)


def undo_folds(store: RunStore, runs: Sequence[str], experiment: str | None = None) -> tuple[RunHead, ...]:
    """Gives runs that lie in folds refs of their own. Raises RunNotFound, AmbiguousRun, RefMoved, GitFailed."""
    heads = store.heads()
    found = {head.id: head for head in (find_run(store, text, experiment, heads) for text in runs)}
    folded = tuple(head for head in found.values() if head.fold is not None)
    unfold_runs(store.repository, folded)
    return folded


def _named(store: RunStore, request: FoldRequest, heads: Heads) -> list[RunHead]:
    found = {head.id: head for head in (find_run(store, text, request.experiment, heads) for text in request.runs)}
    for head in found.values():
        if head.status is Status.RUNNING:
            raise Refused(f"run {head.id} is going: only what has ended can be folded", hint=f"exp watch {head.id}")
    return [head for head in found.values() if head.fold is None]


def _old(store: RunStore, ended: Sequence[RunHead], request: FoldRequest, now: datetime) -> list[RunHead]:
    experiment = None if request.experiment is None else present_experiment(store, request.experiment)
    kept: dict[str, int] = {}
    wanted = []
    for head in sorted(ended, key=lambda head: (head.started_at, head.id), reverse=True):
        if experiment is not None and head.experiment != experiment:
            continue
        kept[head.experiment] = kept.get(head.experiment, 0) + 1
        if kept[head.experiment] <= request.keep:
            continue
        if request.older_than is None or now - head.started_at > request.older_than:
            wanted.append(head)
    return wanted
