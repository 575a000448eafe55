"""Tables of metrics, CSV and TSV: which column is the step, which are metrics, streamed row by row."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from gitexp.model.metrics import Point
from gitexp.model.steps import is_time, parse_number, step_fineness

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gitexp.model.metrics import Number

_INDEX_NAMES = ("", "unnamed: 0", "index")


def read_table(name: str, lines: Iterable[bytes], ignored: dict[str, str]) -> Iterator[Point]:
    """The points of a table with a header, row by row; csv.Error for what is no table.

    The finest counter that a row has is its step; where no column counts, an unnamed first column does (pandas'
    index). Columns of text, times and other counters are no metrics; ``ignored`` names those of text.
    """
    rows = _read_rows(name, lines)
    header = [cell.strip() for cell in next(rows, [])]
    if not header:
        return
    if all(parse_number(cell) is not None for cell in header):
        ignored[name] = "no header with the names of the columns"
        return
    steps, metrics = _sort_columns(header)
    # Seconds since the start only in a file of gitexp's own form; elsewhere it may be the length of an epoch.
    timed = [cell.lower() for cell in header[:2]] == ["step", "time"]
    for row in rows:
        step = next((number for at in steps if (number := _cell_number(row, at)) is not None), None)
        time = _cell_number(row, 1) if timed else None
        for at, metric in metrics:
            value = _cell_number(row, at)
            if value is not None:
                yield Point(metric, value, step, None if time is None else float(time))
            elif metric not in ignored and at < len(row) and row[at].strip():
                ignored[metric] = "has text that is no number"
        if len(row) > len(header):
            ignored.setdefault("cells beyond the header", "no column has their name")


def _read_rows(name: str, lines: Iterable[bytes]) -> Iterator[list[str]]:
    """The rows that are not empty. The separator is the tab in a ``.tsv``, else what the header has most of."""
    texts = (line.decode("utf-8-sig", "replace").replace("\0", "") for line in lines)
    first = next((text for text in texts if text.strip()), "")
    separator = "\t" if name.lower().endswith(".tsv") else max(",;\t", key=first.count)
    yield from csv.reader([first], delimiter=separator)
    for row in csv.reader(texts, delimiter=separator):
        if row:
            yield row


def _sort_columns(header: list[str]) -> tuple[list[int], list[tuple[int, str]]]:
    """Where the counters are, finest first, and where each metric is."""
    counters = [(fineness, at) for at, name in enumerate(header) if (fineness := step_fineness(name)) is not None]
    steps = [at for _, at in sorted(counters)]
    indexes = [at for at, name in enumerate(header[:1]) if name.lower() in _INDEX_NAMES]
    metrics: dict[str, int] = {}
    for at, name in enumerate(header):
        if at in steps or at in indexes or not name or is_time(name):
            continue
        unique, number = name, 1
        while unique in metrics:
            number += 1
            unique = f"{name}#{number}"
        metrics[unique] = at
    return steps or indexes, [(at, name) for name, at in metrics.items()]


def _cell_number(row: list[str], at: int) -> Number | None:
    return parse_number(row[at]) if at < len(row) else None
