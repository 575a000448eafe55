"""``exp logs``: what a run printed."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from gitexp.actions.logs import fold_output, last_lines, read_output
from gitexp.cli.opening import open_recovered
from gitexp.cli.options import COLOUR_OPTION, EXPERIMENT_OPTION, JSON_OPTION, count_option, run_argument
from gitexp.cli.terminal import find_colour

EXAMPLES = """
exp logs                               what the last run printed
exp logs k3v9 --tail 20                its last 20 lines
exp logs last~1 > before.log           byte for byte
"""


def logs(
    ctx: typer.Context,
    run: Annotated[str, run_argument("The run. [default: last]", "[RUN]")] = "last",
    tail: Annotated[int | None, count_option("--tail", "-n", help_text="The last N lines alone.")] = None,
    experiment: EXPERIMENT_OPTION = None,
    as_json: JSON_OPTION = False,
    colour: COLOUR_OPTION = "auto",
) -> None:
    """Print what a run printed, standard output and error as they came.

    A file or pipe gets it byte for byte. On a terminal its colours are shown, of a line that was redrawn its last
    state, and whatever else would act upon the terminal stands as a visible escape.
    """
    output = read_output(open_recovered(), run, experiment)
    is_terminal = sys.stdout.isatty() and not as_json
    if is_terminal:
        output = fold_output(output)
    if tail is not None:
        output = last_lines(output, tail)
    if as_json:
        from gitexp.cli.output import write_envelope

        write_envelope({"output": output.decode("utf-8", "replace")})
    elif is_terminal:
        from gitexp.render.text import neutralise_output

        sys.stdout.write(neutralise_output(output.decode("utf-8", "replace"), colour=find_colour(ctx.obj.colour)))
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(output)
        sys.stdout.buffer.flush()
