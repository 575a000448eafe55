"""The end of a run: everything that was seen becomes one record, and the record one commit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.metrics_found import find_metrics
from gitexp.actions.params_found import read_hydra
from gitexp.actions.pipeline_recorded import (
    add_pipeline_files,
    add_pipeline_metrics,
    add_pipeline_params,
    see_pipeline,
)
from gitexp.actions.preparation import redact_run
from gitexp.actions.system_series import add_energy, gather_system
from gitexp.capture.progress import fold_progress
from gitexp.format.pointer import format_pointer
from gitexp.model.cost import cost_of
from gitexp.model.ending import judge_ending
from gitexp.model.fingerprint import fingerprint_run
from gitexp.model.params import merge_params
from gitexp.model.run import Environment, Status
from gitexp.model.seed import find_seed
from gitexp.model.visible_gpus import find_usable
from gitexp.store.journal import has_artifacts, local_folder
from gitexp.store.journal_notes import read_stop
from gitexp.store.layout import OUTPUT

if TYPE_CHECKING:
    from datetime import datetime

    from gitexp.actions.attempts import Attempts
    from gitexp.actions.begun import Begun
    from gitexp.actions.logged import Logged
    from gitexp.actions.metrics_found import FoundMetrics
    from gitexp.actions.observation import Observed
    from gitexp.actions.session import Session
    from gitexp.actions.written_files import WrittenFiles
    from gitexp.capture.ending import Ending
    from gitexp.data.hashing import FileHash
    from gitexp.data.recording import RecordedData
    from gitexp.model.params import ParamSource
    from gitexp.model.pipeline import FoundPipeline
    from gitexp.model.run import Run
    from gitexp.store.writing import Files


class Lost(NamedTuple):
    """In place of an ending that nobody saw: when something was last heard of the run."""

    at: datetime


def build_run(
    prepared: Begun, session: Session, ending: Ending | Lost, written: WrittenFiles, observed: Observed
) -> tuple[Run, Files]:
    """The run as it ended, and the files of its record. What cannot be made is a warning and missing."""
    attempts = prepared.attempts
    files: Files = dict(observed.files)
    run = replace(
        prepared.run,
        code=prepared.run.code._replace(left_out=observed.left_out),
        environment=observed.environment,
    )
    run = _describe_loss(run, ending, attempts) if isinstance(ending, Lost) else _describe_end(run, ending, prepared)
    _tell_stop(session, attempts)
    logged = _hear_script(prepared, session)
    pipeline = see_pipeline(prepared, run, session)
    run = _add_params(run, prepared, written, pipeline)
    if logged is not None:
        from gitexp.actions.logged_values import add_said

        run = add_said(run, logged, attempts)
    # Now, and not only at the end: a secret that a param holds is to be known in the output.
    run = redact_run(run, prepared.redactor)
    output = attempts.make("the output was not recorded", lambda: _read_output(prepared, session), b"")
    if output:
        files[OUTPUT] = fold_progress(output)
    if pipeline is not None:
        written = add_pipeline_metrics(written, pipeline, prepared)
    run, whole = _add_metrics(run, files, prepared, session, written, output, logged)
    files.update(gather_system(session.journal, attempts))
    run = add_energy(run, session.journal, attempts)
    run = _add_data(run, files, observed.data, attempts)
    run = _add_artifacts(run, files, prepared, session, whole, logged)
    if pipeline is not None:
        run = add_pipeline_files(run, files, pipeline, prepared)
    run = redact_run(run, prepared.redactor)
    run = replace(run, fingerprint=_find_fingerprint(prepared, run, observed))
    return replace(run, warnings=attempts.warnings), files


def _find_fingerprint(prepared: Begun, run: Run, observed: Observed) -> str | None:
    """The run's fingerprint; None unless code, environment and data are known."""
    if prepared.tree is None or run.environment == Environment() or observed.data is None:
        return None
    return fingerprint_run(run, prepared.tree)


def _describe_loss(run: Run, lost: Lost, attempts: Attempts) -> Run:
    attempts.warn("the recording ended without warning: what came after its last write is not known")
    return replace(run, status=Status.LOST, ended_at=max(lost.at, run.started_at))


def _describe_end(run: Run, ending: Ending, prepared: Begun) -> Run:
    settings = prepared.settings
    prepared.attempts.extend(ending.warnings)
    environment = run.environment
    gpus = find_usable(environment.gpus, environment.variables) if environment.platform is not None else None
    exit_code = ending.status if ending.not_started is not None else ending.exit_code
    return replace(
        run,
        status=judge_ending(exit_code, ending.signal, ending.received, is_preempted=ending.preempted is not None),
        exit_code=exit_code,
        signal=ending.signal,
        # The clock of the start, moved on by one that nobody sets: a run cannot end before it began.
        ended_at=run.started_at + timedelta(seconds=ending.seconds),
        cost=cost_of(ending.seconds, settings.cost_rates, settings.currency, run.host, gpus),
    )


def _tell_stop(session: Session, attempts: Attempts) -> None:
    """Says why a run is called killed that may have exited with 0."""
    note = read_stop(session.journal) if session.journal is not None else None
    if note is not None:
        attempts.warn(f"stopped by exp stop ({note.signal})")


def _add_params(run: Run, prepared: Begun, written: WrittenFiles, pipeline: FoundPipeline | None) -> Run:
    nothing: list[ParamSource] = []
    hydra = prepared.attempts.make(
        "Hydra's configuration was not read",
        lambda: read_hydra(written.hydra_configs, prepared.places, prepared.attempts),
        nothing,
    )
    if not hydra and pipeline is None:
        return run
    sources = [*prepared.sources, *hydra]
    if pipeline is not None:
        sources = add_pipeline_params(sources, pipeline, prepared, run.status)
    merged = merge_params(sources)
    seed = run.seed if run.seed is not None else find_seed(merged.params)
    return replace(run, params=merged.params, param_sources=merged.sources, seed=seed)


def _hear_script(prepared: Begun, session: Session) -> Logged | None:
    read = prepared.attempts.make("what the script said was not read", lambda: (_read_logged(session),), None)
    if read is not None:
        return read[0]
    _put_log_aside(prepared, session)
    return None


def _put_log_aside(prepared: Begun, session: Session) -> None:
    from gitexp.actions.artifacts_kept import tell_unkept

    if session.journal is not None:
        tell_unkept("not all that the script said is in the run", session.journal.log, session, prepared)


def _read_logged(session: Session) -> Logged | None:
    from gitexp.store.journal import read_start
    from gitexp.store.journal_records import list_logs

    start = read_start(session.journal.folder) if session.journal is not None else None
    if session.journal is None or start is None or not list_logs(session.journal):
        return None
    from gitexp.actions.logged import read_logged

    return read_logged(session.journal, start)


def _add_metrics(
    run: Run,
    files: Files,
    prepared: Begun,
    session: Session,
    written: WrittenFiles,
    output: bytes,
    logged: Logged | None,
) -> tuple[Run, FileHash | None]:
    """The run with its metrics, and the whole series where Git is to have a part of it."""
    extract = prepared.request.extract and prepared.settings.metrics_from_output

    def gather() -> FoundMetrics:
        printed = output if extract and output else None
        cache = local_folder(prepared.repository, "cache")
        return find_metrics(
            written.metrics_files,
            printed,
            run.params,
            prepared.settings.directions,
            prepared.places,
            prepared.attempts,
            logged,
            cache,
            prepared.redactor.redact_names,
        )

    found = prepared.attempts.make("the metrics were not recorded", gather, None)
    if logged is not None and (found is None or (found.note is not None and found.whole is None)):
        _put_log_aside(prepared, session)
    if found is None:
        return run, None
    files.update(found.files)
    redacted = (*run.redacted, *(f"metrics.{metric}" for metric in found.redacted))
    return replace(run, metrics=found.summaries, series=found.note, redacted=redacted), found.whole


def _read_output(prepared: Begun, session: Session) -> bytes:
    from gitexp.capture.spool import read_spool

    if session.journal is None:
        return b""
    data, count = prepared.redactor.redact_output(read_spool(session.journal.output).data)
    if count:
        prepared.attempts.warn(f"{count} secret{'s' if count > 1 else ''} in the output hidden")
    return data


def _add_data(run: Run, files: Files, data: RecordedData | None, attempts: Attempts) -> Run:
    if data is None:
        return run
    attempts.extend(data.warnings)
    attempts.extend(f"data {one.path} is not known: {one.why}" for one in data.items if one.md5 is None)
    files.update({path: format_pointer(pointer) for path, pointer in data.pointers.items()})
    return replace(run, data=data.items)


def _add_artifacts(
    run: Run, files: Files, prepared: Begun, session: Session, whole: FileHash | None, logged: Logged | None
) -> Run:
    declared = prepared.settings.artifacts or prepared.request.artifacts
    kept = session.journal is not None and has_artifacts(session.journal)
    if not declared and not kept and whole is None:
        return run
    from gitexp.actions.artifacts_kept import add_artifacts

    said = logged.files if logged is not None else None
    return add_artifacts(run, files, prepared, session, whole, said)
