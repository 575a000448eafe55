"""``exp compare``: any number of runs, side by side."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, cast

import typer

from gitexp.actions.choose_runs import RunChoice
from gitexp.actions.compare_runs import RunComparison, compare_named
from gitexp.cli.completion import complete_columns, complete_rows, complete_run
from gitexp.cli.opening import open_recovered
from gitexp.cli.options import (
    COLOUR_OPTION,
    GROUP_BY_OPTION,
    JSON_OPTION,
    LISTED_EXPERIMENT_OPTION,
    WHERE_OPTION,
    count_option,
    run_argument,
)
from gitexp.cli.specs import read_named
from gitexp.cli.terminal import find_look, say, warn
from gitexp.errors import UsageError
from gitexp.model.group_comparison import INTERVALS, TESTS, Procedure

if TYPE_CHECKING:
    from gitexp.model.group_comparison import IntervalKind, Test
    from gitexp.render.page import Look
    from gitexp.store.runs import RunStore

DEFAULT_LENGTH = 20
_NAMED = 3

EXAMPLES = """
exp compare                                  the newest 20 of the present experiment
exp compare last max:val_auc k3v9            runs by any of their names
exp ls --ids --sort -val_auc -n 5 | exp compare -
exp compare --rows lr,'metrics.*'            only these rows
exp compare --baseline last~1                differences from that run
exp compare --group-by auto                  mean and spread over seeds
exp compare --group-by lr --baseline lr=0.1 --metric loss
exp compare --csv > runs.csv                 a row for each run, for a spreadsheet
"""


def _complete_test(incomplete: str) -> list[str]:
    return [word for word in TESTS if word.startswith(incomplete)]


def _complete_interval(incomplete: str) -> list[str]:
    return [word for word in INTERVALS if word.startswith(incomplete)]


def compare(
    ctx: typer.Context,
    runs: Annotated[
        list[str] | None, run_argument("The runs to compare; - reads them from standard input.", "[RUN]...")
    ] = None,
    experiment: LISTED_EXPERIMENT_OPTION = None,
    where: WHERE_OPTION = None,
    length: Annotated[
        int | None, count_option("-n", help_text="At most N runs; 0 for all. [default: 20 where none is named]")
    ] = None,
    rows: Annotated[
        str | None,
        typer.Option(
            "--rows",
            metavar="KEYS",
            help="Rows by key or glob, with commas: lr,metrics.*",
            autocompletion=complete_rows,
        ),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(
            "--baseline",
            metavar="RUN|GROUP",
            help="The run, or the group, that the others are held against.",
            autocompletion=complete_run,
        ),
    ] = None,
    group_by: GROUP_BY_OPTION = None,
    metrics: Annotated[
        str | None,
        typer.Option(
            "--metric",
            metavar="KEYS",
            help="With --group-by: metrics by key or glob, with commas.",
            autocompletion=complete_columns,
        ),
    ] = None,
    test: Annotated[
        str | None,
        typer.Option(
            "--test",
            metavar="TEST",
            help="welch, mann-whitney, paired-t or wilcoxon. [default: welch]",
            autocompletion=_complete_test,
        ),
    ] = None,
    interval: Annotated[
        str | None,
        typer.Option(
            "--ci",
            metavar="KIND",
            help="The confidence interval: t or bootstrap. [default: t]",
            autocompletion=_complete_interval,
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", "-a", help="All rows, those that are the same too; all groups.")
    ] = False,
    as_json: JSON_OPTION = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, a row for each run.")] = False,
    as_markdown: Annotated[bool, typer.Option("--md", help="Print a Markdown table.")] = False,
    colour: COLOUR_OPTION = "auto",
) -> None:
    """Compare any number of runs: a column for each of them, a row for each param, metric or tag.

    Rows that are the same in all runs are named beneath. The best value of a metric is marked where .exp.yaml says
    which way is better. A KEY is one of exp ls --columns, or of the manifest: seed, host, code.commit, code.dirty,
    data.PATH, environment.packages, environment.gpus.

    With --group-by runs are put into groups: number, mean, standard deviation and 95 % confidence interval of each
    metric over the finished ones, and with --baseline whether they differ by more than chance. paired-t and
    wilcoxon compare runs of the same seed.
    """
    forms = [name for name, chosen in (("--json", as_json), ("--csv", as_csv), ("--md", as_markdown)) if chosen]
    if len(forms) > 1:
        raise UsageError(f"{' and '.join(forms)}: one form at a time", hint=f"exp compare {forms[0]}")
    keys = _split(rows)
    by = _split(group_by)
    _check_options(group_by, by, rows=rows, metrics=metrics, test=test, interval=interval)
    specs = read_named(runs, "exp compare -")
    limit = length if length is not None else 0 if specs or by or where is not None else DEFAULT_LENGTH
    store = open_recovered()
    choice = RunChoice(specs=specs, where=where, experiment=experiment, limit=limit)
    if by:
        from gitexp.cli.compare_groups import GroupRequest, write_groups

        procedure = Procedure(cast("Test", test or "welch"), cast("IntervalKind", interval or "t"))
        form = forms[0] if forms else None
        write_groups(
            store,
            choice,
            GroupRequest(by, baseline, _split(metrics), procedure, form, everything, ctx.obj.colour),
        )
        return
    comparison = compare_named(store, choice, keys=keys, baseline=baseline)
    if as_json:
        from gitexp.cli.output import write_envelope
        from gitexp.render.json_form import matrix_fields

        write_envelope({"experiment": comparison.experiment, **matrix_fields(comparison.matrix)}, comparison.broken)
        return
    for error in comparison.broken:
        warn(error.message)
    if forms == ["--csv"]:
        from gitexp.render.comparison import format_comparison_csv

        sys.stdout.write(format_comparison_csv(comparison.matrix))
    elif forms == ["--md"]:
        from gitexp.render.comparison import format_markdown

        sys.stdout.write(format_markdown(comparison.matrix, everything=everything or bool(keys)))
    elif comparison.matrix.heads:
        _write_page(store, comparison, find_look(ctx.obj.colour), everything=everything, asked=bool(keys))
    _tell(comparison, is_cut=length is None and not specs, is_plain=not forms)


def _split(keys: str | None) -> tuple[str, ...]:
    return tuple(key.strip() for key in keys.split(",") if key.strip()) if keys else ()


def _check_options(
    group_by: str | None,
    by: tuple[str, ...],
    *,
    rows: str | None,
    metrics: str | None,
    test: str | None,
    interval: str | None,
) -> None:
    for option, value, words in (("--test", test, TESTS), ("--ci", interval, INTERVALS)):
        if value is not None and value not in words:
            raise UsageError(f"{option} {value}: no such one", hint=f"one of {', '.join(words)}")
    if group_by is not None and not by:
        raise UsageError(f"--group-by {group_by!r}: no key", hint="exp compare --group-by auto")
    if by and rows:
        raise UsageError("--rows is for single runs", hint="exp compare --group-by auto --metric KEYS")
    given = [option for option, value in (("--metric", metrics), ("--test", test), ("--ci", interval)) if value]
    if given and not by:
        raise UsageError(f"{given[0]} is for groups of runs", hint=f"exp compare --group-by auto {given[0]} …")


def _write_page(store: RunStore, comparison: RunComparison, look: Look, *, everything: bool, asked: bool) -> None:
    import io

    from gitexp.cli.pager import write_paged
    from gitexp.render.comparison import build_comparison
    from gitexp.render.screen import write_page

    page = io.StringIO()
    write_page(build_comparison(comparison.matrix, look, everything=everything, asked=asked), look, page)
    write_paged(store.repository, page.getvalue().encode(sys.stdout.encoding or "utf-8", "backslashreplace"), look)


def _tell(comparison: RunComparison, *, is_cut: bool, is_plain: bool) -> None:
    """``is_cut``: nobody asked for that many. ``is_plain``: it is a matrix for people."""
    sys.stdout.flush()
    matrix = comparison.matrix
    count = len(matrix.heads)
    for spec in comparison.repeated:
        say(f"{spec} is a run that was named before: it is shown once")
    if not count:
        say(f"no runs in experiment {comparison.experiment!r}; exp ls --all lists those of others")
    elif count == 1 and is_plain:
        say("one run alone: there is nothing to compare it with")
    if is_cut and count < comparison.total:
        say(f"{count} of {comparison.total} runs; exp compare -n 0 compares all")
    if matrix.undirected and is_plain:
        named = ", ".join(matrix.undirected[:_NAMED])
        more = f" and {len(matrix.undirected) - _NAMED} more" if len(matrix.undirected) > _NAMED else ""
        setting = f"metrics: {{{matrix.undirected[0]}: maximize}}, or minimize"
        say(f"no best of {named}{more} is marked: is more or less of it better? In .exp.yaml, {setting}")
