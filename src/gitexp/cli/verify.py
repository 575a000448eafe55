"""``exp verify``: whether every run is whole, and every byte of it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from gitexp.actions.verify import verify_runs
from gitexp.cli.completion import complete_run
from gitexp.cli.opening import open_recovered
from gitexp.cli.options import COLOUR_OPTION, EXPERIMENT_OPTION, JSON_OPTION
from gitexp.cli.reading_progress import ReadingProgress
from gitexp.cli.run_words import read_run_words
from gitexp.cli.terminal import find_look, say

EXAMPLES = """
exp verify                      everything, every byte that is here
exp verify --quick              the same without reading artifacts
exp verify last max:val_auc     these runs
exp verify --remote             and ask the data remote for what they point at
exp verify --json               for a program; the exit status is 1 where something does not hold
"""


def verify(
    ctx: typer.Context,
    run: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RUN]...",
            help="The runs; - reads them from standard input. [default: all]",
            autocompletion=complete_run,
            show_default=False,
        ),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Read no bytes: ask only whether everything is there.")
    ] = False,
    remote: Annotated[
        bool, typer.Option("--remote", help="Ask the data remote too whether it has what the runs point at.")
    ] = False,
    data_remote: Annotated[
        str | None,
        typer.Option("--data-remote", metavar="NAME|URL", help="Ask this data remote; implies --remote."),
    ] = None,
    experiment: EXPERIMENT_OPTION = None,
    as_json: JSON_OPTION = False,
    colour: COLOUR_OPTION = "auto",
) -> int:
    """Check that runs are whole: records, objects of Git, pointers, and the bytes of artifacts.

    Each manifest is read and held against its commit message, against the pointers and small artifacts beside it, and
    against its fingerprint; signatures and folds are checked; every artifact that is here is read and hashed. What
    lies on another machine is no problem, and is counted. The exit status is 1 where something does not hold.
    """
    runs = read_run_words(run or (), "exp verify -").all
    store = open_recovered()
    with ReadingProgress("verify", quiet=as_json) as progress:
        found = verify_runs(
            store,
            runs,
            experiment=experiment,
            quick=quick,
            ask_remote=remote or data_remote is not None,
            remote=data_remote,
            progress=progress,
        )
    if as_json:
        from gitexp.cli.output import write_envelope
        from gitexp.render.json_form import to_plain

        write_envelope({"holds": found.holds, **to_plain(found)})
        return int(not found.holds)
    from gitexp.render.plain import format_plain
    from gitexp.render.verification import build_verification, describe_elsewhere, summarise

    look = find_look(ctx.obj.colour)
    # Lines are not wrapped by us: a command that was could not be copied.
    sys.stdout.write(format_plain(build_verification(found, look), colour=look.colour))
    sys.stdout.flush()
    if found.elsewhere and found.holds and not remote:
        say(f"{describe_elsewhere(found)}: exp verify --remote asks the data remote for them")
    say(summarise(found))
    return int(not found.holds)
