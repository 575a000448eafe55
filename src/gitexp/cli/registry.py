"""``exp registry``: the models, where their versions stand, and how they came there."""

from __future__ import annotations

from typing import Annotated

import typer

from gitexp.cli.completion import complete_version
from gitexp.cli.opening import open_recovered
from gitexp.cli.options import COLOUR_OPTION, JSON_OPTION
from gitexp.cli.registry_past import Shown, write_history, write_models
from gitexp.errors import UsageError

EXAMPLES = """
exp registry ls                         models and versions
exp registry show fraud@production      who let it there, and why
exp registry show fraud:v3 --lineage    down to code and data
exp registry history fraud --at 2026-03-01
exp registry get fraud@production --json
exp registry card fraud:v3 -o README.md
exp registry diff --base origin/main    what a merge would change
exp registry check --base origin/main   in CI, before a merge
exp registry check --remote             and ask for the bytes
"""
ACTIONS = ("ls", "show", "history", "diff", "check", "get", "card")
_OF_ACTIONS = {
    "lineage": ("show",),
    "stage": ("history",),
    "at": ("history",),
    "output": ("card",),
    "force": ("card",),
    "base": ("check", "diff"),
    "remote": ("check", "diff"),
    "check": ("diff",),
    "format": ("check", "diff"),
    "arrived": ("diff",),
}
"""Which actions each option is for."""


def _complete_action(incomplete: str) -> list[str]:
    return [word for word in ACTIONS if word.startswith(incomplete)]


def _complete_format(incomplete: str) -> list[str]:
    return [word for word in ("text", "github", "md") if word.startswith(incomplete)]


def registry(
    ctx: typer.Context,
    action: Annotated[
        str,
        typer.Argument(
            metavar="ls|show|history|diff|check|get|card", help="What to do.", autocompletion=_complete_action
        ),
    ] = "ls",
    which: Annotated[
        str | None,
        typer.Argument(
            metavar="[MODEL|VERSION]",
            help="A model; of show, get and card a version: fraud@production, fraud:v3; of check --remote a remote.",
            autocompletion=complete_version,
            show_default=False,
        ),
    ] = None,
    lineage: Annotated[
        bool, typer.Option("--lineage", help="With show: where it comes from, down to code, data and people.")
    ] = False,
    stage: Annotated[
        str | None, typer.Option("--stage", metavar="STAGE", help="With history: of one stage alone.")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="DATE", help="With history: what stood where then: 2026-03-01, 7 days ago."),
    ] = None,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="With card: where to; else standard output.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", "-f", help="With card: write over a file that is there.")] = False,
    base: Annotated[
        str | None, typer.Option("--base", metavar="REF", help="With check and diff: what the file is held against.")
    ] = None,
    remote: Annotated[
        bool, typer.Option("--remote", help="With check, and diff --check: ask the remotes for runs and bytes, too.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="With diff: say what is wrong, too.")] = False,
    arrived: Annotated[
        str | None,
        typer.Option(
            "--arrived", metavar="STAGE", help="With diff: only what came to this stage since the base itself."
        ),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORM",
            help="Of check: text or github. Of diff: text or md. [default: as where it runs]",
            autocompletion=_complete_format,
            show_default=False,
        ),
    ] = None,
    as_json: JSON_OPTION = False,
    colour: COLOUR_OPTION = "auto",
) -> int:
    """See which version of a model stands where, since when, and why.

    The registry is the file registry.yaml at the root of the project. exp promote and exp approve write it; here it is
    only read. In a bare repository it is that of HEAD.
    """
    given: dict[str, object] = {
        "lineage": lineage,
        "stage": stage,
        "at": at,
        "output": output,
        "force": force,
        "base": base,
        "remote": remote,
    }
    _check_words(action, which, given | {"check": check, "format": form, "arrived": arrived})
    if action == "diff":
        from gitexp.cli.registry_diff import DiffRequest, write_diff

        request = DiffRequest(base, which, check, remote, form, arrived)
        return write_diff(request, as_json=as_json, colour=ctx.obj.colour)
    if action == "check":
        from gitexp.cli.registry_check import write_check

        return write_check(base, remote=remote, as_json=as_json, colour=ctx.obj.colour, remote_name=which, form=form)
    store = open_recovered()
    shown = Shown(as_json, ctx.obj.colour)
    if action == "ls":
        return write_models(store, which, shown)
    assert which is not None, "it was asked for above"
    if action == "history":
        return write_history(store, which, stage, at, shown)
    if action == "card":
        from gitexp.cli.registry_version import write_card

        return write_card(store, which, output, force=force, shown=shown)
    from gitexp.cli.registry_version import write_delivery, write_version

    if action == "get":
        return write_delivery(store, which, shown)
    return write_version(store, which, lineage=lineage, shown=shown)


def _check_words(action: str, which: str | None, given: dict[str, object]) -> None:
    if action not in ACTIONS:
        raise UsageError(f"exp registry {action}: there is {', '.join(ACTIONS)}", hint="exp registry --help")
    for option, value in given.items():
        if value and action not in _OF_ACTIONS[option]:
            hint = f"exp registry {_OF_ACTIONS[option][0]} --help"
            raise UsageError(f"--{option} is for exp registry {' and '.join(_OF_ACTIONS[option])}", hint=hint)
    if which is None and action in ("show", "history", "get", "card"):
        raise UsageError(f"exp registry {action}: of which?", hint="exp registry ls")
    if which is not None and action == "check" and not given["remote"]:
        raise UsageError("exp registry check looks at the whole file", hint="exp registry check")
