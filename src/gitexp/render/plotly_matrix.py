"""A confusion matrix as a Plotly figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.render.embedded import place_of
from gitexp.render.numbers import format_number
from gitexp.render.plotly_style import make_layout, plain, title_axis

if TYPE_CHECKING:
    from gitexp.model.plots import MatrixPlot
    from gitexp.render.embedded import Embedded


def draw_matrix(plot: MatrixPlot) -> dict[str, Embedded]:
    """A field for each pair of classes, the true one down and the predicted one across, its count in it."""
    labels = [plain(label, 30) for label in plot.labels]
    places: list[Embedded] = list(range(len(labels)))
    trace: dict[str, Embedded] = {
        "type": "heatmap",
        "x": places,
        "y": places,
        "z": [[place_of(count) for count in row] for row in plot.counts],
        "text": [[_format_count(count) for count in row] for row in plot.counts],
        "customdata": [[f"true {true}, predicted {predicted}" for predicted in labels] for true in labels],
        "texttemplate": "%{text}",
        "hovertemplate": "%{customdata}: %{text}<extra></extra>",
        "colorscale": [[0, "rgba(59,125,216,0.04)"], [1, "rgba(59,125,216,0.95)"]],
        "showscale": False,
    }
    side = max(320, 36 * len(labels) + 120)
    return {
        "data": [trace],
        "layout": make_layout(
            x=title_axis("predicted", categories=plot.labels) | {"constrain": "domain", "showgrid": False},
            y=title_axis("true", categories=plot.labels)
            | {"autorange": "reversed", "scaleanchor": "x", "constrain": "domain", "showgrid": False},
            height=min(side, 900),
            showlegend=False,
        ),
    }


def _format_count(count: float) -> str:
    return str(int(count)) if isinstance(count, float) and count.is_integer() else format_number(count)
