"""``metrics.csv``: every point of every metric, in a file that pandas, polars and DuckDB read as numbers.

Wide (a column a metric) as long as that leaves at most 4 cells for each value, long otherwise. Rows are streamed:
memory grows with the number of metrics, never with the number of points.
"""

from __future__ import annotations

import csv
import io
from itertools import islice
from typing import TYPE_CHECKING

from gitexp.model.metrics import Number, Point
from gitexp.model.series_measure import SeriesMeasure, SeriesShape
from gitexp.model.texts import replace_surrogates
from gitexp.model.values import format_float

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from gitexp.model.metrics import Row

WIDE_NAME = "metrics.csv"
LONG_NAME = "metrics.long.csv"
MOST_CELLS_PER_VALUE = 4
_CHUNK_ROWS = 2000


def name_series(shape: SeriesShape) -> str:
    """The file's name: wide, or long where wide would be mostly empty."""
    cells = shape.rows * len(shape.metrics)
    return WIDE_NAME if cells <= MOST_CELLS_PER_VALUE * shape.values else LONG_NAME


def merge_rows(rows: Iterable[Row]) -> Iterator[Row]:
    """Consecutive rows of one step and of different metrics as one, with the time of the first.

    Steps that are not known are the same only at the same time. The rows given may be changed.
    """
    held: Row | None = None
    for row in rows:
        if held is not None and row[0] == held[0] and held[2].keys().isdisjoint(row[2]) and _is_one_moment(row, held):
            held[2].update(row[2])
            continue
        if held is not None:
            yield held
        held = row
    if held is not None:
        yield held


def _is_one_moment(one: Row, other: Row) -> bool:
    return one[0] is not None or one[1] == other[1]


def group_points(points: Iterable[Point]) -> Iterator[Row]:
    """Points as rows: consecutive ones of one step and of different metrics share one."""
    return merge_rows((point.step, point.time, {point.metric: point.value}) for point in points)


def format_series(points: Callable[[], Iterable[Point]]) -> tuple[str, Iterator[bytes]]:
    """The file's name and its content in chunks; ``points`` is called twice and must give the same points."""
    measure = SeriesMeasure()
    measure.take(group_points(points()))
    shape = measure.shape()
    name = name_series(shape)
    return name, format_rows(name, group_points(points()), shape)


def format_wide(points: Callable[[], Iterable[Point]]) -> Iterator[bytes]:
    """A wide file's content in chunks, however empty that leaves it; nothing where there are no points."""
    measure = SeriesMeasure()
    measure.take(group_points(points()))
    shape = measure.shape()
    return format_rows(WIDE_NAME, group_points(points()), shape) if shape.values else iter(())


def format_rows(name: str, rows: Iterable[Row], shape: SeriesShape) -> Iterator[bytes]:
    """The content of a file of that name in chunks; ``shape`` is that of the same rows."""
    header = ("step", "time", "metric", "value") if name == LONG_NAME else ("step", "time", *shape.metrics)
    yield (",".join(_quote(header)) + "\n").encode()
    yield from _chunks(_long_lines(rows, shape) if name == LONG_NAME else _wide_lines(rows, shape))


def _wide_lines(rows: Iterable[Row], shape: SeriesShape) -> Iterator[str]:
    columns = shape.metrics
    place = {metric: index for index, metric in enumerate(columns)}
    floats, is_plain, float_steps = shape.floats, not shape.mixed, shape.float_steps
    empty = [""] * len(columns)
    for step, time, values in rows:
        head = f"{_format_step(step, float_steps)},{_format_time(time)},"
        if is_plain and tuple(values) == columns:  # most rows of most runs
            yield (head + ",".join(map(repr, values.values()))).replace("nan", "NaN")
            continue
        cells = empty.copy()
        for metric, value in values.items():
            cells[place[metric]] = _format_number(value, metric in floats)
        yield head + ",".join(cells)


def _long_lines(rows: Iterable[Row], shape: SeriesShape) -> Iterator[str]:
    names = dict(zip(shape.metrics, _quote(shape.metrics), strict=True))
    any_float, float_steps = bool(shape.floats), shape.float_steps
    for step, time, values in rows:
        head = f"{_format_step(step, float_steps)},{_format_time(time)},"
        for metric, value in values.items():
            yield f"{head}{names[metric]},{_format_number(value, any_float)}"


def _chunks(lines: Iterator[str]) -> Iterator[bytes]:
    while chunk := list(islice(lines, _CHUNK_ROWS)):
        yield ("\n".join(chunk) + "\n").encode()


def _quote(names: tuple[str, ...]) -> list[str]:
    """Names as cells, in quotes where they have to be."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    cells = []
    for name in names:
        writer.writerow(("", replace_surrogates(name)))
        cells.append(text.getvalue()[1:-1])
        text.seek(0)
        text.truncate()
    return cells


def _format_step(step: Number | None, as_float: bool) -> str:
    return "" if step is None else _format_number(step, as_float)


def _format_time(time: float | None) -> str:
    return "" if time is None else _format_number(time, True)


def _format_number(value: Number, as_float: bool) -> str:
    if type(value) is float:
        return repr(value) if value == value else "NaN"
    if as_float:
        try:
            return format_float(float(value))
        except OverflowError:  # an int beyond 1.8e308 has no float
            return str(value)
    return str(value)


def parse_series(name: str, lines: Iterable[str], only: Collection[str] | None = None) -> Iterator[Point]:
    """The points of a file in order, from its text by lines; of some metrics ``only``, where these are given.

    Raises ValueError for what is not of the form.
    """
    reader = csv.reader(lines)
    header = next(reader, None)
    if header is None or header[:2] != ["step", "time"]:
        raise ValueError(f"{name} does not begin with the columns step, time")
    columns = [pair for pair in enumerate(header) if pair[0] > 1 and (only is None or pair[1] in only)]
    if name != LONG_NAME and not columns:
        return
    for row in reader:
        if len(row) != len(header):
            raise ValueError(f"{name}, line {reader.line_num}: {len(row)} cells under {len(header)} columns")
        step, time = _parse_number(row[0]), _parse_number(row[1])
        if name == LONG_NAME:
            value = _parse_number(row[3]) if only is None or row[2] in only else None
            if value is not None:
                yield Point(row[2], value, step, None if time is None else float(time))
            continue
        for place, metric in columns:
            value = _parse_number(row[place])
            if value is not None:
                yield Point(metric, value, step, None if time is None else float(time))


def _parse_number(text: str) -> Number | None:
    if not text:
        return None
    return int(text) if text.lstrip("-").isdigit() else float(text)
