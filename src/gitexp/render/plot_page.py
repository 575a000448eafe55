"""Plots on a terminal, one below the other, and what was left out of each."""

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
from gitexp.render.page import Gap, Span, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.plots import Plot
    from gitexp.render.page import Block, Look, Page

USUAL_WIDTH = 80
_WIDEST = 120
_HEIGHT = 20
_SMALL_HEIGHT = 10


def build_plots(plots: Sequence[Plot], look: Look, width: int | None = None, height: int | None = None) -> Page:
    """The page of some plots, each ``width`` cells wide and, where it is drawn, ``height`` lines high."""
    wide = width or min(look.width or USUAL_WIDTH, _WIDEST)
    high = height or (_HEIGHT if len(plots) == 1 else _SMALL_HEIGHT)
    page: Page = []
    for plot in plots:
        if page:
            page.append(Gap())
        page += _build(plot, look, wide, high)
        if plot.left_out:
            page.append(Text(tuple((Span(f"not shown: {one}", "muted"),) for one in plot.left_out)))
    return page


def _build(plot: Plot, look: Look, width: int, height: int) -> list[Block]:
    from gitexp.render import plot_bars, plot_curves, plot_points, plot_tables

    match plot:
        case CurvesPlot():
            return plot_curves.build_curves(plot, look, width, height)
        case ScatterPlot():
            return plot_points.build_scatter(plot, look, width, height)
        case ParetoPlot():
            return plot_points.build_pareto(plot, look, width, height)
        case BarsPlot():
            return plot_bars.build_bars(plot, look, width)
        case ImportancePlot():
            return plot_bars.build_importance(plot, look, width)
        case ParallelPlot():
            return plot_tables.build_parallel(plot, look, width)
        case MatrixPlot():
            return plot_tables.build_matrix(plot, look)
        case TablePlot():
            return plot_tables.build_table(plot, look, width)
