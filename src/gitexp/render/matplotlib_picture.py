"""Plots as a picture, PNG or SVG, by Matplotlib: the same values give the same bytes."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Any

from gitexp.errors import MissingPackage, UsageError
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

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.plots import Plot

_DOTS_PER_INCH = 100
_WIDTH, _HEIGHT, _SMALL_HEIGHT = 1000, 600, 360
_LEAST, _MOST = 100, 20_000
_MOST_PLOTS = 60
_LINE = 110
_SETTINGS: dict[str, Any] = {
    "svg.hashsalt": "gitexp",
    "svg.fonttype": "none",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "backend": "agg",
}


def format_picture(plots: Sequence[Plot], form: str, width: int | None = None, height: int | None = None) -> bytes:
    """The plots below each other in a picture of so many pixels. Raises MissingPackage, UsageError."""
    try:
        import matplotlib
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingPackage("matplotlib", f"a {form.upper()}", "plots") from error
    usual = _HEIGHT if len(plots) == 1 else min(_SMALL_HEIGHT * len(plots), _MOST)
    size = width or _WIDTH, height or usual
    if not all(_LEAST <= side <= _MOST for side in size):
        raise UsageError(f"{size[0]} x {size[1]} pixels: from {_LEAST} to {_MOST} each", hint="--width 1200")
    if len(plots) > _MOST_PLOTS:
        raise UsageError(f"{len(plots)} plots in one picture: at most {_MOST_PLOTS}", hint="-o plots.html")
    settings: dict[Any, Any] = dict(matplotlib.rcParamsDefault)  # whatever the user's matplotlibrc says
    settings.update(_SETTINGS)
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        # A letter that the font has not is drawn as a box: whoever wrote it into a name need not be told of it twice.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure = Figure(figsize=(size[0] / _DOTS_PER_INCH, size[1] / _DOTS_PER_INCH), dpi=_DOTS_PER_INCH)
        figure.set_layout_engine("constrained")
        FigureCanvasAgg(figure)
        panels = figure.subplots(len(plots), 1, squeeze=False)[:, 0]
        for plot, panel in zip(plots, panels, strict=True):
            _draw(plot, panel)
        file = io.BytesIO()
        figure.savefig(file, format=form, metadata={"Date": None} if form == "svg" else {"Software": None})
        return file.getvalue()


def _draw(plot: Plot, panel: Any) -> None:
    from gitexp.render import matplotlib_points, matplotlib_series, matplotlib_tables

    match plot:
        case CurvesPlot():
            matplotlib_series.draw_curves(plot, panel)
        case BarsPlot():
            matplotlib_series.draw_bars(plot, panel)
        case ImportancePlot():
            matplotlib_series.draw_importance(plot, panel)
        case ScatterPlot():
            matplotlib_points.draw_scatter(plot, panel)
        case ParetoPlot():
            matplotlib_points.draw_pareto(plot, panel)
        case ParallelPlot():
            matplotlib_points.draw_parallel(plot, panel)
        case MatrixPlot():
            matplotlib_tables.draw_matrix(plot, panel)
        case TablePlot():
            matplotlib_tables.draw_table(plot, panel)
    if plot.left_out:
        said = "\n".join(_cut(f"not shown: {text}") for text in plot.left_out)
        matplotlib_series.note_below(panel, said)


def _cut(text: str) -> str:
    return text if len(text) <= _LINE else f"{text[: _LINE - 1]}…"
