"""``exp mv``: runs moved to another experiment."""

from __future__ import annotations

from typing import Annotated

import typer

from gitexp.cli.completion import complete_run_or_experiment
from gitexp.cli.opening import open_recovered
from gitexp.cli.options import EXPERIMENT_OPTION, JSON_OPTION
from gitexp.cli.run_words import read_run_words
from gitexp.cli.saying import report, say_of_runs
from gitexp.errors import InvalidValue, UsageError

EXAMPLES = """
exp mv k3v9 trees                      one run
exp mv k3v9 p7qw baseline              two; the last word is the experiment
exp ls --ids | exp mv - archive        every run that is listed
"""


def mv(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN... EXPERIMENT",
            help="The runs, then where they belong; - reads runs from standard input.",
            autocompletion=complete_run_or_experiment,
            show_default=False,
        ),
    ],
    experiment: EXPERIMENT_OPTION = None,
    as_json: JSON_OPTION = False,
) -> None:
    """Move runs to another experiment.

    Listings have them there from now on. The ref keeps the experiment in which a run was born, and goes on to name it.
    """
    from gitexp.actions.named_run import find_runs
    from gitexp.model.annotations import Statement
    from gitexp.model.refs import parse_experiment
    from gitexp.model.spec import Text, parse_spec
    from gitexp.model.statements import plan_move
    from gitexp.model.tag_words import looks_like_run

    *runs, place = words
    if not runs:
        is_run = looks_like_run(place, ()) or not isinstance(parse_spec(place), Text)
        hint = f"exp mv {place} baseline" if is_run else f"exp mv last {place}"
        raise UsageError("a run and an experiment, both are needed", hint=hint)
    try:
        target = parse_experiment(place)
    except InvalidValue as error:
        near = (error.hint or "").removeprefix("--experiment ")
        raise UsageError(error.message, hint=f"exp mv {' '.join(runs)} {near}" if near else None) from error
    given = read_run_words(runs, "exp mv - archive")
    store = open_recovered()
    heads = find_runs(store, given.all, experiment)
    done = say_of_runs(store, heads, plan_move(target), [Statement("move", target)], going=False)
    report(done, "moved", f" to experiment {target}", f"in experiment {target} already", as_json=as_json)
