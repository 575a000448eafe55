"""``exp recover``: runs whose recording died are completed, and what is still going is named."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from gitexp.actions.recovery_report import recover_project
from gitexp.cli.completion import complete_run
from gitexp.cli.options import JSON_OPTION
from gitexp.cli.terminal import say
from gitexp.render.text import neutralise
from gitexp.store.runs import open_store

if TYPE_CHECKING:
    from gitexp.actions.recovery_report import ReportedRun

EXAMPLES = """
exp recover                            all runs that are not stored yet
exp recover k3v9                       this one
"""


def recover(
    run: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RUN]...",
            help="The runs to complete. [default: all that are not stored]",
            autocompletion=complete_run,
            show_default=False,
        ),
    ] = None,
    as_json: JSON_OPTION = False,
) -> int:
    """Complete runs whose recording died, and say how all others stand that are not stored yet.

    Every other command does the same on its way; this one also tells of what is going, here and on other hosts. The
    exit status is 1 where a run could not be completed.
    """
    reports = recover_project(open_store(), tuple(run or ()))
    if as_json:
        from gitexp.cli.output import write_envelope

        write_envelope({"runs": list(map(_fields, reports))})
    elif not reports:
        say("nothing to recover: no journal is left here")
    else:
        sys.stdout.writelines(f"{neutralise(sentence)}\n" for report in reports for sentence in report.sentences)
    return int(any(report.state == "failed" for report in reports))


def _fields(report: ReportedRun) -> dict[str, object]:
    return {
        "id": report.id,
        "name": report.name or None,
        "state": report.state,
        "host": report.host or None,
        "ref": report.ref,
        "seconds_since_heard": report.silence,
        "sentences": list(report.sentences),
    }
