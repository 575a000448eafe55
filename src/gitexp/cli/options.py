"""Options and arguments that several commands share."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from gitexp.cli.completion import complete_experiment, complete_run


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
EXPERIMENT_OPTION = Annotated[
    str | None,
    typer.Option(
        "-e",
        "--experiment",
        metavar="NAME",
        help="The experiment in which last, max: and min: look; else that of .exp.yaml.",
        autocompletion=complete_experiment,
    ),
]


def run_argument(help_text: str, metavar: str = "RUN") -> Any:
    """A RUN, completed by ids, names and what else names one."""
    return typer.Argument(metavar=metavar, help=help_text, autocompletion=complete_run, show_default=False)
