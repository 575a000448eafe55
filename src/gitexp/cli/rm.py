"""``exp rm``: runs hidden from listings, and shown again."""

from __future__ import annotations

from typing import Annotated

import typer

from gitexp.cli.completion import complete_removable_run
from gitexp.cli.opening import open_recovered
from gitexp.cli.options import EXPERIMENT_OPTION, JSON_OPTION
from gitexp.cli.run_words import read_run_words
from gitexp.cli.saying import report, say_of_runs
from gitexp.cli.terminal import say
from gitexp.errors import UsageError

EXAMPLES = """
exp rm k3v9                            hidden from listings
exp rm k3v9 p7qw --why "wrong data"    with a note of why
exp rm --undo k3v9                     shown again
exp ls --hidden                        what is hidden
"""


def rm(
    runs: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN...",
            help="The runs; - reads them from standard input, one a line.",
            autocompletion=complete_removable_run,
            show_default=False,
        ),
    ],
    undo: Annotated[bool, typer.Option("--undo", help="Show hidden runs again.")] = False,
    why: Annotated[str | None, typer.Option("--why", metavar="TEXT", help="A note of why.")] = None,
    experiment: EXPERIMENT_OPTION = None,
    as_json: JSON_OPTION = False,
) -> None:
    """Hide runs from listings. Nothing is deleted: --undo shows them again.

    A hidden run can still be named by its id or name; last, max: and min: pass over it. A run that registry.yaml
    names, here or on another branch, is not hidden.
    """
    from gitexp.actions.named_run import find_runs
    from gitexp.actions.registry_holders import refuse_registered
    from gitexp.model.annotations import Statement
    from gitexp.model.statements import plan_hiding, plan_unhiding, read_text

    if undo and why is not None:
        raise UsageError("--undo and --why: one of them", hint="exp note RUN TEXT")
    given = read_run_words(runs, "exp rm -")
    store = open_recovered()
    heads = find_runs(store, given.all, experiment)
    if undo:
        done = say_of_runs(store, heads, plan_unhiding(), [Statement("unhide")], going=False)
        report(done, "shown again:", "", "not hidden", as_json=as_json)
        return
    refuse_registered(store, [head.id for head in heads], "hide")
    text = read_text(why) if why is not None else None
    said = [Statement("hide"), *([Statement("note", text)] if text is not None else [])]
    done = say_of_runs(store, heads, plan_hiding(text), said, going=False)
    report(done, "hid", "", "hidden already", as_json=as_json)
    if done.changed and not as_json:
        ids = " ".join(one.head.id for one in done.changed[:3])
        say(f"to undo: exp rm --undo {ids}{' ...' if len(done.changed) > 3 else ''}")
