"""Two series of one metric, held against each other point by point."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.metrics import Number, Step


class SeriesPoint(NamedTuple):
    """One value of one metric, and its step."""

    step: Step | None
    value: Number


class Parting(NamedTuple):
    """Where two series part first, and what came of it. A value is None where that series has no such point."""

    step: Step | None
    """Of the first point that differs; its number in the series, from 0, where steps are not known."""
    was: Number | None
    now: Number | None
    greatest: float
    """The greatest distance of two points of one step; NaN where it is no number."""
    points_was: int
    points_now: int


def find_parting(was: Sequence[SeriesPoint], now: Sequence[SeriesPoint], *, is_part: bool = False) -> Parting | None:
    """Where two series part; None where every point is equal. NaN equals NaN, and 1 equals 1.0.

    ``is_part``: one of them was thinned out, so that only steps that both have are compared.
    """
    counts = len(was), len(now)
    if is_part:
        common = {point.step for point in was} & {point.step for point in now}
        was = [point for point in was if point.step in common]
        now = [point for point in now if point.step in common]
    first: tuple[Step | None, Number | None, Number | None] | None = None
    greatest = 0.0
    for place, (one, other) in enumerate(zip(was, now, strict=False)):
        if one.step == other.step and is_same_number(one.value, other.value):
            continue
        if first is None:
            first = (
                place if one.step is None else one.step,
                one.value,
                other.value if one.step == other.step else None,
            )
        if one.step == other.step:
            distance = measure_distance(one.value, other.value)
            greatest = greatest if distance <= greatest else distance  # NaN is kept: it is not <= anything
    if first is None and len(was) != len(now):
        place = min(len(was), len(now))
        longer = (was if len(was) > len(now) else now)[place]
        value = longer.value
        step = place if longer.step is None else longer.step
        first = (step, value, None) if len(was) > len(now) else (step, None, value)
    return None if first is None else Parting(*first, greatest, *counts)


def is_same_number(one: Number, other: Number) -> bool:
    """Equality in which NaN equals itself."""
    return one == other or (one != one and other != other)


def measure_distance(one: Number, other: Number) -> float:
    """How far apart two values are: 0 where they are the same, NaN where a number tells nothing of it."""
    if is_same_number(one, other):
        return 0.0
    try:
        distance = abs(float(other) - float(one))
    except OverflowError:  # an int beyond 1.8e308
        return math.inf
    return distance
