"""Two runs held against each other over seeds: each with the runs that differ from it by nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.compare_groups import make_generator
from gitexp.actions.grouped_runs import read_candidates
from gitexp.actions.heads import complete_heads
from gitexp.model.grouped_metrics import measure_groups
from gitexp.model.grouping import AUTO, Grouping, group_runs, is_place, seed_of
from gitexp.model.run import Status
from gitexp.model.seed import is_seed
from gitexp.model.values import equal_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.comparison import Candidate
    from gitexp.model.group_comparison import GroupComparison, Procedure
    from gitexp.model.grouping import Group
    from gitexp.model.head import RunHead
    from gitexp.model.values import Params
    from gitexp.store.runs import RunStore


class SeedGroups(NamedTuple):
    """The runs of both sides, one a seed. ``comparison`` has the old group first, as the baseline; else ``why`` not.

    ``left_out`` counts the finished runs of either that are hidden, reproduce another one or repeat a seed.
    """

    old: tuple[RunHead, ...]
    new: tuple[RunHead, ...]
    comparison: GroupComparison | None = None
    why: str | None = None
    left_out: int = 0


def compare_over_seeds(
    store: RunStore,
    known: Sequence[RunHead],
    old: RunHead,
    new: RunHead,
    metrics: Sequence[str] = (),
    procedure: Procedure | None = None,
) -> SeedGroups:
    """Holds the group of one run against that of another. ``known`` are the runs to look among.

    Only finished runs that are not hidden count, one a seed, and none that only repeats another: the others of a group
    are counted, so that nobody hides a bad seed unseen.
    """
    heads, _ = complete_heads(store, _find_near(known, old, new))
    candidates, _ = read_candidates(store, heads)
    found = [_find_group(group_runs(candidates, (AUTO,)), head) for head in (old, new)]
    if found[0] is None or found[1] is None:
        which = old if found[0] is None else new
        return SeedGroups((old,), (new,), why=f"the manifest of run {which.name} cannot be read")
    if old.id == new.id:
        return SeedGroups(found[0].heads, found[1].heads, why="both are the same run")
    if found[0] is found[1] or any(one.id == new.id for one in found[0].heads):
        return SeedGroups(found[0].heads, found[1].heads, why="the two runs differ by their seed alone")
    groups = tuple(
        group._replace(candidates=_take_one_a_seed(group, head))
        for group, head in zip(found, (old, new), strict=True)
        if group is not None
    )
    grouping = Grouping((), groups)
    left_out = sum(len(group.candidates) for group in found if group) - sum(len(group.candidates) for group in groups)
    comparison = measure_groups(
        grouping, store.settings.directions, make_generator, baseline=0, metrics=metrics, procedure=procedure
    )
    return SeedGroups(groups[0].heads, groups[1].heads, comparison, left_out=left_out)


def _find_near(known: Sequence[RunHead], old: RunHead, new: RunHead) -> list[RunHead]:
    """The two, and the runs that may be of the group of either: few manifests are then read."""
    pair = list({head.id: head for head in (old, new)}.values())
    ids = {head.id for head in pair}
    near = [
        head
        for head in known
        if head.status is Status.FINISHED and head.id not in ids and any(_may_repeat(head, one) for one in pair)
    ]
    return [*pair, *near]


def _may_repeat(one: RunHead, other: RunHead) -> bool:
    """Whether a run may differ from another by its seed alone, by its message; a seed may stand in a text."""
    if one.experiment != other.experiment:
        return False
    if "params" in one.more or "params" in other.more:
        return True
    own, others = _telling(one), _telling(other)
    return own.keys() == others.keys() and all(
        (isinstance(value, str) and isinstance(others[key], str)) or equal_values(value, others[key])
        for key, value in own.items()
    )


def _telling(head: RunHead) -> Params:
    return {key: value for key, value in head.params.items() if not is_seed(key) and not is_place(key)}


def _find_group(grouping: Grouping, head: RunHead) -> Group | None:
    return next((one for one in grouping.groups if any(head.id == own.id for own in one.heads)), None)


def _take_one_a_seed(group: Group, head: RunHead) -> tuple[Candidate, ...]:
    """One run for each seed: the one that is asked about, else the first one. Two of one seed are no two samples."""
    ordered = sorted(group.candidates, key=lambda one: (one.head.id != head.id, one.head.started_at, one.head.id))
    kept: dict[object, Candidate] = {}
    for one in ordered:
        if one.head.id == head.id or not (one.head.hidden or one.head.lineage.reproduces):
            seed = seed_of(one)
            kept.setdefault(seed if seed is not None else one.head.id, one)
    return tuple(kept.values())
