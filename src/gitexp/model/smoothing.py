"""Curves smoothed: a moving average in which newer points count more, or the mean over a window."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING, Literal, NamedTuple

from gitexp.errors import InvalidValue

if TYPE_CHECKING:
    from gitexp.model.going import Points


class Smoothing(NamedTuple):
    """How to smooth. ``amount`` is a weight from 0 to below 1, or how many points a window has."""

    kind: Literal["none", "average", "window"] = "none"
    amount: float = 0.0

    def __str__(self) -> str:
        if self.kind == "none":
            return ""
        return f"smoothed {self.amount:g}" if self.kind == "average" else f"mean of {self.amount:.0f} points"


UNSMOOTHED = Smoothing()


def parse_smoothing(text: str) -> Smoothing:
    """Reads ``0.9`` as the weight of a moving average, and a whole number from 2 as a window. Raises InvalidValue."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if 0 <= number < 1:
        return Smoothing("average", number) if number else UNSMOOTHED
    if number >= 2 and number.is_integer():
        return Smoothing("window", number)
    why = "a weight from 0 to below 1, or a number of points from 2"
    raise InvalidValue("--smooth", text, why, hint="--smooth 0.9, or --smooth 10")


def smooth_points(points: Points, smoothing: Smoothing) -> Points:
    """The points with smoothed values; those that are not finite stay as they are, and no average knows of them."""
    if smoothing.kind == "average":
        return _average(points, smoothing.amount)
    return _mean_over_window(points, int(smoothing.amount)) if smoothing.kind == "window" else points


def _average(points: Points, weight: float) -> Points:
    """An exponential moving average without the bias towards its start at 0, as TensorBoard draws it.

    After n values it is sum of ``weight ** (n - i) * (1 - weight) * value_i``, divided by ``1 - weight ** n``: Kingma
    and Ba, Adam (2015), section 3.
    """
    smooth: list[tuple[float, float]] = []
    last, left = 0.0, 1.0
    for place, value in points:
        if not math.isfinite(value):
            smooth.append((place, value))
            continue
        last = last * weight + (1 - weight) * value
        left *= weight
        smooth.append((place, last / (1 - left)))
    return tuple(smooth)


def _mean_over_window(points: Points, size: int) -> Points:
    """The mean of each point and those before it, ``size`` in all; of fewer at the beginning."""
    smooth: list[tuple[float, float]] = []
    window: deque[float] = deque(maxlen=size)
    for place, value in points:
        if not math.isfinite(value):
            smooth.append((place, value))
            continue
        window.append(value / size)  # divided first: a sum of large floats may be none
        smooth.append((place, math.fsum(window) * size / len(window)))
    return tuple(smooth)
