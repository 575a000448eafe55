"""Groups of runs held against each other, as values for the page's script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.render.embedded import finite
from gitexp.render.numbers import format_number
from gitexp.render.text import neutralise

if TYPE_CHECKING:
    from gitexp.model.group_comparison import ComparedMetric, GroupComparison, GroupDifference, GroupValues
    from gitexp.render.embedded import Embedded


def embed_groups(comparison: GroupComparison) -> dict[str, Embedded]:
    """Groups, and for each metric what it comes to in each, and the sentences on how far they lie from the baseline."""
    procedure = comparison.procedure
    return {
        "groups": [
            {
                "label": neutralise(group.label or "all"),
                "finished": len(group.finished),
                "others": len(group.others),
                "runs": [str(head.id) for head in group.heads],
            }
            for group in comparison.groups
        ],
        "baseline": comparison.baseline,
        "metrics": [_embed_metric(metric) for metric in comparison.metrics],
        "procedure": f"{procedure.level:.0%} intervals ({procedure.interval}), test: {procedure.test}",
        "notes": [neutralise(text) for text in comparison.notes],
    }


def _embed_metric(metric: ComparedMetric) -> dict[str, Embedded]:
    return {
        "key": neutralise(metric.column.title),
        "direction": metric.direction,
        "values": [
            {"text": _describe(value), "mean": finite(value.mean), "best": place in metric.best}
            for place, value in enumerate(metric.values)
        ],
        "differences": [None if one is None else _embed_difference(one) for one in metric.differences],
    }


def _embed_difference(one: GroupDifference) -> dict[str, Embedded]:
    return {
        "verdict": one.verdict,
        "sentence": neutralise(one.sentence),
        "notes": [neutralise(text) for text in one.notes],
    }


def _describe(value: GroupValues) -> str:
    if value.mean is None:
        return "–"
    text = format_number(value.mean)
    if value.sd is not None:
        text += f" ± {format_number(value.sd)}"
    if value.low is not None and value.high is not None:
        text += f" ({format_number(value.low)} to {format_number(value.high)})"
    return f"{text}, n = {value.n}"
