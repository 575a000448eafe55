"""Parallel coordinates as the page's own script draws them.

Plotly draws these with WebGL, which remote desktops and many browsers without a graphics card refuse, and lets no
keyboard brush them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.render.embedded import place_of
from gitexp.render.text import neutralise

if TYPE_CHECKING:
    from gitexp.model.plots import ParallelAxis, ParallelPlot
    from gitexp.render.embedded import Embedded


def embed_parallel(plot: ParallelPlot) -> dict[str, Embedded]:
    """A line for each run over all axes."""
    return {
        "runs": [{"id": str(run.id), "name": neutralise(run.name)} for run in plot.runs],
        "axes": [embed_axis(axis) for axis in plot.axes],
        "colour": plot.coloured_by,
    }


def embed_axis(axis: ParallelAxis) -> dict[str, Embedded]:
    """One axis. A number that is not finite, or not above zero on a logarithmic one, is no place: as no value is."""
    return {
        "key": axis.key,
        "title": neutralise(axis.title),
        "places": [place_of(place) for place in axis.places],
        "categories": [neutralise(text) for text in axis.categories],
        "log": axis.log,
    }
