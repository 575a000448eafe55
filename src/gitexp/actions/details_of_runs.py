"""The details of many runs: what their manifests alone say."""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

from gitexp import __version__
from gitexp.errors import BrokenRecord
from gitexp.model.cost import join_costs
from gitexp.model.details import DETAILS, ONLINE, find_details
from gitexp.model.refs import RUNS
from gitexp.model.run import Status
from gitexp.store.index_details import keep_details, read_kept_details

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.errors import ExpError
    from gitexp.model.head import RunHead
    from gitexp.model.run import Cost, Run
    from gitexp.model.values import Value
    from gitexp.store.runs import RunStore

_VERSION = zlib.crc32(" ".join((__version__, *DETAILS, ONLINE)).encode())
"""Another gitexp may find other details in the same manifest."""


def read_details(store: RunStore, heads: Sequence[RunHead]) -> tuple[dict[str, dict[str, Value]], list[ExpError]]:
    """The details by ref, and why a manifest could not be read: that run has none.

    Of a run that stands for a chain the cost is that of all parts, not known where it is not known of each. The details
    of an ended run are kept in the index: the next look reads no manifest.
    """
    lasting = [head for head in heads if head.ref.startswith(RUNS) and not head.chain]
    kept = read_kept_details(store.repository, [head.commit for head in lasting], _VERSION)
    known = {head.ref: kept[head.commit] for head in lasting if head.commit in kept}
    found, broken = _read_manifests(store, [head for head in heads if head.ref not in known])
    new = {head.commit: found[head.ref] for head in lasting if head.ref in found}
    keep_details(store.repository, new, _VERSION)
    both = known | found
    return {head.ref: both[head.ref] for head in heads if head.ref in both}, broken


def _read_manifests(store: RunStore, heads: Sequence[RunHead]) -> tuple[dict[str, dict[str, Value]], list[ExpError]]:
    found: dict[str, dict[str, Value]] = {}
    earlier = {part.ref: part for head in heads for part in head.chain[:-1]}
    costs: dict[str, Cost | None] = {}
    broken: list[ExpError] = []
    for part, run in store.load_many(list(earlier.values())) if earlier else ():
        if isinstance(run, BrokenRecord):
            broken.append(run)
        else:
            costs[part.ref] = run.cost
    for head, run in store.load_many(heads):
        if isinstance(run, BrokenRecord):
            broken.append(run)
        else:
            looked_at = _look_at(store, head, run)
            cost = join_costs([*(costs.get(part.ref) for part in head.chain[:-1]), looked_at.cost])
            found[head.ref] = find_details(replace(looked_at, cost=cost))
    return found, broken


def _look_at(store: RunStore, head: RunHead, run: Run) -> Run:
    """The run with what was found out since it began, where it is going here."""
    if head.status is not Status.RUNNING:
        return run
    from gitexp.actions.show import view_going

    view = view_going(store, head)
    return run if view is None else view.run
