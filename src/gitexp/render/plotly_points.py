"""Runs at places, one value against another, as Plotly figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.render.embedded import place_of
from gitexp.render.plotly_style import MUTED, RAMP, colour_of, make_layout, name_runs, plain, title_axis

if TYPE_CHECKING:
    from gitexp.model.plots import Objective, ParetoPlot, ParetoPoint, ScatterPlot
    from gitexp.render.embedded import Embedded

_PLACE = "%{text}<br>%{xaxis.title.text}: %{x}<br>%{yaxis.title.text}: %{y}<extra></extra>"


def draw_scatter(plot: ScatterPlot) -> dict[str, Embedded]:
    """A mark for each run, in the colour of its group; the groups are named where there are any."""
    names = name_runs(point.run for point in plot.points)
    numbers = dict.fromkeys(point.run.group for point in plot.points) if plot.groups else {None: None}
    traces: list[Embedded] = []
    for number in numbers:
        own = [point for point in plot.points if number is None or point.run.group == number]
        trace: dict[str, Embedded] = {
            "type": "scatter",
            "mode": "markers",
            "x": [place_of(point.x) for point in own],
            "y": [place_of(point.y) for point in own],
            "text": [names[point.run.id] for point in own],
            "customdata": [str(point.run.id) for point in own],
            "marker": {"size": 9, "opacity": 0.8, "color": [colour_of(point.run.group) for point in own]},
            "hovertemplate": _PLACE,
        }
        if number is not None and number < len(plot.groups):
            trace |= {"name": plain(plot.groups[number]), "marker": {"size": 9, "color": colour_of(number)}}
        traces.append(trace)
    return {
        "data": traces,
        "layout": make_layout(
            x=title_axis(plot.x_title, log=plot.log_x, categories=plot.categories),
            y=title_axis(plot.y_title, log=plot.log_y),
            showlegend=len(traces) > 1,
        ),
    }


def draw_pareto(plot: ParetoPlot) -> dict[str, Embedded]:
    """The front in colour over the runs that it dominates. A third objective is the colour of the marks."""
    names = name_runs(point.run for point in plot.points)
    third = len(plot.objectives) > 2
    front = sorted(plot.front, key=lambda point: point.values)
    rest = [point for point in plot.points if point.dominated_by is not None]
    traces: list[Embedded] = []
    for label, points, is_front in (("dominated", rest, False), ("Pareto front", front, True)):
        if not points:
            continue
        marker: dict[str, Embedded] = {
            "size": 11 if is_front else 7,
            "symbol": "diamond" if is_front else "circle",
            "opacity": 1 if is_front else 0.6,
            "color": colour_of(0) if is_front else MUTED,
        }
        if third:
            marker |= {"color": [place_of(point.values[2]) for point in points], "coloraxis": "coloraxis"}
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers" if is_front and not third else "markers",
                "name": f"{label} ({len(points)})",
                "x": [place_of(point.values[0]) for point in points],
                "y": [place_of(point.values[1]) for point in points],
                "text": [_tell(point, names, plot.objectives) for point in points],
                "customdata": [str(point.run.id) for point in points],
                "line": {"color": colour_of(0), "width": 1, "dash": "dot"},
                "marker": marker,
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    more: dict[str, Embedded] = {}
    if third:
        more["coloraxis"] = {
            "colorscale": RAMP,
            "colorbar": {"title": {"text": plain(_aim(plot.objectives[2]), 30)}},
        }
    return {
        "data": traces,
        "layout": make_layout(
            x=title_axis(_aim(plot.objectives[0])), y=title_axis(_aim(plot.objectives[1])), showlegend=not third, **more
        ),
    }


def _aim(objective: Objective) -> str:
    return f"{objective.title} ({'more' if objective.direction == 'maximize' else 'less'} is better)"


def _tell(point: ParetoPoint, names: dict[str, str], objectives: tuple[Objective, ...]) -> str:
    lines = [names[point.run.id]]
    lines += [f"{plain(objective.title)}: {value!r}" for objective, value in zip(objectives, point.values, strict=True)]
    if point.dominated_by is not None:
        lines.append(f"dominated by {names.get(point.dominated_by.id, plain(point.dominated_by.name))}")
    return "<br>".join(lines)
