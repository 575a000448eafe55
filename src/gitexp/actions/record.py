"""``exp run``: the script runs as if called alone, and one commit says all that is known of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.preparation import prepare
from gitexp.actions.session import begin_session
from gitexp.errors import GitFailed, StorageFailed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from gitexp.actions.observation import Observation
    from gitexp.actions.preparation import Preparation
    from gitexp.actions.request import RecordRequest
    from gitexp.actions.session import Session
    from gitexp.capture.ending import Ending
    from gitexp.capture.spool import Spool
    from gitexp.git.working_copy import Opening
    from gitexp.model.metrics import Direction
    from gitexp.model.run import Run, RunHead
    from gitexp.store.writing import StoredRun


class RecordResult(NamedTuple):
    """What came of ``exp run``. ``ending.status`` is what it exits with.

    ``run`` is None where nothing could be recorded at all, ``stored`` where the repository could not be written;
    ``kept_in`` is then the folder with the record. ``warnings`` are about the recording, not about the run.
    """

    command: str
    """The program as it was typed."""
    ending: Ending
    run: Run | None
    stored: StoredRun | None
    kept_in: str | None
    previous: RunHead | None
    directions: Mapping[str, Direction]
    warnings: tuple[str, ...]
    recovered: tuple[str, ...] = ()
    """Sentences about other runs whose recording had died and that were completed now."""


def record(request: RecordRequest, opening: Opening, *, now: datetime, random: bytes) -> RecordResult:
    """Runs the command and records it.

    Raises only what the user has to mend first, before anything ran: NotARepository, ConfigError, ParamsFileError,
    InvalidValue. Every other failure is a warning, and the command runs.
    """
    try:
        prepared = prepare(request, opening, now, random)
    except (GitFailed, StorageFailed) as error:
        ending = _run(request, None, None)
        sentence = f"NOT RECORDED: {error.message}" + (f" (hint: {error.hint})" if error.hint else "")
        return RecordResult(request.command[0], ending, None, None, None, None, {}, (sentence,))
    return _record(prepared, begin_session(prepared))


def _record(prepared: Preparation, session: Session) -> RecordResult:
    from gitexp.actions.completion import build_run
    from gitexp.actions.observation import Observation
    from gitexp.actions.recovery import recover_runs
    from gitexp.actions.storage import keep_outside, store_run
    from gitexp.actions.written_files import WrittenFiles

    attempts = prepared.attempts
    observation = Observation(prepared, session)
    ending = _run(prepared.request, _open_spool(prepared, session), observation)
    observed = observation.finish()
    written = attempts.make("the files it wrote were not found", prepared.before.find_written, WrittenFiles((), ()))
    run, files = build_run(prepared, session, ending, written, observed)
    stored = store_run(prepared, session, run, files)
    kept_in = None
    if stored is not None:
        if stored.why_unsigned is not None:
            attempts.warn(f"the run is stored unsigned: {stored.why_unsigned}")
        if session.journal is not None:
            session.journal.remove()
    else:
        kept_in = keep_outside(session, run, files, attempts)
    return RecordResult(
        command=prepared.request.command[0],
        ending=ending,
        run=run,
        stored=stored,
        kept_in=kept_in,
        previous=observed.previous,
        directions=prepared.settings.directions,
        warnings=attempts.warnings,
        recovered=recover_runs(prepared.working_copy.repository),
    )


def _open_spool(prepared: Preparation, session: Session) -> Spool | None:
    journal = session.journal
    if journal is None or not prepared.request.capture:
        return None
    from gitexp.capture.spool import Spool

    return prepared.attempts.make(
        "the output is not recorded", lambda: Spool(journal.output, prepared.settings.output_bytes), None
    )


def _run(request: RecordRequest, spool: Spool | None, observation: Observation | None) -> Ending:
    from gitexp.capture.process import run_command

    return run_command(
        request.command,
        directory=request.folder,
        variables=os.environ,
        spool=spool,
        capture=request.capture,
        on_start=observation.start if observation is not None else None,
    )
