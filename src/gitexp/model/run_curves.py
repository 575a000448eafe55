"""Curves of many runs: each one metric of one run, thinned out for drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gitexp.model.going import Points
    from gitexp.model.head import RunHead


class RunCurve(NamedTuple):
    """One metric of one run, of a chain the joined series. ``points`` are (step, value) in order of arrival.

    Points stand over their steps; where any has none, over their numbers in the series. ``logged`` is how many there
    were before they were thinned out.
    """

    head: RunHead
    metric: str
    points: Points
    logged: int


class CurvesRead(NamedTuple):
    """Curves in the order of the runs and then of the metrics.

    ``missing`` are runs without a metric that was asked for, with its name.
    """

    curves: tuple[RunCurve, ...]
    missing: tuple[tuple[RunHead, str], ...]
