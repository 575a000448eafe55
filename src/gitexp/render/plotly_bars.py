"""Bars as Plotly figures: values of runs or groups, and the importance of params."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.render.embedded import place_of
from gitexp.render.plotly_style import colour_of, make_layout, plain, title_axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.plots import BarsPlot, ImportancePlot
    from gitexp.render.embedded import Embedded


def draw_bars(plot: BarsPlot) -> dict[str, Embedded]:
    """A bar for each value, the first one above, with its interval where it has one."""
    lows = [0.0 if bar.low is None else bar.value - bar.low for bar in plot.bars]
    highs = [0.0 if bar.high is None else bar.high - bar.value for bar in plot.bars]
    colours: list[Embedded] = [colour_of(0 if bar.run is None else bar.run.group) for bar in plot.bars]
    return _draw([bar.label for bar in plot.bars], [bar.value for bar in plot.bars], (lows, highs), plot.title, colours)


def draw_importance(plot: ImportancePlot) -> dict[str, Embedded]:
    """A bar for each param, with the spread of its importance."""
    spreads = [row.deviation for row in plot.rows]
    colours: list[Embedded] = [colour_of(0)] * len(plot.rows)
    return _draw(
        [row.param for row in plot.rows],
        [row.importance for row in plot.rows],
        (spreads, spreads),
        f"importance for {plot.metric}",
        colours,
    )


def _draw(
    labels: Sequence[str],
    values: Sequence[float],
    spread: tuple[Sequence[float], Sequence[float]],
    title: str,
    colours: list[Embedded],
) -> dict[str, Embedded]:
    """Bars stand at whole numbers, so that two of one label do not fall together."""
    below, above = spread
    trace: dict[str, Embedded] = {
        "type": "bar",
        "orientation": "h",
        "x": [place_of(value) for value in values],
        "y": list(range(len(values))),
        "text": [plain(label) for label in labels],
        "textposition": "none",
        "marker": {"color": colours},
        "hovertemplate": "%{text}: %{x}<extra></extra>",
    }
    if any(below) or any(above):
        trace["error_x"] = {
            "type": "data",
            "symmetric": False,
            "array": [place_of(value) for value in above],
            "arrayminus": [place_of(value) for value in below],
            "thickness": 1,
        }
    places = title_axis("", categories=labels)
    return {
        "data": [trace],
        "layout": make_layout(
            x=title_axis(title),
            y=places | {"autorange": "reversed"},
            height=max(240, 24 * len(values) + 90),
            showlegend=False,
        ),
    }
