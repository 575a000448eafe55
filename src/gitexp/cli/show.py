"""``exp show``: everything that is known of one run."""

from __future__ import annotations

import shutil
import sys
from typing import Annotated

import typer

from gitexp.actions.show import open_run
from gitexp.cli.opening import open_recovered
from gitexp.cli.options import COLOUR_OPTION, EXPERIMENT_OPTION, JSON_OPTION, run_argument
from gitexp.cli.terminal import find_look
from gitexp.errors import UsageError

EXAMPLES = """
exp show                               the last run
exp show k3v9                          by the beginning of its id
exp show max:val_auc                   the run with the greatest val_auc
exp show last --part metrics.csv       a file of its record, as it is
exp show last --json | jq .data.params
"""


def show(
    ctx: typer.Context,
    run: Annotated[str, run_argument("The run to show. [default: last]", "[RUN]")] = "last",
    part: Annotated[
        str | None,
        typer.Option("--part", metavar="PATH", help="Print one file of the record, an artifact, else of the code."),
    ] = None,
    experiment: EXPERIMENT_OPTION = None,
    as_json: JSON_OPTION = False,
    colour: COLOUR_OPTION = "auto",
) -> None:
    """Show everything that is known of a run.

    Of one that resumes others metrics and curves are those of all up to it; where steps overlap the later run's count.
    """
    store = open_recovered()
    if part is not None:
        if as_json:
            raise UsageError("--part and --json: one of them", hint=f"exp show {run} --part {part}")
        from gitexp.actions.part import open_part

        with open_part(store, run, part, experiment) as opened_part:
            sys.stdout.flush()
            shutil.copyfileobj(opened_part, sys.stdout.buffer)
            sys.stdout.buffer.flush()
        return
    opened = open_run(store, run, experiment)
    if as_json:
        from gitexp.cli.output import write_envelope
        from gitexp.render.json_form import chain_fields, going_fields, run_fields

        now = {} if opened.view is None else {"now": going_fields(opened.view)}
        again = {
            "reproduced_by": [one.id for one in opened.reproduced_by],
            "versions": [one._asdict() for one in opened.versions],
        }
        fields = run_fields(opened.run, opened.head, opened.usage)
        write_envelope({**fields, "parts": list(opened.parts), **chain_fields(opened.chain), **again, **now})
        return
    from gitexp.render.run_page import build_run_page
    from gitexp.render.screen import write_page

    look = find_look(ctx.obj.colour)
    page = build_run_page(
        opened.run,
        opened.head,
        look,
        parts=opened.parts,
        id_length=opened.id_length,
        is_newest=opened.is_newest,
        usage=opened.usage,
        view=opened.view,
        chain=opened.chain,
        reproduced_by=opened.reproduced_by,
        versions=[(one.name, one.stage, *one.aliases) for one in opened.versions],
    )
    write_page(page, look, sys.stdout)
