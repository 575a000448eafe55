"""``metrics.csv``: every point of every metric, in a file that pandas, polars and DuckDB read as numbers.

Wide (a column a metric) as long as that leaves at most 4 cells for each value, long otherwise. Rows are streamed:
memory grows with the number of metrics, never with the number of points.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitexp.model.metrics import Number, Point
from gitexp.model.values import format_float

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

WIDE_NAME = "metrics.csv"
LONG_NAME = "metrics.long.csv"
MOST_CELLS_PER_VALUE = 4
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class SeriesShape:
    """What a first pass over the points found: enough to write them in a second."""

    metrics: tuple[str, ...]
    floats: frozenset[str]
    float_steps: bool
    rows: int
    values: int

    @property
    def name(self) -> str:
        """The file's name: wide, or long where wide would be mostly empty."""
        cells = self.rows * len(self.metrics)
        return WIDE_NAME if cells <= MOST_CELLS_PER_VALUE * self.values else LONG_NAME


def measure_series(points: Iterable[Point]) -> SeriesShape:
    """The first pass: metrics in order of first appearance, which of them have a float, how many rows."""
    metrics: dict[str, None] = {}
    floats: set[str] = set()
    float_steps = False
    values = rows = 0
    for row in group_rows(points):
        rows += 1
        float_steps = float_steps or isinstance(row[0].step, float)
        for point in row:
            values += 1
            metrics.setdefault(point.metric)
            if isinstance(point.value, float):
                floats.add(point.metric)
    return SeriesShape(tuple(metrics), frozenset(floats), float_steps, rows, values)


def group_rows(points: Iterable[Point]) -> Iterator[list[Point]]:
    """Consecutive points of one step and of different metrics, together."""
    row: list[Point] = []
    names: set[str] = set()
    for point in points:
        if row and (point.step != row[0].step or point.metric in names):
            yield row
            row, names = [], set()
        row.append(point)
        names.add(point.metric)
    if row:
        yield row


def format_series(points: Callable[[], Iterable[Point]]) -> tuple[str, Iterator[bytes]]:
    """The file's name and its content in chunks; ``points`` is called twice and must give the same points."""
    shape = measure_series(points())
    if shape.name == LONG_NAME:
        return LONG_NAME, _chunks(_long_rows(points(), shape))
    return WIDE_NAME, _chunks(_wide_rows(points(), shape))


def format_wide(points: Callable[[], Iterable[Point]]) -> Iterator[bytes]:
    """A wide file's content in chunks, however empty that leaves it; nothing where there are no points."""
    shape = measure_series(points())
    return _chunks(_wide_rows(points(), shape)) if shape.values else iter(())


def _wide_rows(points: Iterable[Point], shape: SeriesShape) -> Iterator[list[str]]:
    yield ["step", "time", *shape.metrics]
    place = {metric: index for index, metric in enumerate(shape.metrics, start=2)}
    width = len(place) + 2
    for row in group_rows(points):
        cells = [""] * width
        cells[0] = _format_number(row[0].step, shape.float_steps)
        cells[1] = _format_number(row[0].time, True)
        for point in row:
            cells[place[point.metric]] = _format_number(point.value, point.metric in shape.floats)
        yield cells


def _long_rows(points: Iterable[Point], shape: SeriesShape) -> Iterator[list[str]]:
    yield ["step", "time", "metric", "value"]
    any_float = bool(shape.floats)
    for point in points:
        yield [
            _format_number(point.step, shape.float_steps),
            _format_number(point.time, True),
            point.metric,
            _format_number(point.value, any_float),
        ]


def _format_number(value: Number | None, as_float: bool) -> str:
    if value is None:
        return ""
    if as_float:
        try:
            return format_float(float(value))
        except OverflowError:  # an int beyond 1.8e308 has no float
            return str(value)
    return str(value)


def _chunks(rows: Iterator[list[str]]) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        writer.writerow(row)
        if text.tell() > _CHUNK:
            yield text.getvalue().encode("utf-8", "replace")
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode("utf-8", "replace")


def parse_series(name: str, lines: Iterable[str]) -> Iterator[Point]:
    """The points of a file in order, from its text by lines. Raises ValueError for what is not of the form."""
    reader = csv.reader(lines)
    header = next(reader, None)
    if header is None or header[:2] != ["step", "time"]:
        raise ValueError(f"{name} does not begin with the columns step, time")
    for row in reader:
        if len(row) != len(header):
            raise ValueError(f"{name}, line {reader.line_num}: {len(row)} cells under {len(header)} columns")
        step, time = _parse_number(row[0]), _parse_number(row[1])
        if name == LONG_NAME:
            value = _parse_number(row[3])
            if value is not None:
                yield Point(row[2], value, step, None if time is None else float(time))
            continue
        for metric, cell in zip(header[2:], row[2:], strict=True):
            value = _parse_number(cell)
            if value is not None:
                yield Point(metric, value, step, None if time is None else float(time))


def _parse_number(text: str) -> Number | None:
    if not text:
        return None
    return int(text) if text.lstrip("-").isdigit() else float(text)
