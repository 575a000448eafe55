"""``exp pull``: runs of another repository, to this one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gitexp.actions.pull import PullReport, PullRequest, pull_runs
from gitexp.cli.completion import complete_experiment, complete_remote
from gitexp.cli.opening import open_recovered
from gitexp.cli.options import JSON_OPTION, QUIET_OPTION
from gitexp.cli.progress import Progress
from gitexp.cli.specs import read_specs
from gitexp.cli.synced import describe_remote, tell_refusals
from gitexp.cli.terminal import say, warn
from gitexp.errors import UsageError
from gitexp.render.sync import has_runs, list_errors, summarise, sync_fields

if TYPE_CHECKING:
    from gitexp.errors import ExpError

EXAMPLES = """
exp pull                               every run that the remote has
exp pull -e baseline                   of one experiment
exp pull k3v9                          one run, by the beginning of its id
exp pull --dry-run                     what would come
exp pull --from backup                 from another remote than the chosen one
"""


def pull(
    run: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RUN]...",
            help="The runs, by id or ref; - reads ids from standard input. [default: all]",
            show_default=False,
        ),
    ] = None,
    experiment: Annotated[
        str | None,
        typer.Option(
            "-e",
            "--experiment",
            metavar="NAME",
            help="Only runs that were born in this experiment.",
            autocompletion=complete_experiment,
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="REMOTE",
            help="The remote, by name or URL; else the chosen one.",
            autocompletion=complete_remote,
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Only say what would come.")] = False,
    quiet: QUIET_OPTION = False,
    as_json: JSON_OPTION = False,
) -> int:
    """Pull runs from the remote, through your own Git: its credentials, its ssh.

    What comes is checked before anything is made of it. Nothing here is written over or deleted: what both sides said
    of a run is merged, and goes back with the next push. What is refused is named, the rest comes, and the exit status
    is 1.
    """
    runs = read_specs(run)
    if runs is not None and experiment is not None:
        raise UsageError("--experiment and a RUN: one of them", hint="exp pull --experiment NAME")
    store = open_recovered()
    with Progress("pull", quiet=quiet or as_json) as progress:
        report = pull_runs(store, PullRequest(runs, experiment, source, dry_run), talk=progress.talk())
    errors = list_errors(report.refs)
    if as_json:
        _write_json(report, errors)
    else:
        _tell(report, experiment, quiet=quiet)
    return int(bool(errors))


def _write_json(report: PullReport, errors: list[ExpError]) -> None:
    from gitexp.cli.output import write_envelope

    write_envelope(
        {
            "remote": {"name": report.remote.name, "url": report.remote.url},
            "dry_run": report.dry_run,
            "refs": sync_fields(report.refs),
            "erased": list(report.erased),
            "going": [head.id for head in report.going],
            "warnings": list(report.warnings),
            "folded": report.folded,
        },
        errors,
    )


def _tell(report: PullReport, experiment: str | None, *, quiet: bool) -> None:
    tell_refusals(report.refs)
    for sentence in report.warnings:
        warn(sentence)
    if quiet:
        return
    summary = summarise(report.refs, "pull", "pulled", "here", dry_run=report.dry_run)
    say(f"{summary}: {describe_remote(report.remote)}")
    if experiment is not None and not report.going and not report.erased and not has_runs(report.refs):
        say(f"no run there was born in experiment {experiment!r}: exp remote ls {report.remote.name}")
    if any(one.outcome == "newer" for one in report.refs):
        say("what is newer here goes there with: exp push")
    if any(one.outcome == "merged" for one in report.refs):
        say("what was merged goes back with: exp push")
    if report.folded:
        say(f"{report.folded} {'ref' if report.folded == 1 else 'refs'} went here: folds have the runs")
    if report.purged is not None:
        say(report.purged)
    if report.going:
        one = len(report.going) == 1
        say(f"{len(report.going)} {'is' if one else 'are'} going elsewhere: exp watch {report.going[0].id}")
    if report.erased:
        count = len(report.erased)
        say(f"{count} {'run was' if count == 1 else 'runs were'} left there: erased for good")
