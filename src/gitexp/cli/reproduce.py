"""``exp reproduce``: runs a run again and says whether the same came out."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from gitexp.actions.reproduce import Beginning, Chosen, Repeated, Wishes, choose_run, repeat_run
from gitexp.actions.verdict_found import judge_repeated
from gitexp.cli.opening import open_recovered
from gitexp.cli.options import COLOUR_OPTION, DATA_REMOTE_OPTION, EXPERIMENT_OPTION, JSON_OPTION, run_argument
from gitexp.cli.run_live import tell_meanwhile
from gitexp.cli.terminal import find_look, say, warn
from gitexp.cli.transfer import TransferLine
from gitexp.errors import Refused
from gitexp.model.ids import RANDOM_BYTES
from gitexp.model.tolerance import parse_metric_tolerance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from gitexp.actions.record import RecordResult
    from gitexp.actions.request import RecordRequest
    from gitexp.actions.verdict_found import Judged

CONTEXT_SETTINGS = {"allow_interspersed_args": True}
EXAMPLES = """
Examples:
  exp reproduce last                     in a worktree of its own, which then goes
  exp reproduce max:val_auc --env        with the packages that it had
  exp reproduce k3v9 --tolerance val_auc=0.01 --tolerance loss=1%
  exp reproduce k3v9 --exact --yes       what a script wants: all or nothing
  exp reproduce k3v9 -- python train.py --api-key KEY

Exit status: 0 where the same came out, 1 where something else did, 3 where the
script ended otherwise than it had, 125 where exp refused before the start.
"""
ENDED_OTHERWISE = 3


def reproduce(
    ctx: typer.Context,
    run: Annotated[str, run_argument("The run.")],
    command: Annotated[
        list[str] | None,
        typer.Argument(metavar="[-- COMMAND [ARG]...]", help="In place of the recorded one.", show_default=False),
    ] = None,
    tolerance: Annotated[
        list[str] | None,
        typer.Option("--tolerance", metavar="[METRIC=]VALUE", help="What a metric may be off: 0.01, or 1%. Globs."),
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option("--ignore", metavar="GLOB", help="Metrics and artifacts that do not count.")
    ] = None,
    exact: Annotated[bool, typer.Option("--exact", help="Only identical is the same.")] = False,
    env: Annotated[
        bool, typer.Option("--env", help="Install the recorded packages into an environment, kept for next time.")
    ] = False,
    keep: Annotated[
        str | None,
        typer.Option("--keep", metavar="DIR", help="Keep the worktree, in a new folder.", show_default=False),
    ] = None,
    name: Annotated[
        str | None, typer.Option("-n", "--name", metavar="NAME", help="A name; made up where none is given.")
    ] = None,
    data_remote: DATA_REMOTE_OPTION = None,
    with_filters: Annotated[
        bool,
        typer.Option(
            "--with-filters", help="Run the filters that are configured (Git LFS); a run can bring its own programs."
        ),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Run it without what is missing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Run the command of somebody else without asking.")] = False,
    experiment: EXPERIMENT_OPTION = None,
    as_json: JSON_OPTION = False,
    colour: COLOUR_OPTION = "auto",
) -> int:
    """Run a run again, from its record, and say whether the same came out.

    Code, uncommitted edits included, data, command, params and seed are those of the run, in a worktree of its own;
    your folder, branch and index stay as they are. It is recorded as a run that says which one it reproduces.

    The command of the run is executed. Where somebody else is the author you are asked first.

    With --json the output of the command goes to standard error.
    """
    store = open_recovered()
    chosen = choose_run(store, run, experiment, command or ())
    if chosen.is_foreign and not yes:
        _ask(chosen)
    wishes = Wishes(
        command=tuple(command or ()),
        name=name,
        tolerances=tuple(map(parse_metric_tolerance, tolerance or ())),
        ignore=tuple(ignore or ()),
        environment=env,
        keep=keep,
        with_filters=with_filters,
        force=force,
        remote=data_remote,
        is_talkative=sys.stderr.isatty(),
    )

    def begin(beginning: Beginning) -> None:
        from gitexp.render.plain import format_plain
        from gitexp.render.verdict import build_beginning

        look = find_look(ctx.obj.colour, sys.stderr)
        page = build_beginning(beginning.difference, beginning.command, beginning.notes, look)
        sys.stderr.write(format_plain(page, colour=look.colour))
        sys.stderr.flush()

    def run_it(request: RecordRequest) -> RecordResult:
        from gitexp.actions.record import record
        from gitexp.git.working_copy import start_opening

        opening, random = start_opening(request.folder), os.urandom(RANDOM_BYTES)
        with _output_to_errors() if as_json else _output_as_it_is():
            return record(request, opening, now=datetime.now(UTC), random=random, notice=tell_meanwhile)

    with _terminable():
        progress = TransferLine("reproduce", quiet=as_json)
        repeated = repeat_run(store, chosen, wishes, run_it, tell=say, begin=begin, progress=progress)
    _warn(repeated)
    ending = repeated.result.ending
    if ending.signal == "SIGINT" and chosen.run.signal != "SIGINT":
        warn("interrupted: there is no verdict")
        return -signal.SIGINT if os.name == "posix" else ending.status
    judged = judge_repeated(store, repeated)
    _tell(ctx, chosen, repeated, judged, as_json=as_json)
    if not judged.verdict.ends_alike:
        return ENDED_OTHERWISE
    return int(judged.verdict.outcome == "different" or (exact and judged.verdict.outcome != "identical"))


def _ask(chosen: Chosen) -> None:
    import shlex

    head = chosen.head
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Refused(
            f"{head.name} is by {head.user.name} <{head.user.email}>: to reproduce it runs their code here, and there "
            "is no terminal to ask on",
            hint=f"exp reproduce {head.id} --yes",
        )
    say(f"{head.id}  {head.name}  {head.started_at:%Y-%m-%d %H:%M}  by {head.user.name} <{head.user.email}>")
    say(f"$ {shlex.join(chosen.command)}")
    sys.stderr.write("Run their code here? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Refused("nothing was run", hint=f"exp checkout {head.id}  (looks at it, and runs nothing)")


@contextmanager
def _output_as_it_is() -> Iterator[None]:
    yield


@contextmanager
def _output_to_errors() -> Iterator[None]:
    """Standard output of whatever is started is standard error: our own has the envelope alone."""
    sys.stdout.flush()
    own = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(own, 1)
        os.close(own)


@contextmanager
def _terminable() -> Iterator[None]:
    """SIGTERM and SIGHUP end what goes on as Ctrl-C does, so that the worktree is removed."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    numbers = [number for name in ("SIGTERM", "SIGHUP") if (number := getattr(signal, name, None)) is not None]
    before = {number: signal.getsignal(number) for number in numbers}
    for number, handler in before.items():
        if handler is signal.SIG_DFL:
            signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            if handler is signal.SIG_DFL:
                signal.signal(number, handler)


def _warn(repeated: Repeated) -> None:
    result = repeated.result
    if result.ending.not_started is not None:
        warn(f"{result.command} could not be started: {result.ending.reason}")
    for sentence in (*result.warnings, *result.recovered, *repeated.warnings):
        warn(sentence)
    if repeated.folder is not None:
        say(f"its worktree is kept: {repeated.folder}")


def _tell(ctx: typer.Context, chosen: Chosen, repeated: Repeated, judged: Judged, *, as_json: bool) -> None:
    if as_json:
        from gitexp.cli.output import write_envelope
        from gitexp.render.json_form import to_plain

        write_envelope(
            {
                "run": chosen.head.id,
                "reproduction": judged.head.id,
                "ref": judged.head.ref,
                "commit": judged.head.commit,
                **to_plain(judged.verdict),
                "folder": repeated.folder,
                "warnings": [*repeated.result.warnings, *repeated.warnings],
            }
        )
        return
    from gitexp.render.screen import write_page
    from gitexp.render.verdict import build_verdict

    look = find_look(ctx.obj.colour)
    if look.is_screen:
        sys.stdout.write("\n")
    page = build_verdict(judged.verdict, chosen.run, judged.run, look, was_rebuilt=repeated.was_rebuilt)
    write_page(page, look, sys.stdout)
