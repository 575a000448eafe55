"""``exp run --live``: what is asked of mirrors, and what is said of them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from gitexp.actions.request import ShareRequest
from gitexp.cli.terminal import silence_errors
from gitexp.errors import UsageError

if TYPE_CHECKING:
    from gitexp.actions.record import RecordResult
    from gitexp.actions.sharing import LastPush
    from gitexp.model.run import Run

SHORTEST_INTERVAL, LONGEST_INTERVAL = 0.1, 3600.0


def read_share(live: str | None, *, no_live: bool, remote: str | None, with_history: bool) -> ShareRequest:
    """What was asked of mirrors. Raises UsageError."""
    if live is not None and no_live:
        raise UsageError("--live and --no-live: one of them", hint="exp run --live -- python train.py")
    interval = None
    if live:
        try:
            interval = float(live)
        except ValueError:
            interval = -1.0
        if not SHORTEST_INTERVAL <= interval <= LONGEST_INTERVAL:
            raise UsageError(
                f"--live={live}: not a number of seconds from {SHORTEST_INTERVAL:g} to {LONGEST_INTERVAL:g}",
                hint="exp run --live=30 -- python train.py",
            )
    wanted = True if live is not None else False if no_live else None
    return ShareRequest(wanted, interval, remote, with_history or None)


def leave_to_envelope(sentence: str) -> None:
    """Standard error belongs to the envelope, which has it."""


def tell_meanwhile(sentence: str) -> None:
    """Says a sentence while the script goes."""
    from gitexp.cli.terminal import warn

    try:
        warn(sentence)
        sys.stderr.flush()
    except OSError:  # nobody reads it any more, and the run's record has it
        silence_errors()


def push_at_end(result: RecordResult) -> LastPush | None:
    """Pushes a run that was mirrored, and waits for that a bounded time."""
    return None if result.sharing is None else result.sharing.finish(result.stored)


def tell_push(result: RecordResult, push: LastPush | None, *, quiet: bool) -> None:
    """Says where the run is now."""
    from gitexp.cli.terminal import say, warn

    if push is None or result.run is None:
        return
    if not push.is_pushed:
        warn(f"not pushed to {push.remote}: {push.why}")
        say(f"hint: exp push {result.run.id}")
    elif push.why is not None:
        warn(push.why)
    elif not quiet:
        warn(f"pushed to {push.remote}")
    if push.is_pushed and not quiet:
        _tell_bytes(result.run)


def _tell_bytes(run: Run) -> None:
    """Says which bytes did not go along: a run that ends waits for no gigabytes."""
    from gitexp.actions.data_remote import ask_data_remote
    from gitexp.cli.terminal import say
    from gitexp.model.pointed import list_pointed
    from gitexp.store.runs import open_store

    left = list_pointed(run)
    if left and not ask_data_remote(open_store()).is_declined:
        more = f" and {len(left) - 1} more" if len(left) > 1 else ""
        say(f"not in Git: {left[0].path}{more}; the bytes go with: exp push {run.id}")
