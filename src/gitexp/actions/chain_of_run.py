"""The chain that a run is a part of, and its series joined."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gitexp.actions.going_journal import find_journal
from gitexp.actions.going_metrics import complete_going
from gitexp.actions.going_points import hear_points
from gitexp.actions.heads import complete_heads
from gitexp.errors import BrokenRecord
from gitexp.model.chain_view import ChainView
from gitexp.model.chains import join_summaries
from gitexp.model.cost import join_costs
from gitexp.model.curves import CurveBuilder
from gitexp.model.joined_series import join_series
from gitexp.model.metrics import SeriesSummary
from gitexp.store.series_reading import read_series

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.chains import Chains
    from gitexp.model.head import RunHead
    from gitexp.model.joined_series import PointSource
    from gitexp.model.metrics import Summary
    from gitexp.model.run import Cost, Run
    from gitexp.store.runs import RunStore


def view_chain(store: RunStore, head: RunHead, run: Run, chains: Chains) -> ChainView | None:
    """The chain of a run; None where no other run is in it. A part that cannot be read is told and left out."""
    earlier, later = chains.earlier(head), chains.later(head)
    if not earlier and not later:
        return None
    parts = complete_going(store, complete_heads(store, [*earlier, head, *later])[0])
    joined = tuple(one for one in earlier if not one.hidden)
    if not joined:
        return ChainView(tuple(parts), (head,), run.metrics, {})
    unread: list[str] = []
    sources: list[PointSource] = []
    metrics: list[dict[str, Summary]] = []
    read: list[RunHead] = []
    costs: list[Cost | None] = []
    for one, loaded in store.load_many(joined):
        try:
            if isinstance(loaded, BrokenRecord):
                raise loaded
            for _ in read_series(store, one):  # whole, before anything is made of it
                pass
        except BrokenRecord as error:
            unread.append(error.message)
            continue
        read.append(one)
        metrics.append(loaded.metrics)
        costs.append(loaded.cost)
        sources.append(_source(store, one))
    found = find_journal(store.repository, head)
    sources.append(_source(store, head) if found is None else hear_points(store, run, found).__iter__)
    cost = None if unread else join_costs([*costs, run.cost])
    return _join(ChainView(tuple(parts), (*read, head), {}, {}, cost, tuple(unread)), sources, [*metrics, run.metrics])


def _source(store: RunStore, head: RunHead) -> PointSource:
    return lambda: read_series(store, head)


def _join(view: ChainView, sources: Sequence[PointSource], metrics: Sequence[dict[str, Summary]]) -> ChainView:
    summaries: dict[str, SeriesSummary] = {}
    curves: dict[str, list[CurveBuilder]] = {}
    for number, point in join_series(sources):
        if point.metric not in summaries:
            summaries[point.metric] = SeriesSummary("")
            curves[point.metric] = [CurveBuilder() for _ in sources]
        summaries[point.metric].add(point.value, point.step)
        curves[point.metric][number].add(point.value, point.step)
    joined = join_summaries(metrics)
    for metric, found in summaries.items():
        series = found.summary()
        # What a script said to stand for the last point, and the last step, are in the summaries of the parts alone.
        told = joined.get(metric, series)
        joined[metric] = replace(told, min=series.min, max=series.max, first=series.first, count=series.count)
    drawn = {metric: tuple(builder.points() for builder in builders) for metric, builders in curves.items()}
    return view._replace(metrics=joined, curves=drawn)
