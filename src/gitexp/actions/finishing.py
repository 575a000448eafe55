"""The end of a recording: the run is built from all that was seen, stored, and its journal goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.model.run import Status

if TYPE_CHECKING:
    from gitexp.actions.observation import Observation
    from gitexp.actions.preparation import Preparation
    from gitexp.actions.session import Session
    from gitexp.capture.ending import Ending
    from gitexp.model.head import RunHead
    from gitexp.model.run import Run
    from gitexp.store.journal import Journal
    from gitexp.store.writing import StoredRun


class Finished(NamedTuple):
    """What came of a recording: see ``RecordResult``."""

    run: Run
    stored: StoredRun | None
    kept_in: str | None
    previous: RunHead | None
    midline: bool = False
    equal: RunHead | None = None
    """Another run that finished with equal inputs."""


def finish_recording(
    prepared: Preparation, session: Session, ending: Ending, observation: Observation | None
) -> Finished:
    """Stores the run of a command that has ended; where that cannot be done the record is kept beside it."""
    from gitexp.actions.completion import build_run
    from gitexp.actions.observation import observed_nothing
    from gitexp.actions.storage import keep_outside, store_run
    from gitexp.actions.written_files import WrittenFiles
    from gitexp.store.layout import OUTPUT
    from gitexp.store.previous import keep_previous

    attempts = prepared.attempts
    observed = observed_nothing(prepared) if observation is None else observation.finish()
    written = attempts.make("the files it wrote were not found", prepared.before.find_written, WrittenFiles((), ()))
    run, files = build_run(prepared.begun, session, ending, written, observed)
    stored = store_run(prepared, session, run, files)
    midline = not files.get(OUTPUT, b"\n").endswith(b"\n")
    if stored is None:
        return Finished(run, None, keep_outside(session, run, files, attempts), observed.previous, midline)
    if stored.why_unsigned is not None:
        attempts.warn(f"the run is stored unsigned: {stored.why_unsigned}")
    if run.status is Status.FINISHED:
        repository = prepared.working_copy.repository
        attempts.make("the run before the next", lambda: keep_previous(repository, run.experiment, stored.ref), None)
    if session.journal is not None:
        _close(session.journal, prepared)
    equal = attempts.make("runs with equal inputs were not found", lambda: _find_equal(prepared, run), None)
    return Finished(run, stored, None, observed.previous, midline, equal)


def _find_equal(prepared: Preparation, run: Run) -> RunHead | None:
    if run.fingerprint is None:
        return None
    from gitexp.store.equal_runs import find_equal

    return find_equal(prepared.working_copy.repository, run.fingerprint, run.id)


def _close(journal: Journal, prepared: Preparation) -> None:
    """Removes the journal, once nothing waits in it; where that could not be stored, a later command does it."""
    from gitexp.store.journal_annotations import close_annotations

    def store_rest() -> tuple[str, ...] | None:
        if close_annotations(journal):
            return ()
        from gitexp.actions.waiting_annotations import store_waiting

        copy = prepared.working_copy
        return store_waiting(copy.repository, journal, sign=copy.config.signs_commits)

    said = prepared.attempts.make("what was said of the run while it went is not stored yet", store_rest, None)
    if said is None:
        journal.release()
        return
    prepared.attempts.extend(said)
    journal.remove()
