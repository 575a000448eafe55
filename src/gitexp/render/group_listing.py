"""Groups of runs in rows: for people, for a page of Markdown and for a spreadsheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gitexp.model.details import is_hash
from gitexp.model.group_listing import best_value, find_best_runs
from gitexp.model.precision import find_precision
from gitexp.model.values import format_value
from gitexp.render.listing import escape_markdown
from gitexp.render.numbers import align_points, format_cell, format_number
from gitexp.render.page import Line, Page, Span, line, line_width
from gitexp.render.table_fitting import WIDEST_TEXT, ShownColumn, build_table
from gitexp.render.text import neutralise, shorten, width_of
from gitexp.render.times import format_duration, format_seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.columns import Cell, Column
    from gitexp.model.group_comparison import ComparedGroup, ComparedMetric, GroupValues
    from gitexp.model.group_listing import GroupTable
    from gitexp.render.page import Look

_SHORT_HASH = 7
_SAME = 8
_WEIGHTS = {"key": 100.0, "runs": 99.0, "directed": 60.0, "best": 50.0, "cost": 45.0, "time": 40.0, "metric": 30.0}


def build_groups(table: GroupTable, look: Look) -> Page:
    """A row for each group: its runs, what they took, and mean ± standard deviation of each metric over finished ones.

    Where it is known which way is better, also the best value. A number in brackets says of how many runs a mean is
    where that is not all of the finished ones.
    """
    notes: list[Line] = []
    first = table.comparison.groups[0]
    columns = table.comparison.columns
    pairs = [
        f"{columns[place].title}={_key_text(columns[place], first.cells[place], look)}"
        for place in table.constant
        if first.cells[place].present
    ]
    if pairs:
        more = f"  and {len(pairs) - _SAME} more" if len(pairs) > _SAME else ""
        notes.append(line(Span("the same in all: ", "muted"), "  ".join(pairs[:_SAME]) + more))
    return build_table(_show(table, look), len(table.comparison.groups), look, notes)


def format_groups_markdown(table: GroupTable, look: Look) -> str:
    """The table for a page of Markdown, numbers as a screen has them."""
    from tabulate import tabulate

    shown = _show(table, look._replace(width=look.width or 0))
    rows = [
        [escape_markdown("".join(span.text for span in one.cells[place]).strip()) for one in shown]
        for place in range(len(table.comparison.groups))
    ]
    return (
        tabulate(
            rows,
            headers=[escape_markdown(one.title) for one in shown],
            tablefmt="pipe",
            disable_numparse=True,
            colalign=["right" if one.align else "left" for one in shown] if rows else None,
        )
        + "\n"
    )


def format_groups_csv(table: GroupTable) -> str:
    """A row for each group, every digit: its values, runs, seconds and cost; of each metric number, mean, sd, ends."""
    import csv
    import io

    comparison = table.comparison
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    keys = [neutralise(column.key) for column in comparison.columns]
    statistics = ("n", "mean", "sd", "minimum", "maximum")
    titles = [f"{neutralise(row.column.key)}.{name}" for row in comparison.metrics for name in statistics]
    writer.writerow([*keys, "runs", "finished", "seconds", "cost", "currency", *titles])
    for place, group in enumerate(comparison.groups):
        cells = [neutralise(format_value(cell.value)) if cell.present else "" for cell in group.cells]
        (currency, amount), *more = group.costs or (("", None),)
        cost = [_text(amount), neutralise(currency)] if not more else ["", neutralise(_cost_text(group))]
        values = [_text(getattr(row.values[place], name)) for row in comparison.metrics for name in statistics]
        writer.writerow([*cells, len(group.heads), len(group.finished), _text(group.seconds), *cost, *values])
    return buffer.getvalue()


def best_fields(table: GroupTable) -> dict[str, Any]:
    """The id of the best run of each group, by metric."""
    return {
        key: [None if head is None else head.id for head in heads]
        for key, heads in find_best_runs(table.comparison).items()
    }


def _show(table: GroupTable, look: Look) -> list[ShownColumn]:
    comparison = table.comparison
    groups = comparison.groups
    shown = [
        _column(column.title, _key_cells(column, [group.cells[place] for group in groups], look), "key", number)
        for number, (place, column) in enumerate((place, comparison.columns[place]) for place in table.columns)
    ]
    runs = [
        line(str(len(group.finished)), Span(f" of {len(group.heads)}" if group.others else "", "warning"))
        for group in groups
    ]
    shown.append(_column("n", runs, "runs", right=True))
    if any(group.seconds is not None for group in groups):
        shown.append(_column("time", [_time(group, look) for group in groups], "time", right=True))
    if any(group.costs for group in groups):
        shown.append(_column("cost", [line(_cost_text(group) or "–") for group in groups], "cost", right=True))
    metrics = sorted(comparison.metrics, key=lambda row: row.direction is None)
    for number, row in enumerate(metrics):
        cells = [
            line(Span(_mean_text(values, len(group.finished), look), "best" if place in row.best else ""))
            for place, (values, group) in enumerate(zip(row.values, groups, strict=True))
        ]
        kind = "metric" if row.direction is None else "directed"
        shown.append(_column(row.column.title, cells, kind, number, right=True))
        if row.direction is not None and any(values.n > 1 for values in row.values):
            shown.append(_best_column(row, number, look))
    return shown


def _column(title: str, cells: list[Line], kind: str, number: int = 0, *, right: bool = False) -> ShownColumn:
    title = neutralise(title)
    width = max([width_of(title), *map(line_width, cells)])
    return ShownColumn(title, title, _WEIGHTS[kind] - number * 0.9, right, cells, width)


def _best_column(row: ComparedMetric, number: int, look: Look) -> ShownColumn:
    found = [best_value(row, place) for place in range(len(row.values))]
    texts = ["–" if value is None else format_cell(value, full=not look.is_screen) for value in found]
    texts = align_points(texts) if look.is_screen else texts
    return _column(f"best {row.column.title}", [line(text) for text in texts], "best", number, right=True)


def _key_cells(column: Column, cells: Sequence[Cell], look: Look) -> list[Line]:
    return [line(_key_text(column, cell, look) if cell.present else Span("–", "muted")) for cell in cells]


def _key_text(column: Column, cell: Cell, look: Look) -> str:
    if not look.is_screen:
        return format_value(cell.value)
    text = neutralise(format_cell(cell.value, full=False))
    if column.key in ("snapshot", "commit") or is_hash(column.key):
        return text[:_SHORT_HASH]
    return shorten(text, WIDEST_TEXT)


def _time(group: ComparedGroup, look: Look) -> Line:
    if group.seconds is None:
        return line(Span("–", "muted"))
    return line(Span(format_duration(group.seconds) if look.is_screen else format_seconds(group.seconds), "muted"))


def _cost_text(group: ComparedGroup) -> str:
    text = " + ".join(f"{amount:.2f} {currency}".strip() for currency, amount in group.costs)
    return f"{text} ({group.uncosted} unknown)" if group.uncosted else text


def _mean_text(values: GroupValues, finished: int, look: Look) -> str:
    if values.mean is None:
        return "–"
    sign = "±" if look.glyphs else "+-"
    of = f" ({values.n})" if values.n != finished else ""
    if values.sd is None:
        return (format_number(values.mean) if look.is_screen else format_value(values.mean)) + of
    if not look.is_screen:
        return f"{format_value(values.mean)} {sign}{format_value(values.sd)}{of}"
    precision = find_precision(values.sd, values.mean)
    return f"{precision.format(values.mean)} {sign}{precision.format(values.sd)}{of}"


def _text(value: float | None) -> str:
    return "" if value is None else format_value(value)
