"""``exp run --resume`` and ``--fork``: what is gone on from, found and said before the start."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gitexp.cli.terminal import silence_errors, warn
from gitexp.errors import ConfigError, ExpError, GitMissing, NotARepository, UsageError

if TYPE_CHECKING:
    from gitexp.actions.request import RecordRequest
    from gitexp.actions.resume import Continuation
    from gitexp.store.runs import RunStore

AUTO = "auto"


def go_on(
    request: RecordRequest,
    resume: str | None,
    fork: str | None,
    *,
    restore: bool,
    is_dry: bool,
    is_quiet: bool,
    is_silent: bool,
) -> tuple[RecordRequest, tuple[str, ...]]:
    """The request as one that goes on from another run, whose checkpoints are in place, and all that was found.

    ``is_quiet``: only what is to be heeded is said; ``is_silent``: nothing, for an envelope will have it. ``is_dry``:
    nothing is put in place. Raises what keeps the command from being started.
    """
    _check(request, resume, fork, restore=restore)
    from gitexp.actions.recovery import recover_runs
    from gitexp.store.runs import open_store

    try:
        store = open_store()
    except GitMissing as error:
        if resume != AUTO:
            raise
        return request, _tell((f"a fresh start: {error.message}",), is_silent=is_silent)
    recovered = recover_runs(store.repository)
    _tell(recovered, is_silent=is_silent)
    continuation, said = _find(store, request, resume, fork)
    _tell(said, is_silent=is_silent or (is_quiet and continuation is not None))
    if continuation is None:
        return request, (*recovered, *said)
    from gitexp.actions.resume_state import restore_state

    try:
        restored = restore_state(store, continuation, places=restore and not is_dry)
    except ExpError as error:
        error.hint = f"{error.hint or 'look at that file'}; or exp run --no-restore, and the script starts without it"
        raise
    _tell(restored.sentences, is_silent=is_silent or is_quiet)
    _tell(restored.warnings, is_silent=is_silent)
    return restored.continuation.request, (*recovered, *said, *restored.sentences, *restored.warnings)


def _check(request: RecordRequest, resume: str | None, fork: str | None, *, restore: bool) -> None:
    if resume is not None and fork is not None:
        raise UsageError("--resume and --fork: one of them", hint=f"exp run --resume {resume}")
    if resume is None and fork is None:
        if not request.command:
            raise UsageError("missing argument 'COMMAND [ARG]...'", hint="exp run --help")
        if not restore:
            raise UsageError("--no-restore is for --resume and --fork", hint="exp run --resume last --no-restore")


def _find(
    store: RunStore, request: RecordRequest, resume: str | None, fork: str | None
) -> tuple[Continuation | None, tuple[str, ...]]:
    """What is gone on from, None for a fresh start, and sentences about it."""
    from gitexp.actions.resume import fork_named, resume_named

    if fork is not None:
        continuation = fork_named(store, request, fork)
    elif resume == AUTO:
        return _find_interrupted(store, request)
    else:
        assert resume is not None
        continuation = resume_named(store, request, resume, datetime.now(UTC))
    return continuation, continuation.sentences


def _find_interrupted(store: RunStore, request: RecordRequest) -> tuple[Continuation | None, tuple[str, ...]]:
    """What ``auto`` goes on from. A fault of the records is told: nobody may be there who could mend it."""
    from gitexp.actions.resume import resume_run
    from gitexp.actions.resume_auto import find_interrupted

    try:
        found = find_interrupted(store, request, os.environ)
        if found.head is None:
            going = f"; {found.going.id} is still going" if found.going is not None else ""
            return None, (f"nothing to resume: a fresh start{going}",)
        continuation = resume_run(store, request, found.head, found.chains)
    except (UsageError, ConfigError, NotARepository):
        raise
    except ExpError as error:
        return None, (f"a fresh start: what was interrupted cannot be found: {error.message}",)
    return continuation, continuation.sentences


def _tell(sentences: tuple[str, ...], *, is_silent: bool) -> tuple[str, ...]:
    try:
        for sentence in sentences if not is_silent else ():
            warn(sentence)
        sys.stderr.flush()
    except OSError:  # nobody reads it; the script is to run all the same
        silence_errors()
    return sentences
