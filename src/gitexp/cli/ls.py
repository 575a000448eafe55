"""``exp ls``: the runs, the newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gitexp.actions.list_runs import ListingChoice
from gitexp.cli.completion import complete_columns, complete_metrics, complete_run
from gitexp.cli.listing import ListingView, write_listing
from gitexp.cli.opening import open_recovered
from gitexp.cli.options import (
    COLOUR_OPTION,
    GROUP_BY_OPTION,
    JSON_OPTION,
    LISTED_EXPERIMENT_OPTION,
    WHERE_OPTION,
    count_option,
)
from gitexp.errors import UsageError
from gitexp.model.listing import ListingRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_LENGTH = 20

EXAMPLES = """
exp ls                                 the newest 20 of the present experiment
exp ls --all -n 0                      every run there is
exp ls --where 'params.lr < 0.01 and status == "finished"'
exp ls --top 5 --by val_auc            the best five, by .exp.yaml or --by=-val_auc
exp ls --group-by auto                 a row for runs that differ in the seed alone
exp ls --sort -val_auc                 the greatest val_auc first
exp ls --columns name,lr,'metrics.*'   only these columns
exp ls --curve loss                    with the curve of a metric
exp ls --watch                         the listing, redrawn while runs go
exp ls --same-as amber-fox-k3v9        the runs with the same inputs
exp ls --hidden                        those too that exp rm hid
exp ls --parts                         each run of a chain in a row of its own
exp ls --csv > runs.csv                every column, for a spreadsheet
exp show $(exp ls --ids -n 1)          ids, for other commands
"""


def ls(
    ctx: typer.Context,
    experiment: LISTED_EXPERIMENT_OPTION = None,
    everything: Annotated[bool, typer.Option("--all", "-a", help="The runs of every experiment.")] = False,
    where: WHERE_OPTION = None,
    top: Annotated[int | None, count_option("--top", help_text="The best N runs, by --by.")] = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            metavar="METRIC",
            help="The best first: auc, loss.min; =-KEY the greatest, =+KEY the least.",
            autocompletion=complete_metrics,
        ),
    ] = None,
    group_by: GROUP_BY_OPTION = None,
    hidden: Annotated[bool, typer.Option("--hidden", help="Those too that are hidden (exp rm).")] = False,
    same_as: Annotated[
        str | None,
        typer.Option(
            "--same-as",
            metavar="RUN",
            help="The runs with the same inputs as this one: its fingerprint.",
            autocompletion=complete_run,
        ),
    ] = None,
    parts: Annotated[bool, typer.Option("--parts", help="Each run of a chain that was resumed.")] = False,
    length: Annotated[int | None, count_option("-n", help_text="At most N rows; 0 for all. [default: 20]")] = None,
    sort: Annotated[
        str | None,
        typer.Option(
            "--sort",
            metavar="KEY",
            help="Order by a column; -KEY for the greatest first.",
            autocompletion=complete_columns,
        ),
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(
            "--columns",
            metavar="KEYS",
            help="Columns by key or glob, with commas: name,lr,metrics.*",
            autocompletion=complete_columns,
        ),
    ] = None,
    curve: Annotated[
        str | None,
        typer.Option(
            "--curve",
            metavar="METRICS",
            help="Draw the curves of metrics, with commas, one a row.",
            autocompletion=complete_metrics,
        ),
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Redraw the listing until q is typed.")] = False,
    as_json: JSON_OPTION = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, every column in it.")] = False,
    as_markdown: Annotated[bool, typer.Option("--md", help="Print a Markdown table.")] = False,
    ids: Annotated[bool, typer.Option("--ids", help="Print ids alone, one a line.")] = False,
    colour: COLOUR_OPTION = "auto",
) -> None:
    """List runs, the newest first; runs that are going stand before them.

    A run that was resumed and the runs that go on from it are one row, that of the newest; parts counts them.

    Columns are the params, metrics and tags that differ; what is the same in all rows is named beneath. A KEY is a
    column: id, name, status, started, seconds, user, command, params.lr, metrics.loss, metrics.loss.min, tags.team, or
    lr alone where that is clear; in --columns also code.commit, seed, host and what else exp compare has.

    With --group-by a row is a group: its runs, their time and cost, mean ± standard deviation and the best value of
    each metric over the finished ones; --sort and --by go by means then, and --columns chooses metrics.
    """
    forms = [
        name
        for name, chosen in (("--json", as_json), ("--csv", as_csv), ("--md", as_markdown), ("--ids", ids))
        if chosen
    ]
    _check(
        forms,
        [
            ("--all", everything, "--experiment", experiment is not None, "exp ls --all --sort experiment"),
            ("--top", top is not None, "-n", length is not None, "exp ls --top 5 --by METRIC"),
            ("--by", by is not None or top is not None, "--sort", sort is not None, "exp ls --top 5 --by METRIC"),
            ("--watch", watch, forms[0] if forms else "", bool(forms), "exp ls --watch"),
            ("--curve", curve is not None, "--csv", as_csv, "exp ls --curve loss --json"),
            ("--curve", curve is not None, "--ids", ids, "exp ls --curve loss --json"),
            ("--group-by", group_by is not None, "--ids", ids, "exp ls --group-by auto --json"),
            ("--group-by", group_by is not None, "--curve", curve is not None, "exp plot draws bands over groups"),
            ("--group-by", group_by is not None, "--same-as", same_as is not None, "exp ls --group-by auto"),
        ],
    )
    request = ListingRequest(
        sort=sort,
        columns=_split(columns),
        choice="all" if as_csv else "differing",
        limit=top if top is not None else DEFAULT_LENGTH if length is None else length,
    )
    view = ListingView(
        request,
        ListingChoice(experiment, everything, hidden, parts, same_as, where, "" if by is None and top else by),
        group_by=_split(group_by),
        curves=_split(curve),
        form=forms[0] if forms else None,
        colour=ctx.obj.colour,
        is_length_asked=length is not None or top is not None,
    )
    if watch:
        from gitexp.cli.listing_watch import watch_listing

        watch_listing(open_recovered(), view)
    else:
        write_listing(open_recovered(), view)


def _check(forms: Sequence[str], pairs: Sequence[tuple[str, bool, str, bool, str]]) -> None:
    """Raises UsageError for options that do not go together."""
    if len(forms) > 1:
        raise UsageError(f"{' and '.join(forms)}: one form at a time", hint=f"exp ls {forms[0]}")
    for one, has_one, other, has_other, hint in pairs:
        if has_one and has_other:
            raise UsageError(f"{one} and {other}: one of them", hint=hint)


def _split(keys: str | None) -> tuple[str, ...]:
    return tuple(key.strip() for key in (keys or "").split(",") if key.strip())
