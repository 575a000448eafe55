"""Runs with the best first: which order that is, and which of them have no value to go by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.errors import DirectionUnknown, UsageError
from gitexp.model.free_columns import choose_columns, find_columns, free_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitexp.model.columns import Column
    from gitexp.model.head import RunHead
    from gitexp.model.metrics import Direction

_FROM_AGGREGATE: dict[str, Direction] = {"min": "minimize", "max": "maximize"}


def find_best_order(by: str | None, heads: Sequence[RunHead], directions: Mapping[str, Direction]) -> str | None:
    """The ``sort`` that puts the best first by a metric or another column; None without a run.

    ``-loss`` and ``+loss`` say themselves that the greatest or the least comes first. Else a metric goes as the project
    says, as ``loss.min`` or ``auc.max`` where it says nothing; of any other column less is better. Without ``by`` it is
    the one metric whose direction the project names. Raises UsageError for a column that no run has, and
    DirectionUnknown.
    """
    return choose_best_order(by, free_columns(heads), directions, is_empty=not heads)


def choose_best_order(
    by: str | None, free: Sequence[Column], directions: Mapping[str, Direction], *, is_empty: bool
) -> str | None:
    """What ``find_best_order`` finds, among columns that are known already."""
    if by is None:
        by = _find_only(free, directions)
    sign, key = (by[0], by[1:]) if by[:1] in ("-", "+") else ("", by)
    columns = choose_columns(key, free, what="--by", is_empty=is_empty)
    if not columns:
        return None
    column = columns[0]
    if sign:
        return column.key if sign == "+" else f"-{column.key}"
    return f"-{column.key}" if _find_direction(column, directions) == "maximize" else column.key


def _find_direction(column: Column, directions: Mapping[str, Direction]) -> Direction:
    if column.kind != "metric":
        return "minimize"
    if column.name in directions:
        return directions[column.name]
    if column.aggregate in _FROM_AGGREGATE:
        return _FROM_AGGREGATE[column.aggregate]
    title = column.title
    hint = f"--by=-{title} (more is better) or --by=+{title}, or set metrics.{column.name}: maximize in .exp.yaml"
    raise DirectionUnknown(title, hint=hint)


def _find_only(free: Sequence[Column], directions: Mapping[str, Direction]) -> str:
    known = [column.name for column in free if column.kind == "metric"]
    directed = [metric for metric in known if metric in directions]
    if len(directed) == 1:
        return f"metrics.{directed[0]}"
    near = directed[0] if directed else next(iter(known), "loss")
    raise UsageError("--top: by which metric?", hint=f"--by {near}")


def find_metrics(keys: Sequence[str], heads: Sequence[RunHead], what: str) -> list[str]:
    """The metrics that keys or globs name. Raises UsageError where one names none."""
    found: dict[str, None] = {}
    for key in keys:
        columns = [column for column in find_columns(key, heads, what=what) if column.kind == "metric"]
        if not columns and heads:
            raise UsageError(f"{what} {key}: no metric is called so", hint="exp ls --columns 'metrics.*'")
        found |= dict.fromkeys(column.name for column in columns)
    return list(found)
