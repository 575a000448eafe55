"""``exp stop``: ends runs that are going, and waits until they are recorded."""

from __future__ import annotations

import signal as signals
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from gitexp.actions.stop import SIGKILL, StopRequest, stop_runs
from gitexp.cli.completion import complete_going_run
from gitexp.cli.opening import open_recovered
from gitexp.cli.options import EXPERIMENT_OPTION, JSON_OPTION
from gitexp.cli.terminal import say
from gitexp.model.run import Status

if TYPE_CHECKING:
    from gitexp.actions.stop import StoppedRun

EXAMPLES = """
exp stop                               the one run that is going
exp stop k3v9 p7qw --grace 60     two, with a minute to save what they have
exp stop k3v9 --signal USR1            whatever the script makes of it
exp stop k3v9 --now                    at once, without asking
"""
_NAMES = ("TERM", "INT", "HUP", "QUIT", "USR1", "USR2", "KILL")


def _parse_signal(name: str) -> str:
    word = name.upper().removeprefix("SIG")
    if word not in _NAMES:
        raise typer.BadParameter(f"not one of {', '.join(_NAMES)}")
    return word


def _check_grace(seconds: float) -> float:
    if not 0 <= seconds < float("inf"):
        raise typer.BadParameter("not a number of seconds")
    return seconds


def stop(
    run: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RUN]...",
            help="The runs. [default: the one that is going]",
            autocompletion=complete_going_run,
            show_default=False,
        ),
    ] = None,
    grace: Annotated[
        float,
        typer.Option("--grace", metavar="SECONDS", help="How long to wait before insisting.", callback=_check_grace),
    ] = 10.0,
    signal: Annotated[
        str, typer.Option("--signal", metavar="NAME", help="The signal to ask by.", callback=_parse_signal)
    ] = "TERM",
    now: Annotated[bool, typer.Option("--now", help="Ask nothing: end it at once.")] = False,
    experiment: EXPERIMENT_OPTION = None,
    as_json: JSON_OPTION = False,
) -> int:
    """Stop a run that is going, and have it recorded.

    The script gets SIGTERM, and time to save what it has. When that is over the script and all that it started are
    killed. Either way the run is recorded, with all that it had written, and the command waits for that; the exit
    status is 1 where that takes longer than a minute.
    """
    number = getattr(signals, f"SIG{signal}", SIGKILL)
    request = StopRequest(number, grace, at_once=now or number == SIGKILL)
    stopped = stop_runs(open_recovered(), tuple(run or ()), experiment, request)
    if as_json:
        from gitexp.cli.output import write_envelope

        write_envelope({"runs": list(map(_fields, stopped))})
        return _judge(stopped)
    for one in stopped:
        say(_describe(one, request))
    sys.stderr.flush()
    return _judge(stopped)


def _judge(stopped: list[StoppedRun]) -> int:
    return int(any(one.head.status is Status.RUNNING for one in stopped))


def _describe(stopped: StoppedRun, request: StopRequest) -> str:
    head = stopped.head
    if head.status is Status.RUNNING:
        if not stopped.has_ended:
            return f"run {head.name} was signalled and has not ended yet: exp stop {head.id} --now"
        return f"run {head.name} has ended and is not stored yet: exp recover {head.id}"
    late = f" (it did not end within {request.grace_seconds:g} s)" if stopped.insisted and not request.at_once else ""
    return f"run {head.name} was stopped: {head.status.value}{late}"


def _fields(stopped: StoppedRun) -> dict[str, object]:
    head = stopped.head
    return {"id": head.id, "name": head.name, "status": head.status.value, "insisted": stopped.insisted}
