"""What ``exp plot`` shows: runs and metrics found among its words, and the plots made of them."""

from __future__ import annotations

import difflib
from collections import Counter
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from gitexp.actions.choose_runs import RunChoice, choose_runs
from gitexp.actions.named_run import find_run
from gitexp.actions.plot_curves import CurvesRequest, plot_curves
from gitexp.actions.plot_tables import plot_matrices, plot_table
from gitexp.actions.plotted_runs import read_plotted
from gitexp.errors import NothingToPlot, RunNotFound, UsageError
from gitexp.model.bars import make_bars
from gitexp.model.free_columns import find_columns, free_columns
from gitexp.model.importance import make_importance
from gitexp.model.parallel import make_parallel
from gitexp.model.pareto import make_pareto
from gitexp.model.scatter import make_scatter
from gitexp.model.smoothing import UNSMOOTHED, Smoothing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.actions.choose_runs import ChosenRuns
    from gitexp.actions.plotted_runs import PlottedRuns
    from gitexp.errors import ExpError
    from gitexp.model.head import RunHead
    from gitexp.model.plots import Plot
    from gitexp.store.runs import RunStore

PlotKind: TypeAlias = Literal["curves", "scatter", "bars", "parallel", "pareto", "importance", "table", "confusion"]
MOST_METRICS = 12
_MOST_READ = 4 * MOST_METRICS
"""Nobody knows before a series is read whether there is one."""
_WITH_METRICS = ("curves", "parallel")


class PlotRequest(NamedTuple):
    """What to plot. ``words`` are runs, and for curves and parallel axes metrics among them.

    ``keys`` are the columns that a kind was given, the objectives, or the name of a table.
    """

    kind: PlotKind
    words: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    choice: RunChoice = RunChoice()
    """Its ``specs`` come from ``words``."""
    group_by: tuple[str, ...] = ()
    smoothing: Smoothing = UNSMOOTHED
    log: bool = False
    x: Literal["step", "time"] = "step"


class PlottedResult(NamedTuple):
    """Plots, and the runs that they show.

    ``more_metrics`` were not drawn because nobody asked for them, ``seriesless`` because they have no series.
    """

    plots: tuple[Plot, ...]
    chosen: ChosenRuns
    broken: tuple[ExpError, ...]
    more_metrics: int = 0
    seriesless: tuple[str, ...] = ()


def plot_runs(store: RunStore, request: PlotRequest) -> PlottedResult:
    """Makes the plots that are asked for.

    Raises what ``choose_runs`` and the makers of each plot do, NothingToPlot where there are no runs, and UsageError
    for a word that is neither a run nor a metric.
    """
    metrics, specs = _sort_words(store, request)
    choice = request.choice._replace(specs=specs)
    if request.kind in ("table", "confusion"):
        return _plot_tables(store, request, choice)
    runs = read_plotted(store, choice, group_by=request.group_by, keys=_keys_of(request))
    if not runs.candidates:
        if runs.broken:
            raise runs.broken[0]
        where = "" if runs.chosen.experiment is None else f" in experiment {runs.chosen.experiment!r}"
        what = "that the filter is true of" if choice.where else "to plot"
        raise NothingToPlot(f"no runs{where} {what}", hint="exp ls --all")
    if request.kind == "curves":
        return _plot_curves(store, request, runs, metrics)
    if request.kind == "parallel":
        metrics = _find_metrics(metrics, runs.chosen.heads)
    plot = _make_plot(store, request, runs, tuple(metrics))
    return PlottedResult((plot,), runs.chosen, runs.broken)


def _make_plot(store: RunStore, request: PlotRequest, runs: PlottedRuns, metrics: tuple[str, ...]) -> Plot:
    candidates, grouping, directions = runs.candidates, runs.grouping, store.settings.directions
    if request.kind == "scatter":
        return make_scatter(candidates, *request.keys, grouping=grouping, log=request.log)
    if request.kind == "bars":
        return make_bars(candidates, request.keys[0], directions, grouping=grouping)
    if request.kind == "pareto":
        return make_pareto(candidates, request.keys, directions, grouping=grouping)
    if request.kind == "importance":
        return make_importance(candidates, request.keys[0])
    keys = [f"metrics.{metric}" for metric in metrics]
    return make_parallel(candidates, keys, directions, grouping=grouping)


def _keys_of(request: PlotRequest) -> tuple[str, ...]:
    """The columns that will be asked for: of objectives without their direction."""
    if request.kind == "pareto":
        return tuple(key.removeprefix("min:").removeprefix("max:") for key in request.keys) or ("cost.amount",)
    return request.keys


def _sort_words(store: RunStore, request: PlotRequest) -> tuple[list[str], tuple[str, ...]]:
    """The metrics among the words, and the runs. What a run has logged is a metric, whatever else is called so."""
    if not request.words or request.kind not in _WITH_METRICS:
        return [], request.words
    known = store.heads()
    logged = {metric for head in known.runs for metric in head.metrics}
    metrics: list[str] = []
    specs: list[str] = []
    for word in request.words:
        if word in logged or word.startswith("metrics.") or any(letter in word for letter in "*?["):
            metrics.append(word)
            continue
        try:
            find_run(store, word, request.choice.experiment, known)
        except RunNotFound:
            if ":" in word or word.startswith(("last", "refs/")):
                raise
            metrics.append(word)  # perhaps one that only a manifest has: looked for when the runs are read
            continue
        specs.append(word)
    return metrics, tuple(specs)


def _find_metrics(words: Sequence[str], heads: Sequence[RunHead]) -> list[str]:
    """The metrics that the words name, of these runs. Raises UsageError."""
    logged = {metric: None for head in heads for metric in head.metrics}
    found: dict[str, None] = {}
    for word in words:
        if word in logged or word.removeprefix("metrics.") in logged:
            found[word if word in logged else word.removeprefix("metrics.")] = None
            continue
        if any(letter in word for letter in "*?["):
            key = word if word.startswith("metrics.") else f"metrics.{word}"
            globbed = [column.name for column in find_columns(key, heads) if column.kind == "metric"]
            found.update(dict.fromkeys(globbed))
            if globbed:
                continue
        near = difflib.get_close_matches(word, logged, n=3, cutoff=0.5)
        hint = f"did you mean {', '.join(near)}?" if near else "exp ls --columns 'metrics.*'"
        raise UsageError(f"{word!r} is neither a run nor a metric of these runs", hint=hint)
    return list(found)


def _plot_curves(store: RunStore, request: PlotRequest, runs: PlottedRuns, words: Sequence[str]) -> PlottedResult:
    heads = runs.chosen.heads
    found = _find_metrics(words, heads) if words else _list_metrics(heads)
    read = found if words else found[:_MOST_READ]
    asked = CurvesRequest(tuple(read), request.smoothing, request.log, request.x)
    plots, unread = plot_curves(store, runs.candidates, asked, runs.grouping)
    broken = {error.message: error for error in (*runs.broken, *unread)}
    if not plots and broken:
        raise next(iter(broken.values()))
    drawn = {plot.metric for plot in plots}
    seriesless = tuple(metric for metric in read if metric not in drawn) if not broken else ()
    more = len(found) - len(read)
    if not words:
        more += max(len(plots) - MOST_METRICS, 0)
        plots = plots[:MOST_METRICS]
    return PlottedResult(plots, runs.chosen, tuple(broken.values()), more, seriesless)


def _list_metrics(heads: Sequence[RunHead]) -> list[str]:
    """The metrics of runs, those that most of them have first. Raises NothingToPlot where there are none."""
    metrics = [column.name for column in free_columns(heads) if column.kind == "metric"]
    if not metrics:
        raise NothingToPlot("none of these runs has a metric", hint="exp show last")
    counts = Counter(metric for head in heads for metric in head.metrics)
    return sorted(metrics, key=lambda metric: -counts[metric])


def _plot_tables(store: RunStore, request: PlotRequest, choice: RunChoice) -> PlottedResult:
    chosen = choose_runs(store, choice._replace(limit=0 if choice.specs else 1))
    if not chosen.heads:
        raise NothingToPlot("no runs to plot", hint="exp ls --all")
    plots: list[Plot] = []
    broken = list(chosen.broken)
    name = request.keys[0] if request.keys else None
    for head in chosen.heads:
        run = store.load(head)
        if request.kind == "table":
            plots.append(plot_table(store, head, run, str(name)))
            continue
        matrices, unread = plot_matrices(store, head, run, name)
        plots += matrices
        broken += unread
    return PlottedResult(tuple(plots), chosen, tuple(broken))
