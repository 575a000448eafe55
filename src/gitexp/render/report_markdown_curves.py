"""Curves in a report for GitHub: lines of text in a block of code."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gitexp.render.github_text import format_fence, format_name
from gitexp.render.numbers import format_number
from gitexp.render.sparks import draw_spark
from gitexp.render.text import neutralise, pad, shorten, width_of

if TYPE_CHECKING:
    from gitexp.model.report_summary import ReportSummary
    from gitexp.model.run_curves import RunCurve

_WIDTH = 40
_WIDEST_NAME = 32


def draw_curves(summary: ReportSummary, lines: int) -> list[str]:
    """A block for each metric: of the first runs of the table the curve, its first value and its last."""
    if not summary.curves or not lines:
        return []
    parts = []
    for metric in dict.fromkeys(curve.metric for curve in summary.curves):
        curves = [curve for curve in summary.curves if curve.metric == metric]
        drawn = format_fence(_format_lines(curves[:lines]))
        left = len(summary.table.heads) - len(curves[:lines])
        note = f", {len(curves[:lines])} of {len(summary.table.heads)} runs" if left else ""
        parts.append(f"<details><summary>Curves of {format_name(metric)}{note}</summary>\n\n{drawn}\n\n</details>")
    return parts


def _format_lines(curves: list[RunCurve]) -> list[str]:
    names = [shorten(neutralise(curve.head.name), _WIDEST_NAME) for curve in curves]
    sparks = [draw_spark(curve.points, _WIDTH) for curve in curves]
    widest, longest = max(map(width_of, names)), max(map(width_of, sparks))
    return [
        f"{pad(name, widest)}  {pad(spark, longest)}  {_format_ends(curve)}"
        for name, spark, curve in zip(names, sparks, curves, strict=True)
    ]


def _format_ends(curve: RunCurve) -> str:
    first, last = curve.points[0][1], curve.points[-1][1]
    finite = [value for _, value in curve.points if math.isfinite(value)]
    beyond = "" if len(finite) == len(curve.points) else f", {len(curve.points) - len(finite)} not finite"
    return f"{format_number(first)} → {format_number(last)}{beyond}"
