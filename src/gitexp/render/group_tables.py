"""Groups of runs for other programs: CSV, Markdown and JSON, every digit in the first and the last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gitexp.model.precision import find_precision
from gitexp.model.values import format_value
from gitexp.render.group_comparison import name_groups, order_groups
from gitexp.render.json_form import to_plain
from gitexp.render.listing import escape_markdown
from gitexp.render.text import neutralise

if TYPE_CHECKING:
    from gitexp.model.group_comparison import ComparedMetric, GroupComparison, GroupValues
    from gitexp.model.values import Value

_VALUES = ("n", "mean", "sd", "low", "high", "minimum", "maximum", "absent", "left_out")
_DIFFERENCE = ("difference", "percent", "difference_low", "difference_high", "p", "adjusted_p", "effect", "effect_name")


def format_groups_csv(comparison: GroupComparison) -> str:
    """A row for each metric and group: what it was grouped by, the values, the difference, the sentence."""
    import csv
    import io

    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    keys = [neutralise(column.key) for column in comparison.columns]
    writer.writerow(["metric", "group", *keys, "baseline", *_VALUES, *_DIFFERENCE, "test", "verdict", "sentence"])
    for row in comparison.metrics:
        for place, (group, values) in enumerate(zip(comparison.groups, row.values, strict=True)):
            found = row.differences[place]
            cells = [format_value(cell.value) if cell.present else "" for cell in group.cells]
            texts: list[object] = [row.column.key, group.label, *cells, str(place == comparison.baseline).lower()]
            texts += [_text(getattr(values, name)) for name in _VALUES]
            if found is not None:
                numbers = (found.difference, found.percent, found.low, found.high, found.p, found.adjusted_p)
                texts += [_text(one) for one in (*numbers, found.effect)]
                texts += [found.effect_name, found.test or "", found.verdict, found.sentence]
            else:
                texts += [""] * (len(_DIFFERENCE) + 3)
            writer.writerow([neutralise(str(text)) for text in texts])
    return buffer.getvalue()


def format_groups_markdown(comparison: GroupComparison) -> str:
    """A table for each metric, the best mean in bold, and what the baseline's rivals come to in words."""
    return "\n".join(_format_metric(row, comparison) for row in comparison.metrics)


def group_fields(comparison: GroupComparison) -> dict[str, Any]:
    """The comparison as JSON has it: groups with the ids of their runs, then metrics with values in the same order."""
    return {
        "by": [column.key for column in comparison.columns],
        "procedure": to_plain(comparison.procedure),
        "baseline": comparison.baseline,
        "family": comparison.family,
        "groups": [
            {
                "label": group.label,
                "values": {
                    column.key: to_plain(cell.value)
                    for column, cell in zip(comparison.columns, group.cells, strict=True)
                    if cell.present
                },
                "runs": [head.id for head in group.finished],
                "not_finished": [{"id": head.id, "status": head.status.value} for head in group.others],
                "seconds": group.seconds,
                "costs": [{"currency": currency, "amount": amount} for currency, amount in group.costs],
                "runs_without_cost": group.uncosted,
            }
            for group in comparison.groups
        ],
        "metrics": [
            {
                "key": row.column.key,
                "direction": row.direction,
                "values": to_plain(row.values),
                "differences": to_plain(row.differences),
                "best": sorted(row.best),
            }
            for row in comparison.metrics
        ],
        "notes": list(comparison.notes),
    }


def _format_metric(row: ComparedMetric, comparison: GroupComparison) -> str:
    from tabulate import tabulate

    labels = name_groups(comparison)
    lines = []
    for place in order_groups(row, comparison.baseline):
        n, mean, sd, interval = _short(row.values[place])
        found = row.differences[place]
        words = "baseline" if place == comparison.baseline else "" if found is None else found.sentence
        shown = f"**{mean}**" if place in row.best else mean
        lines.append([escape_markdown(labels[place]), n, shown, sd, interval, escape_markdown(neutralise(words))])
    level = f"{comparison.procedure.level * 100:.4g} % CI"
    headers = [escape_markdown(neutralise(row.column.title)), "n", "mean", "sd", level, "against the baseline"]
    if comparison.baseline is None:
        headers, lines = headers[:-1], [one[:-1] for one in lines]
    align = ["left", "right", "right", "right", "right", "left"][: len(headers)]
    return (
        tabulate(lines, headers=headers, tablefmt="pipe", disable_numparse=True, colalign=align if lines else None)
        + "\n"
    )


def _short(values: GroupValues) -> tuple[str, str, str, str]:
    if values.mean is None:
        return str(values.n), "–", "–", "–"
    if values.low is None or values.high is None:
        precision = find_precision(values.sd, values.mean)
        return str(values.n), precision.format(values.mean), "–" if values.sd is None else format_value(values.sd), "–"
    precision = find_precision((values.high - values.low) / 2 or values.sd, values.mean)
    ends = f"{precision.format(values.low)} to {precision.format(values.high)}"
    return str(values.n), precision.format(values.mean), precision.format(values.sd or 0.0), ends


def _text(value: Value) -> str:
    return "" if value is None else format_value(value)
