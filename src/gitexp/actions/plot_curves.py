"""Curves of metrics, a plot for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from gitexp.actions.curves_of_runs import read_curves
from gitexp.errors import NothingToPlot
from gitexp.model.bands import make_band
from gitexp.model.plot_axes import name_some
from gitexp.model.plots import CurvesPlot, PlottedCurve
from gitexp.model.plotted_runs import label_groups, name_runs
from gitexp.model.smoothing import UNSMOOTHED, Smoothing, smooth_points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.errors import ExpError
    from gitexp.model.comparison import Candidate
    from gitexp.model.grouping import Grouping
    from gitexp.model.plots import Band
    from gitexp.store.runs import RunStore


class CurvesRequest(NamedTuple):
    """How curves are to be shown."""

    metrics: tuple[str, ...]
    smoothing: Smoothing = UNSMOOTHED
    log: bool = False
    x: Literal["step", "time"] = "step"


def plot_curves(
    store: RunStore, candidates: Sequence[Candidate], request: CurvesRequest, grouping: Grouping | None = None
) -> tuple[tuple[CurvesPlot, ...], list[ExpError]]:
    """A plot for each metric in their order, with a curve for each run or a band for each group.

    A metric of which no run has a series is left out; raises NothingToPlot where that is so of all. The errors say
    which series could not be read.
    """
    read, broken = read_curves(store, [candidate.head for candidate in candidates], request.metrics, x=request.x)
    named = {run.id: run for run in name_runs(candidates, grouping)}
    labels = label_groups(grouping)
    plots: list[CurvesPlot] = []
    for metric in request.metrics:
        curves = tuple(
            PlottedCurve(named[one.head.id], one.points, smooth_points(one.points, request.smoothing))
            for one in read.curves
            if one.metric == metric and one.points
        )
        if not curves:
            continue
        left_out = []
        missing = [named[head.id].name for head, lacking in read.missing if lacking == metric]
        if missing:
            what = "value of it with a time" if request.x == "time" else "series of it"
            left_out.append(f"{name_some(missing)} {'has' if len(missing) == 1 else 'have'} no {what}")
        bands = _make_bands(labels, curves)
        plots.append(CurvesPlot(metric, curves, bands, request.log, tuple(left_out), request.x, str(request.smoothing)))
    if not plots and not broken:
        what = name_some(request.metrics)
        raise NothingToPlot(f"no run has a series of {what}", hint=f"exp plot --bars {request.metrics[0]}")
    return tuple(plots), broken


def _make_bands(labels: Sequence[str], curves: Sequence[PlottedCurve]) -> tuple[Band, ...]:
    bands = [
        make_band(label, number, [curve.smooth for curve in curves if curve.run.group == number])
        for number, label in enumerate(labels)
    ]
    return tuple(band for band in bands if band is not None)
