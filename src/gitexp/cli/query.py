"""``exp query``: SQL over all runs, for reading alone."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from gitexp.cli.opening import open_recovered
from gitexp.cli.options import COLOUR_OPTION, JSON_OPTION, count_option
from gitexp.cli.terminal import find_look, say, warn_of_broken
from gitexp.errors import UsageError

if TYPE_CHECKING:
    from gitexp.model.query import QueryAnswer

EXAMPLES = """
exp query --schema                     the views and their columns
exp query "select status, count(*) from runs group by status"
exp query "select run, last from metrics where key = 'loss'"
exp query - --csv < best.sql           SQL from a file
"""
_ON_A_SCREEN = 1_000
_SECONDS = 60.0


def query(
    ctx: typer.Context,
    sql: Annotated[
        str | None,
        typer.Argument(metavar="SQL", help="One SELECT; - reads it from standard input.", show_default=False),
    ] = None,
    schema: Annotated[bool, typer.Option("--schema", help="Name the views and their columns.")] = False,
    length: Annotated[
        int | None,
        count_option("-n", help_text="At most N rows; 0 for all. [default: 1000; a million for --csv, --json]"),
    ] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", help="Stop a query that takes longer.", min=0)
    ] = _SECONDS,
    as_json: JSON_OPTION = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    as_markdown: Annotated[bool, typer.Option("--md", help="Print a Markdown table.")] = False,
    colour: COLOUR_OPTION = "auto",
) -> None:
    """Ask all runs in SQL (SQLite's), on the views runs, params, metrics and tags.

    It only reads. The views hold what the commits of runs say: of a run that is going that is what it began with, and
    of more than 64 params or metrics the first 64.
    """
    forms = [name for name, chosen in (("--json", as_json), ("--csv", as_csv), ("--md", as_markdown)) if chosen]
    if len(forms) > 1:
        raise UsageError(f"{' and '.join(forms)}: one form at a time", hint=f"exp query {forms[0]} SQL")
    if schema:
        if sql is not None:
            raise UsageError("--schema and SQL: one of them", hint="exp query --schema")
        _write_schema(as_json=as_json, colour=ctx.obj.colour)
        return
    text = sys.stdin.read() if sql == "-" else sql
    if text is None or not text.strip():
        raise UsageError("no SQL", hint='exp query "select * from runs limit 5"  (exp query --schema: what there is)')
    from gitexp.actions.query import query as ask
    from gitexp.store.index_query import MOST_ROWS

    most = length or (MOST_ROWS if length == 0 or as_json or as_csv else _ON_A_SCREEN)
    answer, broken = ask(open_recovered(), text, most=most, seconds=timeout)
    if as_json:
        from gitexp.cli.output import write_envelope
        from gitexp.render.json_form import to_plain

        rows = [[to_plain(value.hex() if isinstance(value, bytes) else value) for value in row] for row in answer.rows]
        write_envelope({"columns": list(answer.columns), "rows": rows, "cut": answer.is_cut}, broken)
    else:
        warn_of_broken(broken, "exp query went on")
        _write(answer, form=forms[0] if forms else None, colour=ctx.obj.colour)
    sys.stdout.flush()
    if answer.is_cut:
        say(f"there are more than these {most} rows: -n 0 for all" if most < MOST_ROWS else f"cut after {most} rows")
    if answer.incomplete:
        runs = "1 run has" if answer.incomplete == 1 else f"{answer.incomplete} runs have"
        say(f"{runs} more params, metrics or tags than a commit's message holds, and the views have")


def _write(answer: QueryAnswer, *, form: str | None, colour: str) -> None:
    from gitexp.render.query import build_answer, format_answer_csv, format_answer_markdown

    if form == "--csv":
        sys.stdout.write(format_answer_csv(answer))
    elif form == "--md":
        sys.stdout.write(format_answer_markdown(answer))
    elif answer.rows:
        from gitexp.render.screen import write_page

        look = find_look(colour)
        write_page(build_answer(answer, look), look, sys.stdout)
    else:
        say("no rows")


def _write_schema(*, as_json: bool, colour: str) -> None:
    if as_json:
        from gitexp.cli.output import write_envelope
        from gitexp.model.query import VIEWS

        write_envelope(
            {
                view.name: {"meaning": view.meaning, "columns": {one.name: one.meaning for one in view.columns}}
                for view in VIEWS
            }
        )
        return
    from gitexp.render.query import build_schema
    from gitexp.render.screen import write_page

    look = find_look(colour)
    write_page(build_schema(), look, sys.stdout)
