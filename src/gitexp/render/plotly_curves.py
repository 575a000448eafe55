"""Curves as a Plotly figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.render.embedded import place_of
from gitexp.render.plotly_style import colour_of, make_layout, name_runs, plain, title_axis

if TYPE_CHECKING:
    from gitexp.model.going import Points
    from gitexp.model.plots import Band, CurvesPlot, PlottedCurve
    from gitexp.render.embedded import Embedded

_FEW = 30
"""So many points are marked one by one: a series of one, or between two gaps, is no line."""


def draw_curves(plot: CurvesPlot) -> dict[str, Embedded]:
    """A line for each curve over what it was before smoothing, and for each band its mean over its range."""
    names = name_runs(curve.run for curve in plot.curves)
    groups = {curve.run.group for curve in plot.curves}
    is_grouped = bool(plot.bands)
    traces: list[Embedded] = []
    for place, curve in enumerate(plot.curves):
        colour = colour_of(curve.run.group if is_grouped or len(groups) > 1 else place)
        traces += _draw_curve(curve, names[curve.run.id], colour, is_faint=is_grouped)
    for band in plot.bands:
        traces += _draw_band(band, colour_of(band.group))
    return {
        "data": traces,
        "layout": make_layout(
            x=title_axis("seconds since the start" if plot.x == "time" else "step"),
            y=title_axis(plot.metric, log=plot.log),
            showlegend=len(plot.curves) + len(plot.bands) > 1,
        ),
    }


def _draw_curve(curve: PlottedCurve, name: str, colour: str, *, is_faint: bool) -> list[Embedded]:
    lines: list[Embedded] = []
    if curve.smooth != curve.points:
        lines.append(
            _line(curve.points, name, colour, width=1)
            | {"opacity": 0.25, "showlegend": False, "hoverinfo": "skip", "legendgroup": str(curve.run.id)}
        )
    shown = _line(curve.smooth, name, colour, width=1 if is_faint else 2)
    shown |= {
        "legendgroup": str(curve.run.id),
        "meta": str(curve.run.id),
        "hovertemplate": "%{fullData.name}<br>%{x}: %{y}<extra></extra>",
    }
    if is_faint:
        shown |= {"opacity": 0.35, "showlegend": False}
    return [*lines, shown]


def _line(points: Points, name: str, colour: str, *, width: int) -> dict[str, Embedded]:
    return {
        "type": "scatter",
        "mode": "lines+markers" if len(points) <= _FEW else "lines",
        "name": name,
        "x": [place_of(place) for place, _ in points],
        "y": [place_of(value) for _, value in points],
        "line": {"color": colour, "width": width},
        "marker": {"color": colour, "size": 4},
        "connectgaps": False,
    }


def _draw_band(band: Band, colour: str) -> list[Embedded]:
    places: list[Embedded] = [place_of(place) for place in band.places]
    name = f"{plain(band.label)} (n = {band.runs})"
    edge: dict[str, Embedded] = {
        "type": "scatter",
        "mode": "lines",
        "x": places,
        "line": {"color": colour, "width": 0},
        "legendgroup": name,
        "showlegend": False,
        "hoverinfo": "skip",
    }
    return [
        edge | {"y": [place_of(value) for value in band.low]},
        edge | {"y": [place_of(value) for value in band.high], "fill": "tonexty", "fillcolor": f"{colour}33"},
        edge
        | {
            "y": [place_of(value) for value in band.mean],
            "name": name,
            "line": {"color": colour, "width": 2},
            "showlegend": True,
            "hoverinfo": "all",
            "hovertemplate": "%{fullData.name}<br>%{x}: mean %{y}<extra></extra>",
        },
    ]
