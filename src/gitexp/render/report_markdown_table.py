"""The runs of a report as a table for GitHub: a few rows at once, more behind a click."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gitexp.model.cost import AMOUNT, CURRENCY
from gitexp.model.values import equal_values
from gitexp.render.github_text import escape_text, format_name, format_value
from gitexp.render.numbers import format_cell
from gitexp.render.run_cost import format_amount
from gitexp.render.times import format_duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.columns import Cell, Column
    from gitexp.model.head import RunHead
    from gitexp.model.report_summary import ReportSummary

_WIDEST_CELL = 40
_MOST_SAME = 30
_OWN = ("id", "name", "status", "started", "seconds")
"""Columns that the first ones of the table say, or no comment needs."""


def write_table(summary: ReportSummary, rows: int, folded: int, columns: int) -> list[str]:
    """The table, in what order its rows stand, and what has no room in it."""
    table = summary.table
    if not table.heads:
        return []
    free = [(place, column) for place, column in enumerate(table.columns) if column.key not in _OWN]
    shown = _choose_columns(summary, free)[:columns]
    shown.sort(key=lambda one: one[0])
    lines = [_format_row(summary, number, shown) for number in range(min(len(table.heads), rows + folded))]
    header = _format_header(summary, shown)
    at_once = lines if len(lines) <= rows + 1 else lines[:rows]
    parts = ["\n".join([*header, *at_once])]
    rest = lines[len(at_once) :]
    if rest:
        grown = "\n".join([*header, *rest])
        count = f"{len(rest)} more {'run' if len(rest) == 1 else 'runs'}"
        parts.append(f"<details><summary>{count}</summary>\n\n{grown}\n\n</details>")
    notes = [summary.order] if len(table.heads) > 1 else []
    missing = len(table.heads) - len(lines)
    if missing:
        notes.append(f"{missing} more {'run has' if missing == 1 else 'runs have'} no room here")
    if len(free) > len(shown):
        left = len(free) - len(shown)
        notes.append(f"{left} more {'column has' if left == 1 else 'columns have'} no room here")
    return [*parts, *([f"<sub>{'; '.join(escape_text(note) for note in notes)}.</sub>"] if notes else [])]


def _choose_columns(summary: ReportSummary, free: Sequence[tuple[int, Column]]) -> list[tuple[int, Column]]:
    """The columns that tell most first: metrics with a direction, then what most of the runs have."""
    cells = summary.table.cells

    def rank(one: tuple[int, Column]) -> tuple[bool, int, float]:
        place, column = one
        is_directed = column.kind == "metric" and column.name in summary.directions
        return not is_directed, -sum(row[place].present for row in cells), -column.weight

    return sorted(free, key=rank)


def write_same(summary: ReportSummary) -> list[str]:
    """What every run has the same, behind a click."""
    same = summary.table.constant
    if not same:
        return []
    lines = [
        f"- {format_name(column.key)}: {format_value(format_cell(cell.value, full=True))}"
        for column, cell in same[:_MOST_SAME]
    ]
    if len(same) > _MOST_SAME:
        lines.append(f"- and {len(same) - _MOST_SAME} more")
    listed = "\n".join(lines)
    return [f"<details><summary>The same in all: {len(same)}</summary>\n\n{listed}\n\n</details>"]


def _has_cost(summary: ReportSummary) -> bool:
    return bool(summary.cost.amounts)


def _format_header(summary: ReportSummary, shown: Sequence[tuple[int, Column]]) -> list[str]:
    is_finished = all(head.status == "finished" for head in summary.table.heads)
    titles = ["run", "id"] + ([] if is_finished else ["status"]) + ["time"] + (["cost"] if _has_cost(summary) else [])
    rules = ["---", "---"] + ([] if is_finished else ["---"]) + ["--:"] + (["--:"] if _has_cost(summary) else [])
    twice = Counter(column.title for _, column in shown)
    titles += [
        format_name(column.title if twice[column.title] == 1 else column.key, _WIDEST_CELL) for _, column in shown
    ]
    rules += ["--:" if _is_numeric(summary, place) else "---" for place, _ in shown]
    return [_join(titles), _join(rules)]


def _format_row(summary: ReportSummary, number: int, shown: Sequence[tuple[int, Column]]) -> str:
    table = summary.table
    head = table.heads[number]
    texts = [format_name(head.name, _WIDEST_CELL), format_name(head.id[: table.id_length])]
    if any(one.status != "finished" for one in table.heads):
        texts.append(head.status.value)
    texts.append("–" if head.seconds is None else format_duration(head.seconds))
    if _has_cost(summary):
        texts.append(_format_cost(summary, head))
    for place, column in shown:
        texts.append(_format_cell(table.cells[number][place], table.best.get(column.key)))
    return _join(texts)


def _format_cost(summary: ReportSummary, head: RunHead) -> str:
    details = summary.details.get(head.ref, {})
    amount = details.get(AMOUNT)
    if isinstance(amount, bool) or not isinstance(amount, (int, float)):
        return "–"
    return escape_text(format_amount(amount, str(details.get(CURRENCY) or "")))


def _format_cell(cell: Cell, best: Cell | None) -> str:
    if not cell.present:
        return "–"
    text = format_value(format_cell(cell.value, full=False), _WIDEST_CELL)
    is_best = best is not None and best.present and equal_values(best.value, cell.value)
    return f"**{text}**" if is_best else text


def _is_numeric(summary: ReportSummary, place: int) -> bool:
    values = [row[place].value for row in summary.table.cells if row[place].present]
    return bool(values) and all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in values)


def _join(texts: Sequence[str]) -> str:
    return f"| {' | '.join(texts)} |"
