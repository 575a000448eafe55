"""Metrics files that scripts write: JSON, JSON lines, CSV, TSV and DVCLive's folder, as points.

Nothing here fails: what cannot be read is passed over and named in ``ignored``, since a run that was killed leaves
half a line behind.
"""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

from gitexp.errors import ParamsFileError
from gitexp.format.metrics_table import read_table
from gitexp.format.params_file import parse_params_file
from gitexp.model.metrics import Point
from gitexp.model.steps import read_points

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MAX_JSON_BYTES = 16_000_000
MAX_LINE_BYTES = 1_000_000
METRICS_SUFFIXES = (".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".yaml", ".yml", ".toml")

Ignored = dict[str, str]
"""What of a file was passed over (a column, a line, the whole file), and why."""


def parse_metrics_file(name: str, lines: Iterable[bytes], ignored: Ignored) -> Iterator[Point]:
    """The points of one metrics file, read by its suffix from its lines (an open binary file is such an iterable).

    Tables and JSON lines are streamed. A JSON object gives one point for each number in it, nested names dotted; of
    several counters (``step``, ``epoch``) the finest is the step.
    """
    suffix = name.rpartition(".")[2].lower()
    if suffix in ("csv", "tsv"):
        return _read_table_safely(name, lines, ignored)
    if suffix in ("jsonl", "ndjson"):
        return _read_json_lines(lines, ignored)
    return iter(_read_document(name, suffix, lines, ignored))


def parse_dvclive(files: Mapping[str, Iterable[bytes]], ignored: Ignored) -> Iterator[Point]:
    """The points of a DVCLive folder from its files by their path in it (``plots/metrics/train/loss.tsv``).

    Each series has the name of its path; ``metrics.json`` counts for metrics that have no series.
    """
    series: set[str] = set()
    for path in sorted(files):
        if path.startswith("plots/metrics/") and path.endswith(".tsv"):
            name = path.removeprefix("plots/metrics/").removesuffix(".tsv")
            series.add(name)
            for point in _read_table_safely(path, files[path], ignored):
                yield Point(name, point.value, point.step, point.time)
    if "metrics.json" in files:
        for point in _read_document("metrics.json", "json", files["metrics.json"], ignored):
            name = point.metric.replace(".", "/")
            if name not in series:
                yield Point(name, point.value, point.step, point.time)


def _read_table_safely(name: str, lines: Iterable[bytes], ignored: Ignored) -> Iterator[Point]:
    try:
        yield from read_table(name, lines, ignored)
    except csv.Error as error:
        ignored[name] = f"not a table: {error}"


def _read_json_lines(lines: Iterable[bytes], ignored: Ignored) -> Iterator[Point]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        value, why = _parse_json(line, MAX_LINE_BYTES)
        if isinstance(value, dict):
            yield from _points_of(value, f"line {number}", ignored)
        else:
            ignored[f"line {number}"] = why or "not a JSON object"


def _read_document(name: str, suffix: str, lines: Iterable[bytes], ignored: Ignored) -> list[Point]:
    data = _join(lines, MAX_JSON_BYTES)
    if data is None:
        ignored[name] = f"larger than {MAX_JSON_BYTES:,} bytes"
        return []
    if suffix in ("yaml", "yml", "toml"):
        try:
            return _points_of(parse_params_file(name, data), name, ignored)
        except ParamsFileError as error:
            ignored[name] = error.message
            return []
    value, why = _parse_json(data, MAX_JSON_BYTES)
    if why is not None and b"\n" in data.strip():
        # Detectron2 writes JSON lines to metrics.json.
        lines_ignored: Ignored = {}
        points = list(_read_json_lines(data.splitlines(), lines_ignored))
        if points:
            ignored.update(lines_ignored)
            return points
    if isinstance(value, list) and value and all(isinstance(record, dict) for record in value):
        return [point for at, record in enumerate(value) for point in _points_of(record, f"item {at}", ignored)]
    if isinstance(value, dict):
        return _points_of(value, name, ignored)
    ignored[name] = why or "not a JSON object"
    return []


def _points_of(mapping: dict[str, Any], place: str, ignored: Ignored) -> list[Point]:
    try:
        points = read_points(mapping)
    except RecursionError:
        ignored[place] = "nested too deep"
        return []
    for key, value in mapping.items():
        if not isinstance(value, (int, float, dict)) or isinstance(value, bool):
            ignored.setdefault(key, "not a number")
    return points


def _parse_json(data: bytes, limit: int) -> tuple[Any, str | None]:
    """The value, or None and why there is none."""
    if len(data) > limit:
        return None, f"larger than {limit:,} bytes"
    try:
        return json.loads(data.decode("utf-8-sig")), None
    except json.JSONDecodeError as error:
        return None, f"not JSON: {error.msg} (line {error.lineno})"
    except UnicodeDecodeError:
        return None, "not UTF-8 text"
    except RecursionError:
        return None, "nested too deep"
    except ValueError as error:  # an int of more digits than Python reads
        return None, str(error)


def _join(lines: Iterable[bytes], limit: int) -> bytes | None:
    parts: list[bytes] = []
    size = 0
    for line in lines:
        parts.append(line)
        size += len(line)
        if size > limit:
            return None
    return b"".join(parts)
