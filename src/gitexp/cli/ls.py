"""``exp ls``: the runs, the newest first."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from gitexp.actions.list_runs import Listing, list_project
from gitexp.cli.completion import complete_columns, complete_run
from gitexp.cli.opening import open_recovered
from gitexp.cli.options import COLOUR_OPTION, JSON_OPTION, LISTED_EXPERIMENT_OPTION, count_option
from gitexp.cli.terminal import find_look, say, warn_of_broken
from gitexp.errors import UsageError
from gitexp.model.listing import ListingRequest

DEFAULT_LENGTH = 20

EXAMPLES = """
exp ls                                 the newest 20 of the present experiment
exp ls --all -n 0                      every run there is
exp ls --sort -val_auc                 the greatest val_auc first
exp ls --columns name,lr,'metrics.*'   only these columns
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
    length: Annotated[int | None, count_option("-n", help_text="At most N runs; 0 for all. [default: 20]")] = None,
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
    lr alone where that is clear.
    """
    forms = [
        name
        for name, chosen in (("--json", as_json), ("--csv", as_csv), ("--md", as_markdown), ("--ids", ids))
        if chosen
    ]
    if len(forms) > 1:
        raise UsageError(f"{' and '.join(forms)}: one form at a time", hint=f"exp ls {forms[0]}")
    if everything and experiment is not None:
        raise UsageError("--all and --experiment: one of them", hint="exp ls --all --sort experiment")
    request = ListingRequest(
        sort=sort,
        columns=tuple(key.strip() for key in columns.split(",") if key.strip()) if columns else (),
        choice="all" if as_csv else "differing",
        limit=DEFAULT_LENGTH if length is None else length,
    )
    listing = list_project(
        open_recovered(),
        request,
        experiment=experiment,
        everything=everything,
        hidden=hidden,
        parts=parts,
        same_as=same_as,
    )
    if as_json:
        _write_json(listing)
        return
    warn_of_broken(listing.broken, "exp ls went on")
    _write(listing, form=forms[0] if forms else None, colour=ctx.obj.colour)
    _tell_what_is_missing(listing, is_cut=length is None and not forms, is_plain=not forms)


def _write_json(listing: Listing) -> None:
    from gitexp.cli.output import write_envelope
    from gitexp.render.json_form import table_fields

    same_as = listing.same_as.id if listing.same_as is not None else None
    fields = {
        "experiment": listing.experiment,
        "hidden": listing.hidden,
        "same_as": same_as,
        **table_fields(listing.table),
    }
    write_envelope(fields, listing.broken)


def _write(listing: Listing, *, form: str | None, colour: str) -> None:
    table = listing.table
    if form == "--ids":
        sys.stdout.writelines(f"{head.id}\n" for head in table.heads)
        return
    from gitexp.render.listing import build_listing, format_csv, format_markdown

    if form == "--csv":
        sys.stdout.write(format_csv(table))
    elif form == "--md":
        sys.stdout.write(format_markdown(table, find_look(colour)))
    elif table.heads:
        from gitexp.render.screen import write_page

        look = find_look(colour)
        write_page(build_listing(table, look), look, sys.stdout)


def _tell_what_is_missing(listing: Listing, *, is_cut: bool, is_plain: bool) -> None:
    """``is_cut``: nobody asked for that many. ``is_plain``: it is a table for people."""
    table = listing.table
    if listing.same_as is not None and is_plain:
        sys.stdout.flush()
        of = f"{listing.same_as.name} ({listing.same_as.id})"
        say(f"with the inputs of {of}" if table.total > 1 else f"no other run has the inputs of {of}")
    if listing.erased is not None:
        sys.stdout.flush()
        say(listing.erased)
    if is_cut and table.left_over:
        sys.stdout.flush()
        say(f"{len(table.heads)} of {table.total} runs; exp ls -n 0 lists all")
    if listing.hidden and is_plain:
        sys.stdout.flush()
        say(f"{listing.hidden} hidden: exp ls --hidden")
    if listing.same_as is not None:
        return
    if table.heads:
        if listing.going_elsewhere and is_plain:
            sys.stdout.flush()
            say(f"{listing.going_elsewhere} going in other experiments: exp ls --all")
        return
    if listing.hidden:
        return
    where = "" if listing.experiment is None else f" in experiment {listing.experiment!r}"
    if listing.elsewhere:
        say(f"no runs{where}; {listing.elsewhere} in others: exp ls --all")
    elif listing.may_pull:
        say("no runs here yet; those of the remote: exp pull; the first: exp run -- python train.py")
    else:
        say(f"no runs{where} yet; the first: exp run -- python train.py")
