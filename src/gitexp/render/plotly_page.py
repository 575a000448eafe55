"""Plots on a page of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.model.plots import (
    BarsPlot,
    CurvesPlot,
    ImportancePlot,
    MatrixPlot,
    ParallelPlot,
    ParetoPlot,
    ScatterPlot,
    TablePlot,
)
from gitexp.model.values import format_value
from gitexp.render.html_page import format_html_page
from gitexp.render.parallel_figure import embed_parallel
from gitexp.render.plotly_bars import draw_bars, draw_importance
from gitexp.render.plotly_curves import draw_curves
from gitexp.render.plotly_matrix import draw_matrix
from gitexp.render.plotly_points import draw_pareto, draw_scatter
from gitexp.render.text import neutralise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.plots import Plot
    from gitexp.render.embedded import Embedded

FIGURE_SCRIPTS = ("figures.js", "scales.js", "parallel.js", "parallel_axes.js")
_BODY = '<main id="plots" class="plots"><h1 id="title"></h1><noscript>This page draws with a script.</noscript></main>'


def format_plot_page(plots: Sequence[Plot], title: str) -> str:
    """A page that shows plots one beneath the other, and beneath each what is left out of it."""
    values: dict[str, Embedded] = {"title": neutralise(title), "plots": [embed_plot(plot) for plot in plots]}
    return format_html_page(
        title, _BODY, {"plot-data": values}, styles=("page.css",), scripts=(*FIGURE_SCRIPTS, "plot_page.js")
    )


def embed_plot(plot: Plot) -> dict[str, Embedded]:
    """A plot as the page's script takes it: its heading, what is drawn, its notes."""
    notes: list[Embedded] = [neutralise(text) for text in plot.left_out]
    if isinstance(plot, ImportancePlot):
        notes = [f"left out: {note}" for note in notes]
        notes.insert(0, neutralise(f"{plot.method}; {plot.runs} runs"))
        if plot.warning is not None:
            notes.insert(0, neutralise(plot.warning))
    shown: dict[str, Embedded]
    if isinstance(plot, ParetoPlot) and len(plot.objectives) > 2:
        notes.insert(0, "Diamonds are on the Pareto front, circles are dominated.")
    if isinstance(plot, ParallelPlot):
        shown = {"parallel": embed_parallel(plot)}
    elif isinstance(plot, TablePlot):
        rows: list[Embedded] = [[neutralise(format_value(value)) for value in row] for row in plot.rows]
        shown = {"table": {"columns": [neutralise(name) for name in plot.columns], "rows": rows}}
    else:
        shown = {"figure": draw_figure(plot)}
    return {"heading": neutralise(head_plot(plot)), **shown, "notes": notes}


def draw_figure(
    plot: CurvesPlot | ScatterPlot | BarsPlot | ParetoPlot | ImportancePlot | MatrixPlot,
) -> dict[str, Embedded]:
    """A plot as a Plotly figure: ``data`` and ``layout``, plain JSON."""
    match plot:
        case CurvesPlot():
            return draw_curves(plot)
        case ScatterPlot():
            return draw_scatter(plot)
        case BarsPlot():
            return draw_bars(plot)
        case ParetoPlot():
            return draw_pareto(plot)
        case ImportancePlot():
            return draw_importance(plot)
        case MatrixPlot():
            return draw_matrix(plot)


def head_plot(plot: Plot) -> str:
    """What stands above a plot."""
    match plot:
        case CurvesPlot():
            return plot.metric
        case ScatterPlot():
            return f"{plot.y_title} against {plot.x_title}"
        case BarsPlot():
            return plot.title
        case ParallelPlot():
            return f"Parallel coordinates of {len(plot.runs)} run{'s' if len(plot.runs) != 1 else ''}"
        case ParetoPlot():
            return "Pareto front: " + ", ".join(objective.title for objective in plot.objectives)
        case ImportancePlot():
            return f"Importance of params for {plot.metric}"
        case MatrixPlot() | TablePlot():
            return f"{plot.title} of {plot.run.name}"
