"""How far a metric may be from what it was and still count as the same."""

from __future__ import annotations

import fnmatch
import math
import re
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import InvalidValue
from gitexp.model.values import format_float

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

EVERY = "*"
_PERCENT = re.compile(r"(.+?) ?%")


class Tolerance(NamedTuple):
    """A distance that is allowed: absolute, or ``relative`` to what the metric was (0.01 for 1 %)."""

    value: float
    relative: bool = False

    def allow(self, was: float) -> float:
        """The distance from a value that is allowed."""
        try:
            return abs(self.value * was) if self.relative else self.value
        except OverflowError:  # an int beyond 1.8e308
            return math.inf


class MetricTolerance(NamedTuple):
    """What is allowed for the metrics that a name or a glob fits."""

    metric: str
    tolerance: Tolerance


def parse_tolerance(text: str) -> Tolerance:
    """``0.01`` or ``1%`` as a tolerance. Raises InvalidValue."""
    percent = _PERCENT.fullmatch(text)
    try:
        value = float(percent[1] if percent else text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise InvalidValue("tolerance", text, "not a number of at least 0, nor one with %", hint="--tolerance loss=1%")
    return Tolerance(value / 100, relative=True) if percent else Tolerance(value)


def format_tolerance(tolerance: Tolerance) -> str:
    """The text that parse_tolerance reads, to within the last digit of a percentage."""
    return f"{tolerance.value * 100:.12g}%" if tolerance.relative else format_float(tolerance.value)


def parse_metric_tolerance(text: str) -> MetricTolerance:
    """``loss=0.01``, ``val_*=1%``; a tolerance alone is for every metric. Raises InvalidValue."""
    metric, sign, value = text.rpartition("=")
    if sign and not metric:
        raise InvalidValue("tolerance", text, "has no metric before the '='", hint="--tolerance loss=1%")
    return MetricTolerance(metric or EVERY, parse_tolerance(value))


def find_tolerance(metric: str, said: Sequence[MetricTolerance]) -> Tolerance | None:
    """What was said of a metric: by its name, else by the first glob that fits, else nothing."""
    named = [one.tolerance for one in said if one.metric == metric]
    return next(iter(named), None) or next((one.tolerance for one in said if matches(metric, (one.metric,))), None)


def matches(name: str, globs: Iterable[str]) -> bool:
    """Whether a glob fits the name of a metric or the path of an artifact."""
    return any(fnmatch.fnmatchcase(name, glob) for glob in globs)
