"""Runs written into a file for other programs: a row for each run, or one for each point."""

from __future__ import annotations

import difflib
import fnmatch
from typing import TYPE_CHECKING, BinaryIO, Literal, NamedTuple

from gitexp.actions.exported_points import ExportedPoints, FractionalStep
from gitexp.actions.sheet_of_runs import read_sheet
from gitexp.errors import UsageError
from gitexp.format.sheet_text import POINT_KEYS, format_csv_points, format_csv_sheet, format_json_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from gitexp.errors import ExpError
    from gitexp.format.sheet_text import RunPoint
    from gitexp.model.head import RunHead
    from gitexp.model.sheet import Sheet
    from gitexp.store.runs import RunStore

Form = Literal["csv", "json", "jsonl", "parquet"]
FORMS: tuple[Form, ...] = ("csv", "json", "jsonl", "parquet")
_NAMED = 5


class ExportRequest(NamedTuple):
    """What is to be written. ``keys`` are keys or globs: of columns, or with ``series`` names of metrics."""

    form: Form
    series: bool = False
    keys: tuple[str, ...] = ()


class Exported(NamedTuple):
    """What was written. ``notes`` say what is not in it as it was recorded, one sentence each."""

    runs: int
    rows: int
    columns: int
    notes: tuple[str, ...]
    broken: tuple[ExpError, ...]


def export_runs(
    store: RunStore,
    heads: Sequence[RunHead],
    request: ExportRequest,
    file: BinaryIO,
    count: Callable[[int, int], None],
) -> Exported:
    """Writes runs into a file, which may be begun anew on the way; ``count`` hears how many of them are through.

    Raises UsageError for a key that no run has, MissingPackage.
    """
    if request.form == "parquet":
        from gitexp.format.sheet_parquet import load_pyarrow

        load_pyarrow()  # before anything is read
    if request.series:
        return _export_points(store, heads, request, file, count)
    sheet, unread = read_sheet(store, heads, request.keys, everything=True)
    if request.form == "parquet":
        from gitexp.format.sheet_parquet import write_sheet

        write_sheet(file, sheet)
    elif request.form == "csv":
        _write(file, format_csv_sheet(sheet))
    else:
        _write(file, format_json_rows(sheet.rows(), lines=request.form == "jsonl"))
    count(len(heads), len(heads))
    notes = tuple(_describe_sheet(sheet, request.form))
    return Exported(len(heads), sheet.length, len(sheet.columns), notes, tuple(unread))


def _export_points(
    store: RunStore,
    heads: Sequence[RunHead],
    request: ExportRequest,
    file: BinaryIO,
    count: Callable[[int, int], None],
) -> Exported:
    metrics = _find_metrics(heads, request.keys) if request.keys else None
    points = ExportedPoints(store, heads, metrics, count)
    try:
        _write_points(file, points.read(whole_steps=True), request.form, float_steps=False)
    except FractionalStep:  # rare: a column of steps is one of ints nearly always, and has one type throughout
        file.seek(0)
        file.truncate()
        points.begin()
        _write_points(file, points.read(whole_steps=False), request.form, float_steps=True)
    notes = list(points.partial)
    if points.without:
        what = "none of these points" if metrics is not None else "no points"
        notes.append(f"{_count_runs(len(points.without))} with {what}: {_name(head.id for head in points.without)}")
    if points.rounded and request.form == "parquet":
        notes.append(f"{points.rounded} whole numbers beyond 2^53 are rounded to the nearest float")
    return Exported(len(heads), points.rows, len(POINT_KEYS), tuple(notes), tuple(points.broken))


def _write_points(file: BinaryIO, points: Iterator[RunPoint], form: Form, *, float_steps: bool) -> None:
    if form == "parquet":
        from gitexp.format.sheet_parquet import write_points

        write_points(file, points, float_steps=float_steps)
    elif form == "csv":
        _write(file, format_csv_points(points, float_steps=float_steps))
    else:
        _write(file, format_json_rows((point._asdict() for point in points), lines=form == "jsonl"))


def _write(file: BinaryIO, chunks: Iterable[bytes]) -> None:
    for chunk in chunks:
        file.write(chunk)


def _find_metrics(heads: Sequence[RunHead], keys: Sequence[str]) -> frozenset[str]:
    known = dict.fromkeys(metric for head in heads for metric in head.metrics)
    found: set[str] = set()
    for key in keys:
        name = key if key in known else key.removeprefix("metrics.")
        meant = [name] if name in known else fnmatch.filter(known, name)
        if not meant and known:
            near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
            hint = f"did you mean {', '.join(near)}?" if near else f"one of {_name(known)}"
            raise UsageError(f"--metrics {key}: no run here has it", hint=hint)
        found.update(meant)
    return frozenset(found)


def _describe_sheet(sheet: Sheet, form: Form) -> Iterator[str]:
    mixed = [column.key for column in sheet.columns if column.type == "mixed"]
    if mixed and form == "parquet":
        yield f"as text, for they have values of several types: {_name(mixed)}"
    for column in sheet.columns:
        if column.rounded:
            yield f"{column.key}: {column.rounded} whole numbers beyond 2^53 are rounded to the nearest float"


def _count_runs(count: int) -> str:
    return f"{count} run{'' if count == 1 else 's'}"


def _name(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - _NAMED} more" if len(listed) > _NAMED else ""
    return ", ".join(listed[:_NAMED]) + more
