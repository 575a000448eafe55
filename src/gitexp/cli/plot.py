"""``exp plot``: runs drawn, in the terminal or into a file."""

from __future__ import annotations

import sys
from typing import Annotated, Any, Literal

import typer

from gitexp.actions.choose_runs import RunChoice
from gitexp.actions.plot_runs import PlotKind, PlotRequest, PlottedResult, plot_runs
from gitexp.cli.completion import complete_columns, complete_metric, complete_plotted
from gitexp.cli.opening import open_recovered
from gitexp.cli.options import (
    COLOUR_OPTION,
    GROUP_BY_OPTION,
    JSON_OPTION,
    LISTED_EXPERIMENT_OPTION,
    WHERE_OPTION,
    count_option,
)
from gitexp.cli.specs import read_named
from gitexp.cli.terminal import find_look, say, warn_of_broken
from gitexp.errors import UsageError
from gitexp.model.plot_axes import name_some
from gitexp.model.smoothing import UNSMOOTHED, parse_smoothing

DEFAULT_CURVES = 10

EXAMPLES = """
exp plot                                 every metric of the newest runs
exp plot loss last~1 last                one metric of two runs
exp plot loss --smooth 0.9 --log         smoothed, on a log axis
exp plot loss --group-by auto -o loss.png
exp plot --scatter lr,val_auc            a param against a metric
exp plot --bars val_auc --group-by lr    means with intervals
exp plot --parallel val_auc -o runs.html
exp plot --pareto                        cost against the metric
exp plot --objectives min:seconds,max:val_auc
exp plot --importance val_auc            which params matter
exp plot --confusion last
exp plot --table predictions last
"""


def _size_option(name: str, unit: str) -> Any:
    return count_option(f"--{name}", help_text=f"{name.title()} in {unit} of the terminal, or in pixels of a picture.")


def plot(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[METRIC|RUN]...",
            help="Metrics to draw, and the runs; - reads runs from standard input.",
            autocompletion=complete_plotted,
            show_default=False,
        ),
    ] = None,
    scatter: Annotated[
        str | None,
        typer.Option(
            "--scatter", metavar="X,Y", help="One column against another: lr,val_auc", autocompletion=complete_columns
        ),
    ] = None,
    bars: Annotated[
        str | None,
        typer.Option(
            "--bars", metavar="KEY", help="A bar for each run, or for each group.", autocompletion=complete_columns
        ),
    ] = None,
    parallel: Annotated[bool, typer.Option("--parallel", help="Params that differ, and metrics.")] = False,
    pareto: Annotated[bool, typer.Option("--pareto", help="The runs that no other one beats in everything.")] = False,
    objectives: Annotated[
        str | None,
        typer.Option("--objectives", metavar="KEYS", help="Two or three for --pareto: min:seconds,max:val_auc"),
    ] = None,
    importance: Annotated[
        str | None,
        typer.Option(
            "--importance",
            metavar="METRIC",
            help="How much each param tells of it.",
            autocompletion=complete_metric,
        ),
    ] = None,
    table: Annotated[str | None, typer.Option("--table", metavar="NAME", help="A table that a run logged.")] = None,
    confusion: Annotated[bool, typer.Option("--confusion", help="The confusion matrices that a run logged.")] = False,
    experiment: LISTED_EXPERIMENT_OPTION = None,
    where: WHERE_OPTION = None,
    group_by: GROUP_BY_OPTION = None,
    length: Annotated[
        int | None, count_option("-n", help_text="At most N runs, the newest; 0 for all. [default: 10 for curves]")
    ] = None,
    smooth: Annotated[
        str | None,
        typer.Option("--smooth", metavar="W|N", help="A moving average of weight 0.9, say, or the mean of N points."),
    ] = None,
    log: Annotated[bool, typer.Option("--log", help="A logarithmic axis for values.")] = False,
    x: Annotated[str, typer.Option("--x", metavar="step|time", help="What curves stand over.")] = "step",
    output: Annotated[
        str | None, typer.Option("-o", "--output", metavar="FILE", help="Write a .png, .svg or .html file.")
    ] = None,
    width: Annotated[int | None, _size_option("width", "cells")] = None,
    height: Annotated[int | None, _size_option("height", "lines")] = None,
    as_json: JSON_OPTION = False,
    colour: COLOUR_OPTION = "auto",
) -> None:
    """Draw runs: curves of their metrics, or params against what came of them.

    A word is a metric where any run has logged one of that name, else a run. Without runs the newest of the present
    experiment are drawn, curves of ten. With groups a curve is the mean of the group, between one standard deviation
    below and above it, and a bar the mean with its 95 % confidence interval.

    --confusion shows tables with the columns actual and predicted, with or without count, and tables whose rows and
    columns are the classes. For --importance scikit-learn is needed, for PNG and SVG Matplotlib.
    """
    chosen: dict[str, tuple[PlotKind, object]] = {
        "--scatter": ("scatter", scatter),
        "--bars": ("bars", bars),
        "--parallel": ("parallel", parallel),
        "--pareto": ("pareto", pareto or objectives),
        "--importance": ("importance", importance),
        "--confusion": ("confusion", confusion),
        "--table": ("table", table if not confusion else None),
    }
    kinds = [name for name, (_, value) in chosen.items() if value]
    if len(kinds) > 1:
        raise UsageError(f"{' and '.join(kinds)}: one kind of plot at a time", hint="exp plot --help")
    kind = chosen[kinds[0]][0] if kinds else "curves"
    keys = _read_keys(kind, {"scatter": scatter, "bars": bars, "importance": importance, "pareto": objectives})
    if table is not None:
        keys = (table,)
    _check(kind, smooth=smooth, log=log, x=x, group_by=group_by)
    form = None
    if output is not None:
        from gitexp.cli.plot_file import find_form

        form = find_form(output)
    specs = read_named(words, "exp plot -")
    request = PlotRequest(
        kind,
        specs,
        keys,
        RunChoice(where=where, experiment=experiment, limit=length or 0),
        tuple(key.strip() for key in group_by.split(",") if key.strip()) if group_by else (),
        parse_smoothing(smooth) if smooth is not None else UNSMOOTHED,
        log,
        _find_x(x),
    )
    is_cut = kind == "curves" and length is None and where is None and group_by is None
    if is_cut:
        request = request._replace(choice=request.choice._replace(limit=DEFAULT_CURVES))
    result = plot_runs(open_recovered(), request)
    if as_json:
        from gitexp.cli.output import write_envelope
        from gitexp.render.json_form import plot_fields

        write_envelope({"kind": kind, "plots": [plot_fields(one) for one in result.plots]}, result.broken)
    else:
        warn_of_broken(result.broken, "exp plot went on")
    if output is not None and form is not None:
        from gitexp.cli.plot_file import write_file

        write_file(output, form, result.plots, width, height)
        say(f"{output}: {len(result.plots)} {'plot' if len(result.plots) == 1 else 'plots'}")
    elif not as_json:
        from gitexp.render.plot_page import build_plots
        from gitexp.render.screen import write_page

        look = find_look(ctx.obj.colour)
        write_page(build_plots(result.plots, look, width, height), look, sys.stdout)
    _tell(result, is_cut=is_cut)


def _read_keys(kind: PlotKind, given: dict[str, str | None]) -> tuple[str, ...]:
    text = given.get(kind)
    keys = tuple(key.strip() for key in text.split(",") if key.strip()) if text else ()
    if kind == "scatter" and len(keys) != 2:
        raise UsageError(f"--scatter {text}: two columns, with a comma between them", hint="exp plot --scatter lr,loss")
    if kind in ("bars", "importance") and len(keys) != 1:
        raise UsageError(f"--{kind} {text}: one column", hint=f"exp plot --{kind} val_auc")
    return keys


def _check(kind: PlotKind, *, smooth: str | None, log: bool, x: str, group_by: str | None) -> None:
    """Raises UsageError for an option that this kind of plot would pass over."""
    given = {
        "--smooth": (smooth is not None, ("curves",)),
        "--x": (x != "step", ("curves",)),
        "--log": (log, ("curves", "scatter")),
        "--group-by": (group_by is not None, ("curves", "scatter", "bars")),
    }
    for name, (is_given, kinds) in given.items():
        if is_given and kind not in kinds:
            raise UsageError(f"{name} is for {' and '.join(kinds)}, and --{kind} was asked for", hint="exp plot --help")


def _find_x(text: str) -> Literal["step", "time"]:
    if text == "step":
        return "step"
    if text == "time":
        return "time"
    raise UsageError(f"--x {text}: step or time", hint="exp plot loss --x time")


def _tell(result: PlottedResult, *, is_cut: bool) -> None:
    sys.stdout.flush()
    chosen = result.chosen
    for spec in chosen.repeated:
        say(f"{spec} is a run that was named before: it is drawn once")
    if is_cut and len(chosen.heads) < chosen.total:
        say(f"the newest {len(chosen.heads)} of {chosen.total} runs; exp plot -n 0 draws all")
    if result.seriesless:
        first = result.seriesless[0]
        say(f"{name_some(result.seriesless)}: a value and no series; exp plot --bars {first}")
    if result.more_metrics:
        say(f"{result.more_metrics} more metrics are not drawn; exp plot METRIC draws one, exp plot '*' all")
