"""A first pass over a series: the summary of each metric, and all that has to be known to write its rows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from gitexp.model.metrics import Summary
from gitexp.model.row_blocks import cut_blocks, has_nan, split_block

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gitexp.model.metrics import Number, Row, Step


class SeriesShape(NamedTuple):
    """What a first pass over the rows found: enough to write them in a second."""

    metrics: tuple[str, ...]
    """In order of first appearance."""
    floats: frozenset[str]
    """Metrics that have a float among their values."""
    mixed: frozenset[str]
    """Those of them that have an int too."""
    float_steps: bool
    rows: int
    values: int


class SeriesMeasure:
    """Takes rows and summarises each metric; memory grows with the number of metrics, not with that of rows."""

    __slots__ = ("_float_steps", "_rows", "_series", "_values")

    def __init__(self) -> None:
        self._series: dict[str, _Measured] = {}
        self._float_steps = False
        self._rows = 0
        self._values = 0

    def __contains__(self, metric: object) -> bool:
        return metric in self._series

    def __iter__(self) -> Iterator[str]:
        return iter(self._series)

    def __len__(self) -> int:
        return len(self._series)

    def take(self, rows: Iterable[Row]) -> None:
        """Takes the next rows, in order of arrival."""
        series = self._series
        for block in cut_blocks(rows):
            self._rows += len(block)
            self._float_steps = self._float_steps or float in {type(step) for step, _, _ in block}
            for metric, (values, owners) in split_block(block).items():
                one = series.get(metric)
                if one is None:
                    one = series[metric] = _Measured(values[0])
                one.take(values)
                one.step = owners[-1][0]
                self._values += len(values)

    def rename(self, names: Mapping[str, str]) -> None:
        """Gives metrics other names, which none has."""
        if names:
            self._series = {names.get(metric, metric): one for metric, one in self._series.items()}

    def summary(self, metric: str, source: str) -> Summary:
        """What is to be said of one metric."""
        one = self._series[metric]
        low, high = (math.nan, math.nan) if one.min > one.max else (one.min, one.max)
        return Summary(one.last, low, high, one.first, one.step, one.count, source)

    def count(self, metric: str) -> int:
        """How many values a metric has."""
        return self._series[metric].count

    def shape(self) -> SeriesShape:
        """What is to be known before the same rows are written."""
        series = self._series
        return SeriesShape(
            tuple(series),
            frozenset(metric for metric, one in series.items() if one.has_float),
            frozenset(metric for metric, one in series.items() if one.has_float and one.has_int),
            self._float_steps,
            self._rows,
            self._values,
        )


class _Measured:
    """One metric so far. ``min`` is above ``max`` as long as there was nothing but NaN."""

    __slots__ = ("count", "first", "has_float", "has_int", "last", "max", "min", "step")

    def __init__(self, first: Number) -> None:
        self.first: Number = first
        self.last: Number = first
        self.min: Number = math.inf
        self.max: Number = -math.inf
        self.step: Step | None = None
        self.count = 0
        self.has_float = False
        self.has_int = False

    def take(self, values: Sequence[Number]) -> None:
        """Takes the next values."""
        self.count += len(values)
        self.last = values[-1]
        kinds = set(map(type, values))
        self.has_float = self.has_float or float in kinds
        self.has_int = self.has_int or len(kinds) > 1 or float not in kinds
        if has_nan(values):
            values = [value for value in values if value == value]
        if values:
            self.min = min(self.min, min(values))
            self.max = max(self.max, max(values))
