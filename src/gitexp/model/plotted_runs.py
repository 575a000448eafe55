"""Runs as plots name them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gitexp.model.ids import SHORTEST_PREFIX
from gitexp.model.listing import unique_length
from gitexp.model.plots import PlottedRun

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.comparison import Candidate
    from gitexp.model.grouping import Grouping


def name_runs(candidates: Sequence[Candidate], grouping: Grouping | None = None) -> tuple[PlottedRun, ...]:
    """The runs in their order, each with the number of its group; without groups each is one of its own.

    Where two runs share a name the beginning of the id stands behind it.
    """
    heads = [candidate.head for candidate in candidates]
    shared = {name for name, count in Counter(head.name for head in heads).items() if count > 1}
    ids = [head.id for head in heads]
    length = max(unique_length(ids, set(ids)), SHORTEST_PREFIX) if shared else 0
    names = [f"{head.name} {head.id[:length]}" if head.name in shared else head.name for head in heads]
    if grouping is None:
        return tuple(
            PlottedRun(head.id, name, place) for place, (head, name) in enumerate(zip(heads, names, strict=True))
        )
    group_of = {head.ref: number for number, group in enumerate(grouping.groups) for head in group.heads}
    return tuple(PlottedRun(head.id, name, group_of[head.ref]) for head, name in zip(heads, names, strict=True))


def label_groups(grouping: Grouping | None) -> tuple[str, ...]:
    """The names of groups by their numbers; none where each run is one of its own."""
    return () if grouping is None else tuple(group.label or "all" for group in grouping.groups)
