"""Runs as points, or as lines over parallel axes, in a picture."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from gitexp.render.matplotlib_series import COLOURS, MUTED, colour_of, label
from gitexp.render.scales import Scale, Tick

if TYPE_CHECKING:
    from gitexp.model.plots import ParallelAxis, ParallelPlot, ParetoPlot, ParetoPoint, ScatterPlot

_MARKERS = "os^Dv<>P"
_MOST_NAMED = 12
_MOST_TICKS = 6
_PAPER = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.75}
_MISSING = -0.08


def draw_scatter(plot: ScatterPlot, panel: Any) -> None:
    """A point for each run, the groups with marks and colours of their own."""
    if not plot.groups:
        panel.scatter([one.x for one in plot.points], [one.y for one in plot.points], color=COLOURS[0], alpha=0.8)
    for number, name in enumerate(plot.groups):
        own = [one for one in plot.points if one.run.group == number]
        style = {"color": colour_of(number), "marker": _MARKERS[number % len(_MARKERS)], "alpha": 0.8}
        if own:
            panel.scatter([one.x for one in own], [one.y for one in own], label=label(name), **style)
    if plot.categories:
        panel.set_xticks(range(len(plot.categories)), [label(text) for text in plot.categories])
        panel.set_xlim(-0.5, len(plot.categories) - 0.5)
    if plot.log_x:
        panel.set_xscale("log")
    if plot.log_y:
        panel.set_yscale("log")
    panel.set_xlabel(label(plot.x_title))
    panel.set_ylabel(label(plot.y_title))
    panel.grid(alpha=0.25)
    if plot.groups:
        panel.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=8, frameon=False)


def draw_pareto(plot: ParetoPlot, panel: Any) -> None:
    """The first two objectives; the front is marked and named. Of three the third gives the size of a point."""
    dominated = [point for point in plot.points if point.dominated_by is not None]
    front = sorted(plot.front, key=lambda point: point.values)
    for points, colour, what in ((dominated, MUTED, "dominated"), (front, COLOURS[1], "on the front")):
        sizes = _sizes(plot, points)
        across = [point.values[0] for point in points]
        panel.scatter(across, [point.values[1] for point in points], s=sizes, color=colour, label=what, alpha=0.9)
    if len(plot.objectives) == 2:
        steps = [(point.values[0], point.values[1]) for point in front]
        # What is reached between two runs is what the one of them reaches that is no worse in the first objective.
        style = "steps-post" if plot.objectives[0].direction == "minimize" else "steps-pre"
        panel.plot(*zip(*steps, strict=True), color=COLOURS[1], linewidth=0.8, linestyle="--", drawstyle=style)
    for point in front[:_MOST_NAMED]:
        place = (point.values[0], point.values[1])
        panel.annotate(label(point.run.name), place, xytext=(5, 5), textcoords="offset points", fontsize=8)
    words = [
        f"{label(one.title)} ({'less' if one.direction == 'minimize' else 'more'} is better)" for one in plot.objectives
    ]
    panel.set_xlabel(words[0])
    panel.set_ylabel(words[1])
    size = f"; the larger a point, the more {label(plot.objectives[2].title)}" if len(words) == 3 else ""
    panel.set_title(f"Pareto front: {len(front)} of {len(plot.points)} runs{size}", loc="left")
    panel.grid(alpha=0.25)
    panel.legend(fontsize=8, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))


def draw_parallel(plot: ParallelPlot, panel: Any) -> None:
    """A line for each run from axis to axis, coloured by its result; a value that is missing lies below the axis."""
    import matplotlib

    shades = matplotlib.colormaps["viridis"]
    heights = [_heights(axis) for axis in plot.axes]
    ranks = next((one for one, axis in zip(heights, plot.axes, strict=True) if axis.key == plot.coloured_by), None)
    for place in reversed(range(len(plot.runs))):
        rank = ranks[place] if ranks is not None else None
        ups = [_MISSING if one[place] is None else one[place] for one in heights]
        panel.plot(range(len(heights)), ups, color=MUTED if rank is None else shades(rank), alpha=0.7, linewidth=1)
    beside = {"xytext": (3, 0), "textcoords": "offset points", "fontsize": 7, "va": "center", "bbox": _PAPER}
    for number, (axis, ups) in enumerate(zip(plot.axes, heights, strict=True)):
        panel.axvline(number, color="#333333", linewidth=0.8)
        for up, text in _ticks(axis):
            panel.annotate(text, (number, up), **beside)
        if None in ups:
            panel.annotate(
                "none", (number, _MISSING), xytext=(3, 0), textcoords="offset points", fontsize=7, va="center"
            )
    names = [label(axis.title) + (" (log)" if axis.log else "") for axis in plot.axes]
    many = len(names) > _MOST_NAMED
    panel.set_xticks(range(len(names)), names, rotation=30 if many else 0, ha="right" if many else "center")
    panel.set_yticks([])
    panel.set_ylim(_MISSING - 0.04, 1.04)
    for side in ("left", "bottom"):
        panel.spines[side].set_visible(False)
    colour = next((label(axis.title) for axis in plot.axes if axis.key == plot.coloured_by), None)
    panel.set_title(f"{len(plot.runs)} runs" + (f", yellow: much {colour}" if colour else ""), loc="left")


def _sizes(plot: ParetoPlot, points: list[ParetoPoint]) -> list[float]:
    if len(plot.objectives) < 3:
        return [36.0] * len(points)
    thirds = [point.values[2] for point in plot.points]
    low, high = min(thirds), max(thirds)
    return [20 + 130 * ((point.values[2] - low) / (high - low) if high > low else 0.5) for point in points]


def _heights(axis: ParallelAxis) -> list[float | None]:
    """Where each run crosses an axis, from 0 to 1."""
    low, high = _ends(axis)
    return [None if place is None else _height(place, low, high, log=axis.log) for place in axis.places]


def _height(place: float, low: float, high: float, *, log: bool) -> float:
    if high == low:
        return 0.5
    if log:
        return (math.log10(place) - math.log10(low)) / (math.log10(high) - math.log10(low))
    return (place / 2 - low / 2) / (high / 2 - low / 2)


def _ends(axis: ParallelAxis) -> tuple[float, float]:
    known = [place for place in axis.places if place is not None]
    return (0.0, float(len(axis.categories) - 1)) if axis.categories else (min(known), max(known))


def _ticks(axis: ParallelAxis) -> list[Tick]:
    low, high = _ends(axis)
    if axis.categories:
        return [Tick(_height(one, low, high, log=False), label(text)) for one, text in enumerate(axis.categories)]
    return Scale(low, high, axis.log).ticks(_MOST_TICKS)
