"""``exp push``: runs of this repository, to another one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from gitexp.actions.push import PushManners, PushReport, PushRequest, push_runs
from gitexp.cli.completion import complete_experiment, complete_remote, complete_run
from gitexp.cli.opening import open_recovered
from gitexp.cli.options import JSON_OPTION, QUIET_OPTION
from gitexp.cli.progress import Progress
from gitexp.cli.specs import read_specs
from gitexp.cli.synced import describe_remote, is_attended, tell_refusals
from gitexp.cli.terminal import say, warn
from gitexp.errors import Refused, UsageError
from gitexp.render.sync import describe_luggage, has_runs, list_errors, summarise, sync_fields

if TYPE_CHECKING:
    from gitexp.errors import ExpError, HistoryUnasked

EXAMPLES = """
exp push                               what the present experiment has and the remote has not
exp push --all                         of every experiment
exp push last k3v9                     two runs
exp ls --ids | exp push -              those that another command names
exp push --dry-run                     what would go, and whether the gate lets it
exp push --to backup                   to another remote than the chosen one
"""


def push(
    run: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RUN]...",
            help="The runs; - reads ids from standard input. [default: all of the present experiment]",
            autocompletion=complete_run,
            show_default=False,
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", "-a", help="The runs of every experiment.")] = False,
    experiment: Annotated[
        str | None,
        typer.Option(
            "-e",
            "--experiment",
            metavar="NAME",
            help="The experiment; else as .exp.yaml says.",
            autocompletion=complete_experiment,
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="REMOTE",
            help="The remote, by name or URL; else the chosen one.",
            autocompletion=complete_remote,
        ),
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            "--allow", metavar="WHAT", help="A path or fingerprint that looks like a secret and is none; repeatable."
        ),
    ] = None,
    with_history: Annotated[
        bool, typer.Option("--with-history", help="Let commits that are not pushed yet go along, without asking.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Only say what would go.")] = False,
    quiet: QUIET_OPTION = False,
    as_json: JSON_OPTION = False,
) -> int:
    """Push runs to the remote, through your own Git: its credentials, its ssh, its hooks.

    A run goes with its code. Whatever that makes public is looked through first, and what looks like a secret is
    refused. Nothing is forced, nothing there is deleted: what both sides said of a run is merged. What is refused is
    named, the rest goes, and the exit status is 1.
    """
    if everything and experiment is not None:
        raise UsageError("--all and --experiment: one of them", hint="exp push --all")
    runs = read_specs(run)
    if runs is not None and everything:
        raise UsageError("--all and a RUN: one of them", hint="exp push --all")
    request = PushRequest(runs, experiment, everything, to, tuple(allow or ()), True if with_history else None, dry_run)
    store = open_recovered()
    with Progress("push", quiet=quiet or as_json) as progress:
        may_history = None if as_json or not is_attended() else lambda unasked: _may_history(unasked, progress)
        report = push_runs(
            store, request, manners=PushManners(progress.talk(), told=progress.count, may_history=may_history)
        )
    errors = list_errors(report.refs)
    if as_json:
        _write_json(report, errors)
    else:
        _tell(report, request, quiet=quiet)
    return int(bool(errors))


def _may_history(unasked: HistoryUnasked, progress: Progress) -> bool:
    """Asks once whether commits that are not pushed yet may go along. Raises Refused where they may not."""
    progress.wipe()
    say(unasked.message)
    sys.stderr.write("push them too? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Refused("nothing was pushed")
    return True


def _write_json(report: PushReport, errors: list[ExpError]) -> None:
    from gitexp.cli.output import write_envelope

    write_envelope(
        {
            "remote": {"name": report.remote.name, "url": report.remote.url},
            "dry_run": report.dry_run,
            "refs": sync_fields(report.refs),
            "going": report.going,
            "erased": report.erased,
            "elsewhere": report.elsewhere,
            "folded": report.folded_there,
            "warnings": list(report.warnings),
            "commits": sum(one.commits for one in report.inspections),
            "unpushed": [commit._asdict() for one in report.inspections for commit in one.unpushed],
            "excused": [
                {**one.find._asdict(), "why": one.why} for found in report.inspections for one in found.excused
            ],
        },
        errors,
    )


def _tell(report: PushReport, request: PushRequest, *, quiet: bool) -> None:
    tell_refusals(report.refs)
    if report.why_not_folded is not None:
        warn(f"refs of folded runs stay on {report.remote.name}: {report.why_not_folded}")
    for sentence in report.warnings:
        warn(sentence)
    if quiet:
        return
    summary = summarise(report.refs, "push", "pushed", "there", dry_run=report.dry_run)
    say(f"{summary}: {describe_remote(report.remote)}")
    for sentence in describe_luggage(report.inspections, dry_run=report.dry_run):
        say(sentence)
    if report.folded_there:
        say(f"{report.folded_there} {'ref' if report.folded_there == 1 else 'refs'} went there: folds have the runs")
    if any(one.outcome == "newer" for one in report.refs):
        say("what is newer there comes with: exp pull")
    if report.experiment is not None and not report.going and not has_runs(report.refs):
        say(f"no runs in experiment {report.experiment!r}; exp ls --all lists those of others")
    if report.elsewhere and request.experiment is None:
        count = f"{report.elsewhere} run{'s' * (report.elsewhere != 1)} of other experiments"
        say(f"{count} {'differs' if report.elsewhere == 1 else 'differ'} from what is there: exp push --all")
    if report.going:
        say(f"{report.going} {'is' if report.going == 1 else 'are'} going: exp push again when ended")
