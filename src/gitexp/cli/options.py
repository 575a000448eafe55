"""Options and arguments that several commands share."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from gitexp.cli.completion import complete_experiment, complete_filter, complete_run


def _note_json(ctx: typer.Context, value: bool) -> bool:
    if value and ctx.obj is not None:
        ctx.obj.json = True
    return value


def _note_colour(ctx: typer.Context, value: str) -> str:
    if value not in ("auto", "always", "never"):
        raise typer.BadParameter("auto, always or never", ctx=ctx, param_hint="--color")
    if value != "auto" and ctx.obj is not None:
        ctx.obj.colour = value
    return value


def _complete_colour(incomplete: str) -> list[str]:
    return [word for word in ("auto", "always", "never") if word.startswith(incomplete)]


COLOUR_OPTION = Annotated[
    str,
    typer.Option(
        "--color",
        metavar="WHEN",
        help="Colour the output: auto, always or never.",
        callback=_note_colour,
        autocompletion=_complete_colour,
        show_default=False,
        is_eager=True,
    ),
]
JSON_OPTION = Annotated[
    bool,
    typer.Option("--json", help="Print JSON: format, data, errors.", callback=_note_json, is_eager=True),
]


DATA_REMOTE_OPTION = Annotated[
    str | None,
    typer.Option("--data-remote", metavar="NAME|URL", help="The data remote; else that of the settings."),
]
QUIET_OPTION = Annotated[bool, typer.Option("--quiet", "-q", help="Say only what was refused.")]


def _experiment(help_text: str) -> Any:
    return typer.Option("-e", "--experiment", metavar="NAME", help=help_text, autocompletion=complete_experiment)


EXPERIMENT_OPTION = Annotated[str | None, _experiment("Where last, max: and min: look; else as .exp.yaml says.")]
LISTED_EXPERIMENT_OPTION = Annotated[str | None, _experiment("The experiment to list; else as .exp.yaml says.")]


WHERE_OPTION = Annotated[
    str | None,
    typer.Option(
        "--where",
        "-w",
        metavar="FILTER",
        help="Only runs that it is true of: 'params.lr < 0.01'",
        autocompletion=complete_filter,
    ),
]
GROUP_BY_OPTION = Annotated[
    str | None,
    typer.Option("--group-by", metavar="KEYS", help="Group by columns, with commas; auto: by all but the seed."),
]


def _check_count(value: int | None) -> int | None:
    if value is not None and value < 0:
        raise typer.BadParameter("not a number of lines or runs")
    return value


def count_option(*names: str, help_text: str) -> Any:
    """A number from 0. (typer's own ``min`` puts ``[x>=0]`` on the help page.)"""
    return typer.Option(*names, metavar="N", help=help_text, callback=_check_count)


RESUME_OPTION = Annotated[
    str | None,
    typer.Option(
        "--resume",
        metavar="RUN",
        help="Go on from a run; auto: from the one that was interrupted, if there is one.",
        autocompletion=complete_run,
    ),
]
FORK_OPTION = Annotated[
    str | None,
    typer.Option("--fork", metavar="RUN[@STEP]", help="Begin from the state of a run.", autocompletion=complete_run),
]
NO_RESTORE_OPTION = Annotated[bool, typer.Option("--no-restore", help="Do not put that run's artifacts in place.")]


def run_argument(help_text: str, metavar: str = "RUN") -> Any:
    """A RUN, completed by ids, names and what else names one."""
    return typer.Argument(metavar=metavar, help=help_text, autocompletion=complete_run, show_default=False)
