"""Sheets of runs, and their points, as CSV and JSON."""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from gitexp.model.values import format_float, format_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gitexp.model.metrics import Number, Step
    from gitexp.model.sheet import Sheet

POINT_KEYS = ("run", "metric", "step", "time", "value")
_QUOTED = re.compile(r'[",\r\n]|^\s|\s$|^$')
_CHUNK = 2_000


class RunPoint(NamedTuple):
    """A point with the id of its run. ``time`` is in seconds since the run's start."""

    run: str
    metric: str
    step: Step | None
    time: float | None
    value: Number


def format_csv_sheet(sheet: Sheet) -> Iterator[bytes]:
    """RFC 4180 with LF. What is not there, and null, is empty; an empty text is in quotes."""
    yield _join_lines([",".join(_quote(column.key) for column in sheet.columns)])
    columns = [[_format_cell(value) for value in column.values] for column in sheet.columns]
    yield from _chunks(",".join(cells) for cells in zip(*columns, strict=True))


def format_csv_points(points: Iterable[RunPoint], *, float_steps: bool) -> Iterator[bytes]:
    """A line for each point. Values are floats throughout; an int that no float is equal to has all its digits."""
    yield _join_lines([",".join(POINT_KEYS)])
    names: dict[str, str] = {}
    yield from _chunks(_format_point(point, names, float_steps=float_steps) for point in points)


def format_json_rows(rows: Iterable[Mapping[str, Any]], *, lines: bool) -> Iterator[bytes]:
    """An array of objects, or with ``lines`` one on each line; NaN and the infinities as JSON strings of that name."""
    texts = (json.dumps(_to_plain(row), ensure_ascii=False, allow_nan=False) for row in rows)
    if lines:
        yield from _chunks(texts)
        return
    yield b"["
    first = True
    while chunk := list(islice(texts, _CHUNK)):
        yield ("\n" if first else ",\n").encode() + ",\n".join(chunk).encode()
        first = False
    yield b"\n]\n"


def _chunks(lines: Iterable[str]) -> Iterator[bytes]:
    waiting = iter(lines)
    while chunk := list(islice(waiting, _CHUNK)):
        yield _join_lines(chunk)


def _join_lines(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def _format_point(point: RunPoint, names: dict[str, str], *, float_steps: bool) -> str:
    name = names.get(point.metric)
    if name is None:
        name = names[point.metric] = _quote(point.metric)
    step = "" if point.step is None else _format_number(point.step) if float_steps else str(point.step)
    time = "" if point.time is None else format_float(point.time)
    return f"{point.run},{name},{step},{time},{_format_number(point.value)}"


def _format_number(value: Number) -> str:
    if isinstance(value, float):
        return format_float(value)
    try:
        number = float(value)
    except OverflowError:
        return str(value)
    return format_float(number) if number == value else str(value)


def _format_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return _format_time(value)
    return _quote(format_value(value))


def _format_time(time: datetime) -> str:
    bare = time.astimezone(UTC).replace(tzinfo=None)
    return bare.isoformat(timespec="microseconds") + "Z"


def _quote(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def _to_plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, datetime):
        return _format_time(value)
    if isinstance(value, dict):
        return {key: _to_plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_to_plain(one) for one in value]
    return value
