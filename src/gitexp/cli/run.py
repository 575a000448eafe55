"""``exp run``: records a command. Its exit status is the command's, its standard output is the command's alone."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from gitexp.actions.request import RecordRequest
from gitexp.cli.completion import complete_experiment
from gitexp.cli.options import FORK_OPTION, JSON_OPTION, NO_RESTORE_OPTION, RESUME_OPTION
from gitexp.cli.run_live import leave_to_envelope, push_at_end, read_share, tell_meanwhile, tell_push
from gitexp.cli.terminal import silence_errors
from gitexp.errors import GitMissing
from gitexp.git.working_copy import start_opening
from gitexp.model.ids import RANDOM_BYTES

if TYPE_CHECKING:
    from gitexp.actions.record import RecordResult
    from gitexp.git.working_copy import Opening

CONTEXT_SETTINGS = {"allow_interspersed_args": False}
EXAMPLES = """
Examples:
  exp run -- python train.py --lr 0.1
  exp run -e trees --name deep --tag baseline -- python train.py --depth 12
  exp run --param data.version=3 --artifact model.pt -- make train
  exp run --live -- python train.py          others can watch it
  exp run --resume auto -- python train.py   go on, if it was interrupted
  exp run --fork k3v9@400 -- python train.py --lr 0.01
  exp run --needed -- python train.py        only if no run with equal inputs finished
  exp run --dry-run -- python train.py       what would be recorded

Exit status: that of the command; 126 or 127 where it could not be started,
128 + n where signal n ended it, 125 where exp refused before the start.
"""


def run(
    ctx: typer.Context,
    command: Annotated[
        list[str] | None,
        typer.Argument(metavar="COMMAND [ARG]...", help="What to run; everything after it is its own."),
    ] = None,
    experiment: Annotated[
        str | None,
        typer.Option(
            "-e",
            "--experiment",
            metavar="NAME",
            help="The experiment that the run belongs to.",
            autocompletion=complete_experiment,
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option("-n", "--name", metavar="NAME", help="A name; made up where none is given.")
    ] = None,
    param: Annotated[
        list[str] | None, typer.Option("-p", "--param", metavar="K=V", help="A param; dots nest, values are typed.")
    ] = None,
    params_file: Annotated[
        list[str] | None, typer.Option("--params-file", metavar="FILE", help="Params from YAML, TOML or JSON.")
    ] = None,
    tag: Annotated[list[str] | None, typer.Option("-t", "--tag", metavar="K[=V]", help="A tag.")] = None,
    note: Annotated[str | None, typer.Option("-m", "--note", metavar="TEXT", help="A note.")] = None,
    hypothesis: Annotated[
        str | None, typer.Option("--hypothesis", metavar="TEXT", help="What the run is to show.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="N", help="The seed to record; it is not set.", show_default=False)
    ] = None,
    data: Annotated[
        list[str] | None, typer.Option("--data", metavar="PATH", help="A file or folder that the run reads.")
    ] = None,
    artifact: Annotated[
        list[str] | None, typer.Option("-a", "--artifact", metavar="PATH", help="A file that the run writes.")
    ] = None,
    no_capture: Annotated[
        bool, typer.Option("--no-capture", help="Leave the terminal to the command; its output is not recorded.")
    ] = False,
    no_extract: Annotated[
        bool, typer.Option("--no-extract", help="Read no params from the command and no metrics from its output.")
    ] = False,
    resume: RESUME_OPTION = None,
    fork: FORK_OPTION = None,
    no_restore: NO_RESTORE_OPTION = False,
    live: Annotated[
        str | None,
        typer.Option("--live", metavar="[=SECONDS]", help="Mirror the run to the remote while it goes. [default: 30]"),
    ] = None,
    no_live: Annotated[bool, typer.Option("--no-live", help="Do not, whatever .exp.yaml says.")] = False,
    to: Annotated[
        str | None, typer.Option("--to", metavar="REMOTE", help="The remote for it; else as for exp push.")
    ] = None,
    with_history: Annotated[
        bool, typer.Option("--with-history", help="Your own commits that the remote has not may go along.")
    ] = False,
    all_ranks: Annotated[
        bool, typer.Option("--all-ranks", help="In distributed training record what every process logs.")
    ] = False,
    needed: Annotated[
        bool, typer.Option("--needed", help="Run nothing where a run with equal inputs has finished already.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be recorded; run nothing.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No summary at the end.")] = False,
    json: JSON_OPTION = False,
) -> int:
    """Run a command and record it as one commit.

    The command runs as if it had been called alone. With --json the summary on standard error is the JSON envelope.
    """
    request = RecordRequest(
        command=tuple(command or ()),
        experiment=experiment,
        name=name,
        params=tuple(param or ()),
        params_files=tuple(params_file or ()),
        tags=tuple(tag or ()),
        note=note,
        hypothesis=hypothesis,
        seed=seed,
        data=tuple(data or ()),
        artifacts=tuple(artifact or ()),
        capture=not no_capture,
        extract=not no_extract,
        all_ranks=all_ranks,
        share=read_share(live, no_live=no_live, remote=to, with_history=with_history),
    )
    told: tuple[str, ...] = ()
    if resume is not None or fork is not None or no_restore or not command:
        from gitexp.cli.run_resume import go_on

        request, told = go_on(
            request, resume, fork, restore=not no_restore, is_dry=dry_run, is_quiet=quiet, is_silent=json
        )
    opening: Opening | GitMissing
    try:
        opening = start_opening()
    except GitMissing as error:
        opening = error
    now = datetime.now(UTC)
    random = os.urandom(RANDOM_BYTES)
    if dry_run:
        if isinstance(opening, GitMissing):
            raise opening
        return _plan(ctx, request, opening, now, random, json=json)
    if needed and not isinstance(opening, GitMissing):
        from gitexp.cli.run_needed import tell_needed

        if tell_needed(ctx, request, opening, now, random, json=json):
            return 0
        opening = start_opening()  # to hash the data may have taken long
        now = datetime.now(UTC)
    from gitexp.actions.record import record, run_unrecorded

    if isinstance(opening, GitMissing):
        result = run_unrecorded(request, opening)
    else:
        result = record(request, opening, now=now, random=random, notice=leave_to_envelope if json else tell_meanwhile)
    try:
        if json:
            from gitexp.cli.run_envelope import report_json

            report_json(result, told)
        else:
            _report(ctx, result, quiet=quiet)
            _tell_recovered(result)
            tell_push(result, push_at_end(result), quiet=quiet)
        sys.stderr.flush()
    except OSError:  # nobody reads what we say any more; the status is the command's all the same
        silence_errors()
    if result.ending.signal == "SIGINT" and os.name == "posix":
        return -signal.SIGINT
    return result.ending.status


def _report(ctx: typer.Context, result: RecordResult, *, quiet: bool) -> None:
    from gitexp.cli.terminal import find_look, say, warn
    from gitexp.render.plain import format_plain
    from gitexp.render.run_summary import build_summary

    if result.ending.not_started is not None:
        warn(f"{result.command} could not be started: {result.ending.reason}")
        if result.command.endswith(".py"):
            say(f"hint: exp run -- python {result.command}")
    if result.run is None:
        for sentence in result.warnings:
            warn(sentence)
        return
    if quiet and result.stored is not None:
        for sentence in result.warnings:
            warn(sentence)
        return
    look = find_look(ctx.obj.colour, sys.stderr)
    if result.midline and look.is_screen:
        sys.stderr.write("\n")
    run = replace(result.run, warnings=result.warnings)
    page = build_summary(
        run,
        result.previous,
        result.directions,
        look,
        kept_in=result.kept_in,
        stored=result.stored is not None,
        equal=result.equal,
    )
    sys.stderr.write(format_plain(page, colour=look.colour))


def _tell_recovered(result: RecordResult) -> None:
    from gitexp.cli.terminal import warn

    for sentence in result.recovered:
        warn(sentence)


def _plan(
    ctx: typer.Context, request: RecordRequest, opening: Opening, now: datetime, random: bytes, *, json: bool
) -> int:
    from gitexp.actions.preparation import prepare
    from gitexp.cli.terminal import find_look
    from gitexp.render.plain import format_plain
    from gitexp.render.run_summary import build_plan

    prepared = prepare(request, opening, now, random)
    prepared.writer.close()
    run = replace(prepared.run, warnings=prepared.attempts.warnings)
    if json:
        from gitexp.cli.output import write_envelope
        from gitexp.render.json_form import to_plain

        write_envelope({"run": to_plain(run)})
        return 0
    look = find_look(ctx.obj.colour)
    sys.stdout.write(format_plain(build_plan(run, look), colour=look.colour))
    return 0
