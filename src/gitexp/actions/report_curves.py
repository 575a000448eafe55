"""The curves of a report: those of the metrics that tell most, thinned out to what a page can hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.actions.curves_of_runs import read_curves
from gitexp.model.free_columns import free_columns
from gitexp.model.thinning import thin_points
from gitexp.model.weights import weigh_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.errors import ExpError
    from gitexp.model.head import RunHead
    from gitexp.model.run_curves import RunCurve
    from gitexp.store.runs import RunStore

MOST_METRICS = 24
MOST_POINTS = 300_000
"""Of all curves together: some 4 MB of the page."""
_FEWEST_OF_A_CURVE = 40


def read_report_curves(
    store: RunStore, heads: Sequence[RunHead]
) -> tuple[tuple[RunCurve, ...], list[ExpError], list[str]]:
    """The curves, why a series could not be read, and what is left out. A series of one point is no curve."""
    columns = weigh_columns(free_columns(heads), heads, store.settings.directions, asked=False)
    metrics = sorted((one for one in columns if one.kind == "metric"), key=lambda column: -column.weight)
    read, broken = read_curves(store, heads, [column.name for column in metrics[:MOST_METRICS]])
    curves = [curve for curve in read.curves if len(curve.points) > 1]
    said: list[str] = []
    if len(metrics) > MOST_METRICS:
        said.append(f"curves of {len(metrics) - MOST_METRICS} of {len(metrics)} metrics")
    most = max(MOST_POINTS // max(len(curves), 1), _FEWEST_OF_A_CURVE)
    room = max(MOST_POINTS // min(most, MOST_POINTS), 1)
    if sum(min(len(curve.points), most) for curve in curves) > MOST_POINTS:
        said.append(f"{len(curves) - room} of {len(curves)} curves")
        curves = curves[:room]
    thin = [curve._replace(points=thin_points(curve.points, most)) for curve in curves]
    thinned = sum(len(curve.points) < curve.logged for curve in thin)
    if thinned:
        said.append(
            f"points of {thinned} curves: {most} at most stay of each, the least and greatest values among them"
        )
    return tuple(thin), broken, said
