"""``exp push``: runs of this repository, to another one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from gitexp.actions.push import PushManners, PushReport, PushRequest, push_runs
from gitexp.actions.push_data import DataReport, DataRequest, list_outgoing_heads
from gitexp.cli.completion import complete_experiment, complete_remote, complete_run
from gitexp.cli.opening import open_recovered
from gitexp.cli.options import JSON_OPTION, QUIET_OPTION
from gitexp.cli.progress import Progress
from gitexp.cli.push_data import data_fields, list_data_errors, send_data, tell_data
from gitexp.cli.specs import read_specs
from gitexp.cli.synced import describe_remote, is_attended, tell_refusals
from gitexp.cli.terminal import say, warn
from gitexp.errors import Refused, UsageError
from gitexp.render.sync import describe_luggage, has_runs, list_errors, summarise, sync_fields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.errors import ExpError, HistoryUnasked
    from gitexp.model.head import RunHead
    from gitexp.store.runs import RunStore

EXAMPLES = """
exp push                               what the present experiment has and the remote has not
exp push --all                         of every experiment
exp push last k3v9                     two runs
exp ls --ids | exp push -              those that another command names
exp push --dry-run                     what would go, and whether the gate lets it
exp push --no-data                     the runs, and not what is too large for Git
exp push --data-only                   what is too large for Git, where the data remote lacks it
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
    no_data: Annotated[
        bool, typer.Option("--no-data", help="Push refs alone: no data, and no artifact too large for Git.")
    ] = False,
    data_only: Annotated[
        bool, typer.Option("--data-only", help="Push no refs; ask the data remote anew what it has.")
    ] = False,
    data_remote: Annotated[
        str | None,
        typer.Option(
            "--data-remote",
            metavar="NAME|URL",
            help="The data remote, by name or URL; else that of the settings.",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Only say what would go.")] = False,
    quiet: QUIET_OPTION = False,
    as_json: JSON_OPTION = False,
) -> int:
    """Push runs to the remote, through your own Git: its credentials, its ssh, its hooks.

    A run goes with its code, then data and artifacts that are too large for Git go to a data remote of DVC's, those
    that it has not yet. Whatever that makes public is looked through first, and what looks like a secret is
    refused. Nothing is forced, nothing there is deleted: what both sides said of a run is merged. What is refused is
    named, the rest goes, and the exit status is 1.
    """
    if everything and experiment is not None:
        raise UsageError("--all and --experiment: one of them", hint="exp push --all")
    runs = read_specs(run)
    if runs is not None and everything:
        raise UsageError("--all and a RUN: one of them", hint="exp push --all")
    if no_data and (data_only or data_remote is not None):
        raise UsageError(f"--no-data and {'--data-only' if data_only else '--data-remote'}: one of them")
    request = PushRequest(runs, experiment, everything, to, tuple(allow or ()), True if with_history else None, dry_run)
    store = open_recovered()
    data_request = DataRequest(data_remote, dry_run, anew=data_only)
    if data_only:
        heads = list_outgoing_heads(store, runs, experiment, everything=everything)
        return _push_data(store, heads, data_request, quiet=quiet, as_json=as_json)
    with Progress("push", quiet=quiet or as_json) as progress:
        may_history = None if as_json or not is_attended() else lambda unasked: _may_history(unasked, progress)
        report = push_runs(
            store, request, manners=PushManners(progress.talk(), told=progress.count, may_history=may_history)
        )
    errors = list_errors(report.refs)
    if not as_json:
        _tell(report, request, quiet=quiet)
    data, data_errors = DataReport(), []
    if not no_data:
        refused = {one.ref for one in report.refs if one.outcome == "refused"}
        leaving = [head for head in report.heads if head.ref not in refused]
        data = send_data(store, leaving, data_request, quiet=quiet or as_json)
        fresh = {one.ref for one in report.refs if one.outcome in ("new", "moved", "merged")}
        data_errors = list_data_errors(data, fresh)
    if as_json:
        _write_json(report, data, [*errors, *data_errors])
    else:
        tell_data(data, data_errors, dry_run=dry_run, quiet=quiet, alone=False)
    return int(bool(errors or data_errors))


def _push_data(store: RunStore, heads: Sequence[RunHead], request: DataRequest, *, quiet: bool, as_json: bool) -> int:
    data = send_data(store, heads, request, quiet=quiet or as_json)
    errors = list_data_errors(data, None)
    if as_json:
        from gitexp.cli.output import write_envelope

        write_envelope({"dry_run": request.dry_run, "data": data_fields(data), "warnings": list(data.warnings)}, errors)
    else:
        tell_data(data, errors, dry_run=request.dry_run, quiet=quiet, alone=True)
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


def _write_json(report: PushReport, data: DataReport, errors: list[ExpError]) -> None:
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
            "data": data_fields(data),
            "warnings": [*report.warnings, *data.warnings],
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
