"""The command line: one group, its commands imported when they are called, one way out for every error."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from gitexp.cli.commands import COMMANDS
from gitexp.cli.failure import PipeClosedError, report_failure
from gitexp.cli.help import HelpCommand, show_help, write_group_help
from gitexp.cli.options import COLOUR_OPTION
from gitexp.cli.terminal import find_colour, prepare_streams

ENTRIES = {entry.name: entry for entry in COMMANDS}


class Invocation:
    """What one call of ``exp`` has said so far; every command finds it as ``ctx.obj``."""

    __slots__ = ("argv", "colour", "command", "json")

    def __init__(self, argv: tuple[str, ...], *, command: str | None = None, json: bool = False) -> None:
        self.argv = argv
        self.command = command
        self.json = json
        self.colour = "auto"


class CommandGroup(TyperGroup):
    """The group of all commands: listed from a table, imported one by one."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that was called, imported now."""
        name, command, rest = super().resolve_command(ctx, args)
        if command is None or name not in ENTRIES:
            return name, command, rest
        if isinstance(ctx.obj, Invocation):
            ctx.obj.command = name
        return name, load_command(name), rest

    def invoke(self, ctx: Any) -> Any:
        """Runs the command. A closed pipe is told from other errors here, before typer ends the process itself."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise PipeClosedError from error

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The help page of ``exp``."""
        write_group_help(self, ctx, formatter, COMMANDS)


def load_command(name: str) -> Any:
    """Imports a command's module and makes a command of its function."""
    entry = ENTRIES[name]
    module = importlib.import_module(entry.module)
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(
        name=name,
        cls=HelpCommand,
        epilog=getattr(module, "EXAMPLES", None),
        short_help=entry.summary,
        context_settings={"help_option_names": ["-h", "--help"], **getattr(module, "CONTEXT_SETTINGS", {})},
    )(getattr(module, entry.function))
    return get_command(app)


def build_app() -> Any:
    """The command line as typer has it, without any command imported."""
    app = typer.Typer(
        cls=CommandGroup,
        rich_markup_mode=None,
        invoke_without_command=True,
        context_settings={"help_option_names": ["-h", "--help"]},
        help="The experiment tracker that is your Git repository: one run, one commit.",
        epilog=GROUP_EPILOG,
    )
    app.callback()(_begin)
    group = get_command(app)
    for entry in COMMANDS:
        group.add_command(HelpCommand(entry.name, short_help=entry.summary), entry.name)  # type: ignore[attr-defined]
    return group


GROUP_EPILOG = """
Begin with:
  exp run -- python train.py --lr 0.1
  exp ls

A RUN is named by last, last~1, by the first four characters of its id or more,
by its name, or by a metric: max:val_auc, min:loss.
"""


def _begin(
    ctx: typer.Context,
    folder: Annotated[str | None, typer.Option("-C", metavar="DIR", help="Work as if started in DIR.")] = None,
    colour: COLOUR_OPTION = "auto",
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=None)
    ] = False,
) -> None:
    if version:
        from gitexp import __version__

        sys.stdout.write(f"exp {__version__}\n")
        raise typer.Exit
    if folder is not None:
        enter_folder(folder)
    if ctx.invoked_subcommand is None:
        show_help(ctx)


def enter_folder(folder: str) -> None:
    """Goes to a folder, as ``git -C`` does. Raises UsageError."""
    from gitexp.errors import UsageError

    try:
        os.chdir(folder)
    except OSError as error:
        raise UsageError(f"-C {folder}: {error.strerror or error}") from error


def run(argv: list[str]) -> int:
    """Runs one command line and returns the exit status; every error becomes a message and a status here.

    A negative status asks to end by that signal.
    """
    invocation = Invocation(tuple(argv))
    prepare_streams()
    name = "git exp" if os.path.basename(sys.argv[0]).startswith("git-exp") else "exp"
    try:
        status = build_app()(
            argv,
            prog_name=name,
            complete_var="_EXP_COMPLETE",
            standalone_mode=False,
            obj=invocation,
            color=find_colour(invocation.colour),
        )
        sys.stdout.flush()
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else int(ending.code is not None)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  the funnel: each becomes a message and a status
        entry = ENTRIES.get(invocation.command or "")
        return report_failure(error, invocation, entry)
    return status if isinstance(status, int) else 0
