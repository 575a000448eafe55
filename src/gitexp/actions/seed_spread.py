"""How much the seed alone moves the results of a run: from runs that differ by nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.git.refs import resolve
from gitexp.model.run import Run, Status
from gitexp.model.seed_siblings import are_seed_siblings, spreads

if TYPE_CHECKING:
    from gitexp.model.head import RunHead
    from gitexp.store.head_reading import Heads
    from gitexp.store.runs import RunStore

_MOST = 200


def find_spreads(store: RunStore, heads: Heads, head: RunHead, run: Run) -> dict[str, float]:
    """What seeds move each metric of a run by; nothing where fewer than three runs tell.

    Those with the same code, command, params and data count, one for each seed, the newest 200 of its experiment.
    """
    if run.seed is None or head.snapshot is None or run.status is not Status.FINISHED:
        return {}
    near = [
        one
        for one in heads.runs
        if one.experiment == head.experiment and one.status is Status.FINISHED and one.id != head.id
        if one.lineage == head.lineage and one.params.keys() == head.params.keys()
    ]
    by_seed: dict[int, Run] = {run.seed: run}
    trees: dict[str, str | None] = {}
    for one, other in store.load_many(near[:_MOST]):
        if not isinstance(other, Run) or other.seed is None or other.seed in by_seed:
            continue
        if are_seed_siblings(run, other) and _has_tree_of(store, head, one, trees):
            by_seed[other.seed] = other
    return spreads(tuple(by_seed.values()))


def _has_tree_of(store: RunStore, head: RunHead, other: RunHead, trees: dict[str, str | None]) -> bool:
    if head.snapshot is None or other.snapshot is None:
        return False
    for snapshot in (head.snapshot, other.snapshot):
        if snapshot not in trees:
            trees[snapshot] = resolve(store.repository, snapshot, peel="tree")
    return trees[head.snapshot] is not None and trees[head.snapshot] == trees[other.snapshot]
