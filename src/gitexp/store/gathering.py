"""All runs of a repository, wherever they stand: refs of their own, live ones, folds; and those that were erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.git.reading import RefCommit, read_commits_of
from gitexp.git.refs import list_refs
from gitexp.model.refs import FOLDS, LIVE, REMOVED, RUNS, parse_run_ref
from gitexp.store.head_reading import Heads, read_heads

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitexp.errors import BrokenRecord
    from gitexp.git.repository import Repository
    from gitexp.model.head import RunHead
    from gitexp.store.folds import FoldedTip, Folds


def gather_heads(repository: Repository, experiment: str | None = None) -> Heads:
    """The heads of all runs, or of those that were born in one experiment, newest first."""
    prefixes = [RUNS, LIVE] if experiment is None else [f"{RUNS}{experiment}/", f"{LIVE}{experiment}/"]
    refs = list_refs(repository, *prefixes, FOLDS, REMOVED)
    own = [ref for ref in refs if not ref[0].startswith((FOLDS, REMOVED))]
    found = read_heads(read_commits_of(repository, own))
    runs, broken = list(found.runs), list(found.broken)

    folds = [ref for ref in refs if ref[0].startswith(FOLDS)]
    if folds:
        from gitexp.store.folds import read_folds

        folded = read_folds(repository, folds)
        with_refs = {head.id for head in runs if head.ref.startswith(RUNS)}
        ended = _read_folded(
            tips
            for run_id, tips in folded.tips.items()
            if run_id not in with_refs and (experiment is None or _is_of(tips[0].ref, experiment))
        )
        ids = {head.id for head in ended.runs}
        runs = [head for head in runs if head.id not in ids] + list(ended.runs)
        runs.sort(key=lambda head: (head.started_at, head.id), reverse=True)
        broken += [*folded.broken, *ended.broken]

    lists = [ref for ref in refs if ref[0].startswith(REMOVED)]
    if not lists:
        return Heads(tuple(runs), tuple(broken))
    from gitexp.store.removed import read_removed_lists

    removed = read_removed_lists(repository, lists)
    return Heads(
        tuple(head for head in runs if head.id not in removed.lists),
        (*broken, *removed.broken),
        tuple(head for head in runs if head.id in removed.lists),
    )


def read_other_tips(folds: Folds, known: Heads) -> Heads:
    """The heads of the tips in folds that are not those of ``known``: of runs of which there are several tips."""
    commits = {head.commit for head in known.runs}
    erased = {head.id for head in known.removed}
    heads: list[RunHead] = []
    broken: list[BrokenRecord] = []
    for run_id, tips in folds.tips.items():
        for tip in tips:
            if run_id not in erased and tip.commit not in commits:
                read = read_heads([RefCommit(tip.ref, tip.commit, tip.data)])
                heads += [head._replace(fold=tip.fold) for head in read.runs]
                broken += read.broken
    return Heads(tuple(heads), tuple(broken))


def _read_folded(runs: Iterable[tuple[FoldedTip, ...]]) -> Heads:
    """The head of each run, by the first of its tips that can be read."""
    heads: list[RunHead] = []
    broken: list[BrokenRecord] = []
    waiting = list(runs)
    while waiting:
        by_ref = {tips[0].ref: tips[0] for tips in waiting}
        read = read_heads(RefCommit(tip.ref, tip.commit, tip.data) for tip in by_ref.values())
        heads += [head._replace(fold=by_ref[head.ref].fold) for head in read.runs]
        broken += read.broken
        known = {head.ref for head in read.runs}
        waiting = [tips[1:] for tips in waiting if tips[0].ref not in known and len(tips) > 1]
    return Heads(tuple(heads), tuple(broken))


def _is_of(ref: str, experiment: str) -> bool:
    run = parse_run_ref(ref)
    return run is not None and run.experiment == experiment
