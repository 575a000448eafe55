"""``exp checkout``: the code of a run in a new worktree."""

from __future__ import annotations

import os
import shlex
import sys
from typing import Annotated

import typer

from gitexp.actions.checkout import CheckedOut, checkout_run
from gitexp.cli.opening import open_recovered
from gitexp.cli.options import EXPERIMENT_OPTION, JSON_OPTION, run_argument
from gitexp.cli.terminal import say
from gitexp.render.numbers import format_bytes

EXAMPLES = """
exp checkout last                      beside the repository, named after both
exp checkout max:val_auc ../best       the code of the best run, in ../best
cd "$(exp checkout k3v9)"              and go there
git worktree remove ../best            when you are done
"""
_NAMED = 5


def checkout(
    run: Annotated[str, run_argument("The run.")],
    folder: Annotated[
        str | None,
        typer.Argument(metavar="[DIR]", help="A new folder. [default: ../<repository>-<name>]", show_default=False),
    ] = None,
    with_filters: Annotated[
        bool,
        typer.Option(
            "--with-filters",
            help="Run the filters that are configured (Git LFS); a run can bring its own programs.",
        ),
    ] = False,
    experiment: EXPERIMENT_OPTION = None,
    as_json: JSON_OPTION = False,
) -> None:
    """Put the code of a run into a new worktree, as it was when it ran, uncommitted changes and new files included.

    Nothing is executed: hooks and filters are off. Your own folder, branch and index stay as they are. The folder's
    path goes to standard output.
    """
    made = checkout_run(open_recovered(), run, folder, experiment, with_filters=with_filters)
    if as_json:
        from gitexp.cli.output import write_envelope
        from gitexp.render.json_form import to_plain

        fields = {"folder": made.folder, "commit": made.commit, "id": made.head.id, "name": made.head.name}
        write_envelope({**fields, "left_out": to_plain(made.run.code.left_out)})
        return
    sys.stdout.write(f"{made.folder}\n")
    sys.stdout.flush()
    _tell(made)


def _tell(made: CheckedOut) -> None:
    run = made.run
    say(f"the code of {run.name}, at {made.commit[:12]}; it ran: {shlex.join(run.command)}")
    if run.directory not in ("", "."):
        say(f"in {os.path.join(made.folder, run.directory)}")
    for item in run.code.left_out[:_NAMED]:
        size = f", {format_bytes(item.bytes)}" if item.bytes is not None else ""
        say(f"not in the snapshot: {item.path}{size} ({item.why})")
    if len(run.code.left_out) > _NAMED:
        say(f"and {len(run.code.left_out) - _NAMED} more: exp show {run.id}")
