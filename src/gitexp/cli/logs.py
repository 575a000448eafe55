"""``exp logs``: what a run printed."""

from __future__ import annotations

import shutil
import sys
import time
from typing import TYPE_CHECKING, Annotated

import typer

from gitexp.actions.logs import fold_output, last_lines, read_output
from gitexp.cli.opening import open_recovered
from gitexp.cli.options import COLOUR_OPTION, EXPERIMENT_OPTION, JSON_OPTION, count_option, run_argument
from gitexp.cli.terminal import find_colour
from gitexp.errors import UsageError

if TYPE_CHECKING:
    from gitexp.model.head import RunHead
    from gitexp.store.runs import RunStore

EXAMPLES = """
exp logs                               what the last run printed
exp logs k3v9 --tail 20                its last 20 lines
exp logs -f                            the newest run that is going, as it prints
exp logs last~1 > before.log           byte for byte
"""
_PAUSE = 0.1


def logs(
    ctx: typer.Context,
    run: Annotated[
        str | None, run_argument("The run. [default: last; with -f the newest that is going]", "[RUN]")
    ] = None,
    tail: Annotated[int | None, count_option("--tail", "-n", help_text="The last N lines alone.")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the run ends.")] = False,
    experiment: EXPERIMENT_OPTION = None,
    as_json: JSON_OPTION = False,
    colour: COLOUR_OPTION = "auto",
) -> None:
    """Print what a run printed, standard output and error as they came.

    A file or pipe gets it byte for byte. On a terminal its colours are shown, of a line that was redrawn its last
    state, and whatever else would act upon the terminal stands as a visible escape.
    """
    if follow and as_json:
        raise UsageError("--follow and --json: one of them", hint="exp watch --json")
    store = open_recovered()
    if follow:
        _follow(ctx, store, run, tail, experiment)
        return
    output = read_output(store, run or "last", experiment)
    if as_json:
        from gitexp.cli.output import write_envelope

        output = output if tail is None else last_lines(output, tail)
        write_envelope({"output": output.decode("utf-8", "replace")})
    else:
        _write(ctx, output, tail)


def _write(ctx: typer.Context, output: bytes, tail: int | None) -> None:
    is_terminal = sys.stdout.isatty()
    if is_terminal:
        output = fold_output(output)
    if tail is not None:
        output = last_lines(output, tail)
    if is_terminal:
        from gitexp.render.text import neutralise_output

        sys.stdout.write(neutralise_output(output.decode("utf-8", "replace"), colour=find_colour(ctx.obj.colour)))
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(output)
        sys.stdout.buffer.flush()


def _follow(ctx: typer.Context, store: RunStore, text: str | None, tail: int | None, experiment: str | None) -> None:
    from gitexp.actions.follow import choose_followed, follow_output
    from gitexp.actions.named_run import find_run
    from gitexp.cli.terminal import warn
    from gitexp.model.run import Status
    from gitexp.render.flow import TerminalFlow

    head = find_run(store, text or choose_followed(store, experiment), experiment)
    if head.status is not Status.RUNNING:
        _write(ctx, read_output(store, head.id, experiment), tail)
        return
    flow = TerminalFlow(colour=find_colour(ctx.obj.colour)) if sys.stdout.isatty() else None
    is_first = True
    with follow_output(store, head) as follower:
        while follower.ended is None:
            output = follower.read()
            if is_first and tail is not None:
                output = last_lines(output if flow is None else fold_output(output), tail)
            is_first = False
            _pass_on(output, flow, is_last=follower.ended is not None)
            while follower.sentences:
                warn(follower.sentences.pop(0))
            if follower.ended is None:
                time.sleep(_PAUSE)
    _tell_end(ctx, follower.ended)


def _pass_on(output: bytes, flow: object, *, is_last: bool) -> None:
    from gitexp.render.flow import TerminalFlow

    if isinstance(flow, TerminalFlow):
        text = flow.feed(output.decode("utf-8", "replace"), shutil.get_terminal_size().columns) if output else ""
        sys.stdout.write(text + (flow.finish() if is_last else ""))
        sys.stdout.flush()
    elif output:
        sys.stdout.buffer.write(output)
        sys.stdout.buffer.flush()


def _tell_end(ctx: typer.Context, head: RunHead) -> None:
    from gitexp.cli.terminal import find_look, warn
    from gitexp.render.status import show_status
    from gitexp.render.times import format_duration

    took = "" if head.seconds is None else f" in {format_duration(head.seconds)}"
    warn(f"{show_status(head.status, find_look(ctx.obj.colour, sys.stderr)).text} {head.name}{took}")
