"""The end of a run: everything that was seen becomes one record, and the record one commit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.metrics_found import find_metrics
from gitexp.actions.params_found import read_hydra
from gitexp.actions.preparation import redact_run
from gitexp.actions.system_series import gather_system
from gitexp.capture.progress import fold_progress
from gitexp.format.pointer import format_pointer
from gitexp.model.cost import cost_of
from gitexp.model.ending import judge_ending
from gitexp.model.fingerprint import fingerprint
from gitexp.model.params import merge_params
from gitexp.model.paths import TreePath, quote_path
from gitexp.model.run import Artifact, Environment, Status
from gitexp.model.seed import find_seed
from gitexp.store.layout import OUTPUT

if TYPE_CHECKING:
    from datetime import datetime

    from gitexp.actions.attempts import Attempts
    from gitexp.actions.begun import Begun
    from gitexp.actions.metrics_found import FoundMetrics
    from gitexp.actions.observation import Observed
    from gitexp.actions.session import Session
    from gitexp.actions.written_files import WrittenFiles
    from gitexp.capture.ending import Ending
    from gitexp.data.recording import RecordedArtifacts, RecordedData
    from gitexp.model.params import ParamSource
    from gitexp.model.run import Run
    from gitexp.store.writing import Files

_MOST_ARTIFACT_BYTES = 20_000_000
"""What the small artifacts of one run may take in Git together."""


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
    # Now, and not only at the end: a secret that Hydra's configuration holds is to be known in the output.
    run = redact_run(_add_params(run, prepared, written), prepared.redactor)
    output = attempts.make("the output was not recorded", lambda: _read_output(prepared, session), b"")
    if output:
        files[OUTPUT] = fold_progress(output)
    run = _add_metrics(run, files, prepared, written, output)
    files.update(gather_system(session.journal, attempts))
    run = _add_data(run, files, observed.data, attempts)
    run = _add_artifacts(run, files, prepared)
    run = redact_run(run, prepared.redactor)
    run = replace(run, fingerprint=_find_fingerprint(prepared, run, observed))
    return replace(run, warnings=attempts.warnings), files


def _find_fingerprint(prepared: Begun, run: Run, observed: Observed) -> str | None:
    """The run's fingerprint; None unless code, environment and data are known."""
    is_data_known = observed.data is not None or not (prepared.settings.data or prepared.request.data)
    if prepared.tree is None or run.environment == Environment() or not is_data_known:
        return None
    return fingerprint(
        tree=prepared.tree,
        directory=run.directory,
        command=run.command,
        params=run.params,
        data={one.path: one.md5 for one in run.data},
        packages=run.environment.packages,
        seed=run.seed,
    )


def _describe_loss(run: Run, lost: Lost, attempts: Attempts) -> Run:
    attempts.warn("the recording ended without warning: what came after its last write is not known")
    return replace(run, status=Status.LOST, ended_at=max(lost.at, run.started_at))


def _describe_end(run: Run, ending: Ending, prepared: Begun) -> Run:
    settings = prepared.settings
    prepared.attempts.extend(ending.warnings)
    gpus = [gpu.name for gpu in run.environment.gpus]
    exit_code = ending.status if ending.not_started is not None else ending.exit_code
    return replace(
        run,
        status=judge_ending(exit_code, ending.signal, ending.received),
        exit_code=exit_code,
        signal=ending.signal,
        # The clock of the start, moved on by one that nobody sets: a run cannot end before it began.
        ended_at=run.started_at + timedelta(seconds=ending.seconds),
        cost=cost_of(ending.seconds, settings.cost_rates, settings.currency, run.host, gpus),
    )


def _add_params(run: Run, prepared: Begun, written: WrittenFiles) -> Run:
    nothing: list[ParamSource] = []
    hydra = prepared.attempts.make(
        "Hydra's configuration was not read",
        lambda: read_hydra(written.hydra_configs, prepared.places, prepared.attempts),
        nothing,
    )
    if not hydra:
        return run
    merged = merge_params((*prepared.sources, *hydra))
    seed = run.seed if run.seed is not None else find_seed(merged.params)
    return replace(run, params=merged.params, param_sources=merged.sources, seed=seed)


def _add_metrics(run: Run, files: Files, prepared: Begun, written: WrittenFiles, output: bytes) -> Run:
    extract = prepared.request.extract and prepared.settings.metrics_from_output

    def gather() -> FoundMetrics:
        printed = output if extract and output else None
        known = prepared.settings.directions
        return find_metrics(written.metrics_files, printed, run.params, known, prepared.places, prepared.attempts)

    found = prepared.attempts.make("the metrics were not recorded", gather, None)
    if found is None:
        return run
    files.update(found.files)
    return replace(run, metrics=found.summaries)


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


def _add_artifacts(run: Run, files: Files, prepared: Begun) -> Run:
    wanted = (*prepared.settings.artifacts, *prepared.request.artifacts)
    if not wanted:
        return run

    def gather() -> RecordedArtifacts:
        from gitexp.data.cache import Cache
        from gitexp.data.recording import record_artifacts
        from gitexp.store.journal import local_folder

        places = prepared.places
        return record_artifacts(
            wanted,
            places.here,
            places.project,
            places.top,
            cache=Cache(local_folder(prepared.repository, "cache")),
            git_bytes=prepared.settings.artifact_git_bytes,
            git_total_bytes=_MOST_ARTIFACT_BYTES,
            started=run.started_at.timestamp(),
            until=prepared.until,
        )

    kept = prepared.attempts.make("the artifacts were not kept", gather, None)
    if kept is None:
        return replace(run, artifacts=tuple(Artifact(TreePath(path), None, None, "no") for path in wanted))
    prepared.attempts.extend(kept.warnings)
    for path, data in kept.files.items():
        if b"\0" not in data and prepared.redactor.redact_output(data)[1]:
            shown = quote_path(path.removeprefix(b".exp/artifacts/"))
            prepared.attempts.warn(f"artifact {shown} looks like it holds a secret; the run keeps it")
    files.update(kept.files)
    files.update({path: format_pointer(pointer) for path, pointer in kept.pointers.items()})
    return replace(run, artifacts=kept.items)
