"""``exp run``: the script runs as if called alone, and one commit says all that is known of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.attempts import Attempts
from gitexp.actions.keeping import keep_command
from gitexp.actions.preparation import prepare
from gitexp.actions.session import Session, begin_session
from gitexp.capture.launchers import tell_ranks_apart
from gitexp.errors import ConfigError, NotARepository, ParamsFileError, UsageError
from gitexp.store.journal import JOURNAL_VARIABLE
from gitexp.tracker.ranks import ALL_RANKS_VARIABLE, RANKS_VARIABLE, describe_ranks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from gitexp.actions.preparation import Preparation
    from gitexp.actions.request import RecordRequest
    from gitexp.actions.sharing import Sharing
    from gitexp.capture.ending import Ending
    from gitexp.capture.keeping import Keeping
    from gitexp.capture.spool import Spool
    from gitexp.git.working_copy import Opening
    from gitexp.model.head import RunHead
    from gitexp.model.metrics import Direction
    from gitexp.model.run import Run
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
    midline: bool = False
    """Whether what the command wrote last was no line end."""
    """Sentences about other runs whose recording had died and that were completed now."""
    sharing: Sharing | None = None
    """Where the run was mirrored: ``sharing.finish(stored)`` pushes it, and has to be called."""
    equal: RunHead | None = None
    """Another run that finished with equal inputs; the newest, where there are several."""


def record(
    request: RecordRequest,
    opening: Opening,
    *,
    now: datetime,
    random: bytes,
    notice: Callable[[str], None] = lambda sentence: None,
) -> RecordResult:
    """Runs the command and records it. ``notice`` gets what has to be said while it goes, perhaps in a thread.

    Raises only what the user has to mend first, before anything ran: NotARepository, ConfigError, ParamsFileError,
    UsageError. Every other failure is a warning, and the command runs.
    """
    try:
        prepared = prepare(request, opening, now, random)
    except (NotARepository, ConfigError, ParamsFileError, UsageError):
        raise
    except Exception as error:  # noqa: BLE001  whatever it is, the script is somebody's training
        return run_unrecorded(request, error)
    if request.continued is not None:
        from gitexp.actions.resume_words import tell_params

        for sentence in tell_params(request.continued, prepared.run):
            notice(sentence)
    session = prepared.attempts.make("the start was not recorded", lambda: begin_session(prepared), Session(None, None))
    return _record(prepared, session, notice)


def run_unrecorded(request: RecordRequest, why: Exception) -> RecordResult:
    """Runs the command where nothing can be recorded, and says why."""
    attempts = Attempts()
    keeping = keep_command(None, None)
    ending = _run(request, None, None, None, keeping)
    keeping.dismiss()
    attempts.warn_of("NOT RECORDED", why, with_hint=True)
    return RecordResult(request.command[0], ending, None, None, None, None, {}, attempts.warnings)


def _record(prepared: Preparation, session: Session, notice: Callable[[str], None]) -> RecordResult:
    from gitexp.actions.observation import Observation

    attempts = prepared.attempts
    observation = attempts.make("nothing was observed", lambda: Observation(prepared, session), None)
    keeping = keep_command(prepared.working_copy.repository, session.journal)
    sharing: Sharing | None = None

    def begin(pid: int) -> None:
        nonlocal sharing
        if observation is not None:
            observation.start(pid)
        sharing = attempts.make("the run is not mirrored", lambda: _share(prepared, session, notice), None)

    ending = _run(prepared.request, session, _open_spool(prepared, session), begin, keeping)
    if sharing is not None:
        sharing.stop()
    # Imported only now: the command is not to wait for what comes after it.
    from gitexp.actions.finishing import Finished, finish_recording
    from gitexp.actions.recovery import recover_runs

    ended = Finished(prepared.run, None, None, None)
    # Where not even this can be done the journal stays, and the next command finds a run that was lost.
    ended = attempts.make(
        "the run was not stored", lambda: finish_recording(prepared, session, ending, observation), ended
    )
    keeping.dismiss()
    return RecordResult(
        command=prepared.request.command[0],
        ending=ending,
        run=ended.run,
        stored=ended.stored,
        kept_in=ended.kept_in,
        previous=ended.previous,
        directions=prepared.settings.directions,
        warnings=attempts.warnings,
        recovered=recover_runs(prepared.working_copy.repository, prepared.run.started_at.timestamp()),
        midline=ended.midline,
        sharing=sharing,
        equal=ended.equal,
    )


def _share(prepared: Preparation, session: Session, notice: Callable[[str], None]) -> Sharing | None:
    """Begins to mirror the run where that is wanted; only now, for the command has not waited for it."""
    asked, rules = prepared.request.share, prepared.settings.share
    if not (rules.live if asked.live is None else asked.live):
        return None
    from gitexp.actions.sharing import start_sharing

    return start_sharing(prepared, session, notice)


def _open_spool(prepared: Preparation, session: Session) -> Spool | None:
    journal = session.journal
    if journal is None or not prepared.request.capture:
        return None
    from gitexp.capture.spool import Spool

    return prepared.attempts.make(
        "the output is not recorded", lambda: Spool(journal.output, prepared.settings.output_bytes), None
    )


def _run(
    request: RecordRequest,
    session: Session | None,
    spool: Spool | None,
    on_start: Callable[[int], None] | None,
    keeping: Keeping,
) -> Ending:
    from gitexp.capture.process import run_command

    return run_command(
        request.command,
        directory=request.folder,
        variables=_variables(request, session),
        spool=spool,
        capture=request.capture,
        on_start=on_start,
        keeping=keeping,
    )


_OF_ONE_RUN = (JOURNAL_VARIABLE, "GITEXP_RESUMES", "GITEXP_FORKED_FROM", "GITEXP_RESUME_STEP")
_PAGERS = ("PAGER", "GIT_PAGER", "MANPAGER", "SYSTEMD_PAGER")


def _variables(request: RecordRequest, session: Session | None) -> Mapping[str, str]:
    """The environment of the command: ours, where the run's journal is, and no pager where a terminal is recorded.

    Ranks that we have ourselves are named: the run as a whole has them, so they tell no process of it from another.

    less reads its keys from the terminal that its output goes to, and there nobody types: it could not be left.
    """
    variables = dict(os.environ)
    for name in _OF_ONE_RUN:  # those of a run around this one
        variables.pop(name, None)
    if request.continued is not None:
        from gitexp.actions.resume_words import describe_variables

        variables |= describe_variables(request.continued)
    if session is not None and session.journal is not None:
        variables[JOURNAL_VARIABLE] = session.journal.folder
        variables |= tell_ranks_apart(request.command, variables, session.journal.folder) if request.capture else {}
    variables.pop(RANKS_VARIABLE, None)
    if ranks := describe_ranks(os.environ):
        variables[RANKS_VARIABLE] = ranks
    if request.all_ranks:
        variables[ALL_RANKS_VARIABLE] = "1"
    if request.capture and (os.isatty(1) or os.isatty(2)):
        variables.update(dict.fromkeys(_PAGERS, "cat"))
    return variables
