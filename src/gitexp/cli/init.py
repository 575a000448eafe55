"""``exp init``: a commented ``.exp.yaml``, and nothing else."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from gitexp.actions.initialise import initialise
from gitexp.cli.options import JSON_OPTION
from gitexp.cli.terminal import say

EXAMPLES = """
Examples:
  exp init
  exp init services/fraud        in a monorepo: this folder is a project of its own
"""


def init(
    folder: Annotated[
        str, typer.Argument(metavar="[DIR]", help="The project's folder; the repository's root if not given.")
    ] = "",
    project: Annotated[str | None, typer.Option("--project", metavar="NAME", help="The project's name.")] = None,
    json: JSON_OPTION = False,
) -> None:
    """Write a commented .exp.yaml.

    Every key in it has a default; gitexp works the same without the file. Nothing else is changed: no hook, no
    configuration of Git, no ignore file.
    """
    done = initialise(folder or None, project)
    if json:
        from gitexp.cli.output import write_envelope

        write_envelope({"file": done.file, "project": done.project})
        return
    sys.stdout.write(f"{done.file}\n")
    say(f"wrote {done.file}; every key in it is optional. Commit it, then: exp run -- python train.py")
