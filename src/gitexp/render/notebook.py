"""Runs in an interpreter and a notebook: a few lines of text, or HTML with nothing in it but text.

The HTML has no script and no colours of its own, so that it is as light or as dark as the page around it.
"""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from gitexp.model.columns import cell_of, field_column
from gitexp.model.free_columns import free_columns
from gitexp.model.values import equal_values, format_value
from gitexp.render.numbers import format_cell
from gitexp.render.text import neutralise, pad, shorten, width_of
from gitexp.render.times import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gitexp.model.columns import Column
    from gitexp.model.head import RunHead

MOST_ROWS = 20
MOST_COLUMNS = 8
"""Beside those of every run."""
_MOST_PAIRS = 12
_WIDTH = 100
_CELL = 24
_TEXT = 200
_TABLE = "border-collapse:collapse;color:inherit;background:none;font-variant-numeric:tabular-nums"
_BOX = "border:0;border-bottom:1px solid rgba(128,128,128,.35);padding:.2em .6em;text-align:left;color:inherit"


class _Shown(NamedTuple):
    """A table of texts that are safe on a terminal, what stands above it, and what it leaves out."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]


def format_runs(heads: Sequence[RunHead], experiment: str | None) -> str:
    """Runs as a table that fits a screen; ``experiment`` is the one of them all, where there is one."""
    shown = _show(heads, experiment)
    widths = [max(map(width_of, column)) for column in zip(shown.header, *shown.rows, strict=True)]
    fitting, taken = 0, 0
    for width in widths:
        taken += width + 2
        if taken > _WIDTH + 2:
            break
        fitting += 1
    lines = [
        "  ".join(pad(text, width) for text, width in zip(row[:fitting], widths, strict=False)).rstrip()
        for row in (shown.header, *shown.rows)
    ]
    cut = len(shown.header) - fitting
    notes = [*shown.notes, *([f"no room for {cut} more of these columns"] if cut and shown.rows else [])]
    return "\n".join([shown.title, *(lines if shown.rows else []), *notes])


def format_runs_html(heads: Sequence[RunHead], experiment: str | None) -> str:
    """The same for a notebook."""
    shown = _show(heads, experiment)
    table = _format_table([shown.header], shown.rows) if shown.rows else ""
    notes = "".join(f'<div style="opacity:.7">{escape(note)}</div>' for note in shown.notes)
    return f"<div><div><b>{escape(shown.title)}</b></div>{table}{notes}</div>"


def format_run(head: RunHead) -> str:
    """A run in a few lines."""
    return "\n".join(f"{pad(label, 10)}  {text}" for label, text in _describe(head))


def format_run_html(head: RunHead) -> str:
    """The same for a notebook."""
    (_, title), *rest = _describe(head)
    return f"<div><div><b>{escape(title)}</b></div>{_format_table([], rest)}</div>"


def _format_table(headers: Iterable[Sequence[str]], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"<tr>{''.join(f'<th style={_BOX!r}>{escape(text)}</th>' for text in row)}</tr>" for row in headers]
    lines += [f"<tr>{''.join(f'<td style={_BOX!r}>{escape(text)}</td>' for text in row)}</tr>" for row in rows]
    return f'<div style="overflow-x:auto"><table style="{_TABLE}">{"".join(lines)}</table></div>'


def _describe(head: RunHead) -> list[tuple[str, str]]:
    rows = [("run", f"{head.name} ({head.id})"), ("experiment", head.experiment), ("status", head.status.value)]
    if head.chain:
        rows.append(("parts", f"{len(head.chain)}, the first {head.chain[0].id}"))
    rows.append(("started", f"{head.started_at:%Y-%m-%d %H:%M:%S} UTC"))
    if head.seconds is not None:
        rows.append(("took", format_duration(head.seconds)))
    rows += [("user", head.user.name), ("command", head.command)]
    metrics = {key: summary.last for key, summary in head.metrics.items()}
    rows += [
        (label, _join(values))
        for label, values in (("params", head.params), ("metrics", metrics), ("tags", head.tags))
        if values
    ]
    return [(label, shorten(neutralise(text), 4 * _TEXT if label in ("params", "metrics") else _TEXT))
            for label, text in rows]  # fmt: skip


def _join(values: Mapping[str, object]) -> str:
    pairs = [f"{key}={shorten(format_cell(value, full=False), _CELL)}" for key, value in values.items()]  # type: ignore[arg-type]
    more = f"  and {len(pairs) - _MOST_PAIRS} more" if len(pairs) > _MOST_PAIRS else ""
    return "  ".join(pairs[:_MOST_PAIRS]) + more


def _show(heads: Sequence[RunHead], experiment: str | None) -> _Shown:
    count = len(heads)
    title = f"{count} run{'' if count == 1 else 's'}" + (f" of {neutralise(experiment)}" if experiment else "")
    rows = heads[:MOST_ROWS]
    differing = [column for column in free_columns(rows) if count == 1 or _differs(column, rows)]
    chosen = _choose(differing)
    keys = ["id", "name", "status", "started", "seconds"]
    if experiment is None and len({head.experiment for head in rows}) > 1:
        keys.insert(2, "experiment")
    columns = [*map(field_column, keys), *chosen]
    notes = [f"{count - len(rows)} more runs are not shown"] if count > len(rows) else []
    if len(differing) > len(chosen):
        notes.append(f"{len(differing) - len(chosen)} more columns differ: to_pandas() has all")
    titles = Counter(column.title for column in columns)
    header = tuple(
        shorten(neutralise(column.title if titles[column.title] == 1 else column.key), _CELL) for column in columns
    )
    return _Shown(title, header, tuple(tuple(_cell(column, head) for column in columns) for head in rows), tuple(notes))


def _choose(columns: Sequence[Column]) -> list[Column]:
    """Some params, some metrics and some tags, in their order."""
    metrics = [column for column in columns if column.kind == "metric"]
    params = [column for column in columns if column.kind == "param"]
    others = [column for column in columns if column.kind == "tag"]
    half = MOST_COLUMNS // 2
    taken = params[: max(half, MOST_COLUMNS - len(metrics))]
    taken += metrics[: MOST_COLUMNS - len(taken)]
    return [*taken, *others[: MOST_COLUMNS - len(taken)]]


def _differs(column: Column, heads: Sequence[RunHead]) -> bool:
    first, *others = (cell_of(column, head) for head in heads)
    return any(one.present != first.present or not equal_values(one.value, first.value) for one in others)


def _cell(column: Column, head: RunHead) -> str:
    cell = cell_of(column, head)
    if not cell.present:
        return "–"
    if cell.time is not None:
        return f"{cell.time:%Y-%m-%d %H:%M}"
    if column.key == "seconds" and head.seconds is not None:
        return format_duration(head.seconds)
    text = format_value(cell.value) if column.kind == "field" else format_cell(cell.value, full=False)
    return shorten(neutralise(text), _CELL)
