"""Groups of runs on a screen: a block for each metric, what it comes to in each group, and what differs."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from gitexp.model.precision import find_precision
from gitexp.model.values import format_value
from gitexp.render.numbers import align_points
from gitexp.render.page import Fields, Gap, Grid, GridColumn, Heading, Line, Page, Span, Text, line
from gitexp.render.text import neutralise, pad, shorten, width_of
from gitexp.render.times import format_duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.group_comparison import ComparedMetric, GroupComparison, GroupValues
    from gitexp.model.precision import Precision
    from gitexp.render.page import Look

MOST_GROUPS = 20
MOST_METRICS = 6
MOST_SAME = 6
_WIDEST_LABEL = 28
_NARROWEST_SENTENCE = 30
_INDENT = 2
_MARK = "*"
_STYLES = {"better": "good", "worse": "bad", "untested": "muted"}


def build_group_comparison(comparison: GroupComparison, look: Look, *, everything: bool = False) -> Page:
    """The groups, then a block for each metric; on a screen no more than a few of each, unless ``everything``.

    The baseline stands first in each block, then the best by its mean where it is known what is better.
    """
    is_whole = everything or not look.is_screen
    labels = name_groups(comparison, look)
    page = _show_groups(comparison, labels, look, is_whole=is_whole)
    metrics = sorted(comparison.metrics, key=lambda row: row.direction is None)
    same = [] if is_whole or len(metrics) == 1 else [row for row in metrics if row.is_same]
    metrics = [row for row in metrics if row not in same]
    shown = metrics if is_whole else metrics[:MOST_METRICS]
    for row in shown:
        page += [Gap(), *_show_metric(row, comparison, labels, look, is_whole=is_whole)]
    if same:
        named = "  ".join(f"{row.column.title}={row.values[0].mean:.5g}" for row in same[:MOST_SAME])
        more = f"  and {len(same) - MOST_SAME} more (--all)" if len(same) > MOST_SAME else ""
        page += [Gap(), Heading("The same in every run"), Text((line(named + more),), _INDENT)]
    rest_count = len(metrics) - len(shown) + len(comparison.further)
    if rest_count:
        rest = f"and {rest_count} more metrics: --metric KEYS shows others, --all shows all"
        page += [Gap(), Text((line(Span(rest, "muted")),))]
    if any(row.best for row in shown):
        page += [Gap(), Text((line(Span(f"{_MARK} the best mean", "muted")),))]
    return page


def name_groups(comparison: GroupComparison, look: Look | None = None) -> list[str]:
    """The labels of the groups, safe to show; where two are alike, with the number of the group."""
    labels = [neutralise(group.label) for group in comparison.groups]
    if look is not None and look.is_screen:
        labels = [shorten(label, _WIDEST_LABEL) for label in labels]
    return [label if labels.count(label) == 1 else f"{label} #{place + 1}" for place, label in enumerate(labels)]


def order_groups(row: ComparedMetric, baseline: int | None) -> list[int]:
    """The places of the groups: the baseline, then the best first, then those without a value."""
    places = list(range(len(row.values)))
    if row.direction is not None:
        sign = -1 if row.direction == "maximize" else 1
        places.sort(key=lambda place: (row.values[place].mean is None, sign * (row.values[place].mean or 0.0)))
    return sorted(places, key=lambda place: place != baseline)


def _show_groups(comparison: GroupComparison, labels: Sequence[str], look: Look, *, is_whole: bool) -> Page:
    most = len(labels) if is_whole else MOST_GROUPS
    has_costs = any(group.costs for group in comparison.groups)
    columns = [GridColumn("group"), GridColumn("runs", "right"), GridColumn("finished", "right")]
    columns += [GridColumn("time", "right")] + ([GridColumn("cost", "right")] if has_costs else [])
    rows: list[tuple[Line, ...]] = []
    for place in _front(range(len(labels)), comparison.baseline)[:most]:
        group = comparison.groups[place]
        time = "–" if group.seconds is None else format_duration(group.seconds)
        cells = [_show_label(labels[place], place, comparison), line(str(len(group.heads)))]
        cells += [line(Span(str(len(group.finished)), "warning" if group.others else "")), line(time)]
        if has_costs:
            amounts = [f"{amount:.2f} {currency}".strip() for currency, amount in group.costs]
            cells.append(
                line((" + ".join(amounts) or "–") + (f" ({group.uncosted} unknown)" if group.uncosted else ""))
            )
        rows.append(tuple(cells))
    by = ", ".join(column.title for column in comparison.columns)
    page: Page = [Heading("Groups", _cut(f"by {by}", look)), Grid(tuple(columns), tuple(rows), _INDENT)]
    if most < len(labels):
        page.append(Text((line(Span(f"and {len(labels) - most} more groups (--all)", "muted")),), _INDENT))
    return page


def _show_metric(
    row: ComparedMetric, comparison: GroupComparison, labels: Sequence[str], look: Look, *, is_whole: bool
) -> Page:
    places = order_groups(row, comparison.baseline)
    rest = 0 if is_whole else max(len(places) - MOST_GROUPS, 0)
    places = places[: len(places) - rest]
    way = {"maximize": "more is better", "minimize": "less is better", None: ""}[row.direction]
    texts = [_show_values(row.values[place], look) for place in places]
    level = f"{comparison.procedure.level * 100:.4g} % CI"
    titles = ("n", "mean", "sd", level, "min", "max")
    columns = (GridColumn("group"), *(GridColumn(title, "right") for title in titles))
    aligned = list(zip(*(_align(column, look) for column in zip(*texts, strict=True)), strict=True))
    rows: list[tuple[Line, ...]] = [
        (_show_label(labels[place], place, comparison), *_mark_best(cells, is_best=place in row.best))
        for place, cells in zip(places, aligned, strict=True)
    ]
    page: Page = [Heading(row.column.title, way), Grid(columns, tuple(rows), _INDENT)]
    if rest:
        page.append(Text((line(Span(f"and {rest} more groups (--all)", "muted")),), _INDENT))
    sentences = _show_sentences(row, places, labels, look)
    if sentences:
        page += [Gap(), Fields(tuple(sentences), _INDENT)]
    return page + _show_missing(row, places, labels)


def _show_sentences(
    row: ComparedMetric, places: Sequence[int], labels: Sequence[str], look: Look
) -> list[tuple[str, tuple[Line, ...]]]:
    shown = []
    widest = max((width_of(labels[place]) for place in places), default=0)
    for place in places:
        found = row.differences[place]
        if found is None:
            continue
        style = _STYLES.get(found.verdict, "")
        words = [found.sentence]
        words += found.notes if found.verdict != "untested" else ()
        lines = [part for text in words for part in _wrap(text, look, widest)]
        shown.append((labels[place], tuple(line(Span(part, style)) for part in lines)))
    return shown


def _show_missing(row: ComparedMetric, places: Sequence[int], labels: Sequence[str]) -> Page:
    """The finished runs that do not count on this metric, for those groups that have any."""
    lines = []
    for place in places:
        values = row.values[place]
        parts = [f"{values.absent} without it"] if values.absent else []
        parts += [f"{values.left_out} with no finite number"] if values.left_out else []
        if parts:
            lines.append(line(Span(f"left out of {labels[place]}: {', '.join(parts)}", "warning")))
    return [Text(tuple(lines), _INDENT)] if lines else []


def _show_values(values: GroupValues, look: Look) -> list[str]:
    if not look.is_screen:
        ends = "" if values.low is None else f"{format_value(values.low)} to {format_value(values.high)}"
        numbers = (values.mean, values.sd, values.minimum, values.maximum)
        mean, sd, least, greatest = ("" if one is None else format_value(one) for one in numbers)
        return [str(values.n), mean, sd, ends, least, greatest]
    half = None if values.low is None or values.high is None else (values.high - values.low) / 2
    precision = find_precision(half or values.sd, values.mean or 0.0, values.minimum or 0.0, values.maximum or 0.0)
    ends = ""
    if values.low is not None and values.high is not None:
        ends = f"{precision.format(values.low)} to {precision.format(values.high)}"
    mean, sd, least, greatest = (
        _or_dash(one, precision) for one in (values.mean, values.sd, values.minimum, values.maximum)
    )
    return [str(values.n), mean, sd, ends or "–", least, greatest]


def _or_dash(value: float | None, precision: Precision) -> str:
    return "–" if value is None else precision.format(value)


def _align(texts: Sequence[str], look: Look) -> list[str]:
    return align_points(list(texts)) if look.is_screen else list(texts)


def _mark_best(cells: Sequence[str], *, is_best: bool) -> list[Line]:
    n, mean, *others = cells
    best = line(Span(_MARK + mean, "best")) if is_best else line(mean)
    return [line(n), best, *(line(Span(text, "muted")) for text in others)]


def _show_label(label: str, place: int, comparison: GroupComparison) -> Line:
    if place != comparison.baseline:
        return line(Span(label, "name"))
    return line(Span(label, "name"), Span(" (baseline)", "muted"))


def _front(places: Sequence[int], first: int | None) -> list[int]:
    return sorted(places, key=lambda place: place != first)


def _wrap(text: str, look: Look, taken: int) -> list[str]:
    if look.width is None:
        return [text]
    return textwrap.wrap(text, max(look.width - taken - 2 * _INDENT, _NARROWEST_SENTENCE), break_on_hyphens=False)


def _cut(text: str, look: Look) -> str:
    return text if look.width is None else shorten(pad(text, 1), max(look.width - 8, _NARROWEST_SENTENCE))
