"""``exp watch``: runs while they go."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from typing import TYPE_CHECKING, Annotated

import typer

from gitexp.actions.watch import choose_watched, open_watches
from gitexp.cli.keys import Keys
from gitexp.cli.opening import open_recovered
from gitexp.cli.options import COLOUR_OPTION, EXPERIMENT_OPTION, JSON_OPTION, run_argument
from gitexp.cli.terminal import find_look, warn
from gitexp.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.actions.watch import RunWatch
    from gitexp.model.going import RunView

EXAMPLES = """
exp watch                              every run that is going, else the newest
exp watch k3v9 p7qw                    these two, their curves in one picture
exp watch --metric 'val_*'             these metrics alone
exp watch --once                       one picture, for a pipe or a log
"""
_FOOTER = "q ends the watch; the run goes on"
_PAUSE = 0.1
_SHORTEST_INTERVAL = 0.1


def watch(
    ctx: typer.Context,
    runs: Annotated[
        list[str] | None,
        run_argument("The runs. [default: all that are going here, else the newest]", "[RUN]..."),
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option("--metric", "-m", metavar="GLOB", help="Draw these metrics alone; may be repeated."),
    ] = None,
    interval: Annotated[
        float, typer.Option("--interval", "-i", metavar="SECONDS", help="Look that often.", show_default=False)
    ] = 1.0,
    once: Annotated[bool, typer.Option("--once", help="Print one picture and exit, as in a pipe.")] = False,
    experiment: EXPERIMENT_OPTION = None,
    as_json: JSON_OPTION = False,
    colour: COLOUR_OPTION = "auto",
) -> None:
    """Watch runs while they go: how far they are, their curves, what they print, what they use of the machine.

    Ends when all of them have ended; q ends it before. With --json each look is one line of JSON.
    """
    if interval < _SHORTEST_INTERVAL:
        raise UsageError(f"--interval {interval}: less than {_SHORTEST_INTERVAL} seconds", hint="exp watch -i 0.5")
    store = open_recovered()
    is_screen = not as_json and not once and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    goes_on = is_screen or (as_json and not once)
    watches = open_watches(store, choose_watched(store, runs or (), experiment), once=not goes_on)
    try:
        if as_json:
            _print_json(watches, interval, once=once)
        elif not is_screen:
            _print(ctx, [one.look() for one in watches], metric or ())
        else:
            _show(ctx, watches, metric or (), interval)
        for sentence in [sentence for one in watches for sentence in one.sentences]:
            warn(sentence)
    finally:
        for one in watches:
            one.close()


def _show(ctx: typer.Context, watches: Sequence[RunWatch], wanted: Sequence[str], interval: float) -> None:
    from gitexp.render.watch_frame import build_frame
    from gitexp.render.watch_screen import WatchScreen

    views = [one.look() for one in watches]
    looked = time.monotonic()
    with Keys() as keys, WatchScreen(find_look(ctx.obj.colour), sys.stdout) as screen:
        size = None
        while any(view.is_going for view in views):
            now = shutil.get_terminal_size()
            if size != now or time.monotonic() - looked >= interval:
                if time.monotonic() - looked >= interval:
                    views = [one.look() for one in watches]
                    looked = time.monotonic()
                size = now
                look = find_look(ctx.obj.colour)
                screen.show(build_frame(views, look, size.lines, wanted, _FOOTER), size.columns, size.lines)
            if keys.wait(min(_PAUSE, interval)) in ("q", "Q"):
                break
    _print(ctx, views, wanted, height=shutil.get_terminal_size().lines - 1)


def _print(ctx: typer.Context, views: Sequence[RunView], wanted: Sequence[str], height: int | None = None) -> None:
    from gitexp.render.page import Text
    from gitexp.render.plain import format_plain
    from gitexp.render.watch_frame import build_frame

    look = find_look(ctx.obj.colour)
    lines = build_frame(views, look, height if look.is_screen else None, wanted)
    while lines and not lines[-1]:
        lines.pop()
    sys.stdout.write(format_plain([Text(tuple(lines))], colour=look.colour))


def _print_json(watches: Sequence[RunWatch], interval: float, *, once: bool) -> None:
    from gitexp.cli.output import write_envelope
    from gitexp.render.json_form import view_fields

    while True:
        views = [one.look() for one in watches]
        fields = {"runs": [view_fields(view) for view in views]}
        if once:
            write_envelope(fields)
            return
        sys.stdout.write(json.dumps(fields) + "\n")
        sys.stdout.flush()
        if not any(view.is_going for view in views):
            return
        time.sleep(interval)
