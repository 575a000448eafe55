"""What a report in a few lines says of runs, read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.choose_runs import choose_runs
from gitexp.actions.compare_groups import compare_groups
from gitexp.actions.curves_of_runs import read_curves
from gitexp.actions.details_of_runs import read_details
from gitexp.model.columns import metric_column
from gitexp.model.cost import sum_costs
from gitexp.model.listing import ListingRequest, list_runs
from gitexp.model.report_summary import ReportSummary, find_best

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitexp.actions.choose_runs import ChosenRuns, RunChoice
    from gitexp.errors import ExpError
    from gitexp.model.columns import Column
    from gitexp.model.head import RunHead
    from gitexp.model.metrics import Direction
    from gitexp.model.run_curves import RunCurve
    from gitexp.store.runs import RunStore

_MOST_CURVES = 8
_MOST_METRICS = 3
_MOST_UNDIRECTED = 6


class SummaryRead(NamedTuple):
    """A summary, the choice it was made from, and what could not be read."""

    summary: ReportSummary
    chosen: ChosenRuns
    broken: tuple[ExpError, ...]


def summarize_report(
    store: RunStore,
    choice: RunChoice,
    *,
    title: str = "",
    group_by: Sequence[str] = (),
    baseline: str | None = None,
) -> SummaryRead:
    """Chooses runs and sums them up: the best first where a direction is known, else the newest.

    ``group_by`` are keys of columns, or ``auto``; ``baseline`` is a run, or a group by its label. Raises as
    ``choose_runs`` and ``compare_groups`` do.
    """
    chosen = choose_runs(store, choice)
    heads = chosen.heads
    details, broken = read_details(store, heads)
    directions = store.settings.directions
    # Many at once: only what is drawn is read, and the order of the rows says what that is.
    first = list_runs(heads, ListingRequest(sort=choice.sort), directions)
    ranking = _find_ranking(first.columns, directions)
    sort = choice.sort or (None if ranking is None else ranking[0])
    others = [head.id for head in chosen.known.runs]
    request = ListingRequest(sort=sort, show_experiment=len({head.experiment for head in heads}) > 1)
    table = list_runs(heads, request, directions, others)._replace(total=chosen.total)
    comparison = None
    if group_by and heads:
        comparison, ungrouped = compare_groups(store, chosen, group_by, baseline=baseline)
        broken += ungrouped
    metrics = _find_metrics(table.columns, directions)
    curves, unread = _read_curves(store, table.heads[:_MOST_CURVES], metrics)
    known = [details.get(head.ref, {}) for head in heads]
    seconds = [head.seconds for head in heads if head.seconds is not None]
    errors = {error.message: error for error in (*chosen.broken, *broken, *unread)}
    summary = ReportSummary(
        title=title or _make_title(chosen),
        table=table,
        order=_say_order(choice, ranking),
        details=details,
        directions=directions,
        best=tuple(find_best(heads, [*table.columns, *(column for column, _ in table.constant)], directions)),
        seconds=sum(seconds) if seconds else None,
        cost=sum_costs(known),
        comparison=comparison,
        curves=curves,
        left_out=(
            *_say_undirected(table.columns, directions),
            *(f"could not be read: {message}" for message in errors),
        ),
    )
    return SummaryRead(summary, chosen, tuple(errors.values()))


def _find_ranking(columns: Sequence[Column], directions: Mapping[str, Direction]) -> tuple[str, str] | None:
    """The sort by the metric that tells most of those with a direction, and its title."""
    directed = [column for column in columns if column.kind == "metric" and column.name in directions]
    if not directed:
        return None
    column = max(directed, key=lambda one: one.weight)
    return ("-" if directions[column.name] == "maximize" else "") + column.key, column.title


def _say_order(choice: RunChoice, ranking: tuple[str, str] | None) -> str:
    if choice.sort is not None:
        return f"by {choice.sort}"
    return "the newest first" if ranking is None else f"the best {ranking[1]} first"


def _find_metrics(columns: Sequence[Column], directions: Mapping[str, Direction]) -> list[str]:
    """The metrics to draw: those with a direction, else the one that tells most."""
    metrics = sorted((column for column in columns if column.kind == "metric"), key=lambda one: -one.weight)
    directed = [column.name for column in metrics if column.name in directions]
    return directed[:_MOST_METRICS] or [column.name for column in metrics[:1]]


def _read_curves(
    store: RunStore, heads: Sequence[RunHead], metrics: Sequence[str]
) -> tuple[tuple[RunCurve, ...], list[ExpError]]:
    if not metrics or not heads:
        return (), []
    read, broken = read_curves(store, heads, metrics)
    return tuple(curve for curve in read.curves if len(curve.points) > 1), broken


def _say_undirected(columns: Sequence[Column], directions: Mapping[str, Direction]) -> list[str]:
    metrics = [column.name for column in columns if column.kind == "metric"]
    if not metrics or any(metric in directions for metric in metrics):
        return []
    named = [metric_column(metric).title for metric in metrics[:_MOST_UNDIRECTED]]
    more = f" and {len(metrics) - len(named)} more" if len(metrics) > len(named) else ""
    return [f"the best run: whether more or less is better of {', '.join(named)}{more} is not in .exp.yaml (metrics)"]


def _make_title(chosen: ChosenRuns) -> str:
    experiments = list(dict.fromkeys(str(head.experiment) for head in chosen.heads)) or [str(chosen.experiment)]
    return f"Runs of {', '.join(experiments)}" if len(experiments) <= 3 else f"Runs of {len(experiments)} experiments"
