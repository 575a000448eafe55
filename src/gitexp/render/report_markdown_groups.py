"""Groups of runs in a report for GitHub: what the tests say in sentences first, the numbers below them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.render.github_text import escape_text, format_name, format_value
from gitexp.render.numbers import format_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.group_comparison import ComparedMetric, GroupComparison, GroupValues

_SIGNS = {"better": "✅ ", "worse": "❌ "}


def write_verdicts(comparison: GroupComparison, metrics: int, groups: int) -> list[str]:
    """How far each group lies from the baseline, by the metrics that have a direction, or the first ones."""
    if comparison.baseline is None or len(comparison.groups) < 2:
        return []
    baseline = format_name(comparison.groups[comparison.baseline].label)
    parts: list[str] = []
    for row in _order(comparison)[:metrics]:
        said = [(place, found) for place, found in enumerate(row.differences) if found is not None]
        lines = [
            f"- {format_name(comparison.groups[place].label)}: "
            f"{_SIGNS.get(found.verdict, '')}{escape_text(found.sentence)}"
            + "".join(f"; {escape_text(note)}" for note in found.notes if note not in found.sentence)
            for place, found in said[:groups]
        ]
        if len(said) > groups:
            lines.append(f"- and {len(said) - groups} more groups")
        if lines:
            listed = "\n".join(lines)
            parts.append(f"**{format_name(row.column.title)}** against {baseline}:\n\n{listed}")
    return parts


def write_groups(comparison: GroupComparison, metrics: int, more: int, groups: int) -> list[str]:
    """A table for each metric: the first ones at once, more of them behind a click."""
    rows = _order(comparison)
    shown, folded = rows[:metrics], rows[metrics : metrics + more]
    parts = [_format_table(comparison, row, groups) for row in shown]
    if folded:
        tables = "\n\n".join(_format_table(comparison, row, groups) for row in folded)
        count = f"{len(folded)} more {'metric' if len(folded) == 1 else 'metrics'} by group"
        parts.append(f"<details><summary>{count}</summary>\n\n{tables}\n\n</details>")
    missing = len(rows) - len(shown) - len(folded)
    if missing:
        parts.append(f"<sub>{missing} more {'metric has' if missing == 1 else 'metrics have'} no room here.</sub>")
    return parts


def _order(comparison: GroupComparison) -> list[ComparedMetric]:
    """Those whose direction is known first, and then those that differ."""
    return sorted(comparison.metrics, key=lambda row: (row.direction is None, row.is_same))


def _format_table(comparison: GroupComparison, row: ComparedMetric, groups: int) -> str:
    procedure = comparison.procedure
    title = format_name(row.column.title)
    interval = f"{procedure.level * 100:.4g} % CI"
    lines = [f"| {title} | n | mean | sd | {interval} |", "| --- | --: | --: | --: | --- |"]
    places = _rank(row, comparison.baseline)
    for place in places[:groups]:
        label = format_name(comparison.groups[place].label or "all runs")
        mark = " (baseline)" if place == comparison.baseline else ""
        lines.append(f"| {label}{mark} | {' | '.join(_format_values(row.values[place], is_best=place in row.best))} |")
    if len(places) > groups:
        lines.append(f"| and {len(places) - groups} more groups | | | | |")
    return "\n".join(lines)


def _rank(row: ComparedMetric, baseline: int | None) -> list[int]:
    """The baseline first, then the best means."""
    sign = -1.0 if row.direction == "maximize" else 1.0

    def rank(place: int) -> tuple[bool, bool, float]:
        mean = row.values[place].mean
        is_ranked = mean is not None and row.direction is not None
        return place != baseline, mean is None, sign * mean if is_ranked and mean is not None else 0.0

    return sorted(range(len(row.values)), key=rank)


def _format_values(values: GroupValues, *, is_best: bool) -> Sequence[str]:
    mean = "–" if values.mean is None else format_value(format_number(values.mean))
    ends = "–"
    if values.low is not None and values.high is not None:
        ends = f"{format_number(values.low)} to {format_number(values.high)}"
    missing = values.absent + values.left_out
    return (
        f"{values.n}" + (f" ({missing} left out)" if missing else ""),
        f"**{mean}**" if is_best else mean,
        "–" if values.sd is None else format_number(values.sd),
        ends,
    )
