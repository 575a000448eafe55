"""``exp doctor``: what endangers runs, and what mends it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from gitexp.actions.doctor import examine
from gitexp.cli.options import COLOUR_OPTION, JSON_OPTION
from gitexp.cli.terminal import find_look, say
from gitexp.model.checkup import has_problem

EXAMPLES = """
exp doctor                      look at everything, and try the remote
exp doctor --no-remote          say nothing to another machine
exp doctor --json               for a program; the exit status is 1 where there is a problem
"""


def doctor(
    ctx: typer.Context,
    no_remote: Annotated[bool, typer.Option("--no-remote", help="Do not try the remote.")] = False,
    as_json: JSON_OPTION = False,
    colour: COLOUR_OPTION = "auto",
) -> None:
    """Look at Git, its settings, the repository, its runs and its remote, and say what mends what is not well.

    The remote that runs are pushed to is tried with two refs of an empty commit, which are taken away again. Nothing
    else is changed. The exit status is 1 where there is a problem; advice alone is none.
    """
    is_watched = sys.stderr.isatty()
    findings = list(
        examine(
            ask_remote=not no_remote,
            may_ask=sys.stdin is not None and sys.stdin.isatty(),
            tell=say if is_watched and not as_json else lambda _: None,
        )
    )
    if as_json:
        from gitexp.cli.output import write_envelope
        from gitexp.render.json_form import to_plain

        write_envelope({"findings": to_plain(findings), "well": not has_problem(findings)})
    else:
        from gitexp.render.checkup import build_checkup, summarise
        from gitexp.render.plain import format_plain

        look = find_look(ctx.obj.colour)
        # Lines are not wrapped by us: a command that was could not be copied.
        sys.stdout.write(format_plain(build_checkup(findings, look), colour=look.colour))
        sys.stdout.flush()
        say(summarise(findings))
    if has_problem(findings):
        raise typer.Exit(1)
