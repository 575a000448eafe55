"""The end of a run: everything that was seen becomes one record, and the record one commit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from gitexp.actions.metrics_found import find_metrics
from gitexp.actions.params_found import read_hydra
from gitexp.actions.preparation import TREE_UNKNOWN, redact_run
from gitexp.capture.progress import fold_progress
from gitexp.format.pointer import format_pointer
from gitexp.model.cost import cost_of
from gitexp.model.ending import judge_ending
from gitexp.model.fingerprint import fingerprint
from gitexp.model.params import merge_params
from gitexp.model.paths import TreePath, quote_path
from gitexp.model.run import Artifact
from gitexp.model.seed import find_seed
from gitexp.store.layout import OUTPUT

if TYPE_CHECKING:
    from gitexp.actions.attempts import Attempts
    from gitexp.actions.metrics_found import FoundMetrics
    from gitexp.actions.observation import Observed
    from gitexp.actions.preparation import Preparation
    from gitexp.actions.session import Session
    from gitexp.actions.written_files import WrittenFiles
    from gitexp.capture.ending import Ending
    from gitexp.data.recording import RecordedArtifacts, RecordedData
    from gitexp.model.params import ParamSource
    from gitexp.model.run import Run
    from gitexp.store.writing import Files

_MOST_ARTIFACT_BYTES = 20_000_000
"""What the small artifacts of one run may take in Git together."""


def build_run(
    prepared: Preparation, session: Session, ending: Ending, written: WrittenFiles, observed: Observed
) -> tuple[Run, Files]:
    """The run as it ended, and the files of its record. What cannot be made is a warning and missing."""
    attempts = prepared.attempts
    attempts.extend(ending.warnings)
    files: Files = dict(observed.files)
    run = _describe_end(prepared, ending, observed)
    # Now, and not only at the end: a secret that Hydra's configuration holds is to be known in the output.
    run = redact_run(_add_params(run, prepared, written), prepared.redactor)
    output = attempts.make("the output was not recorded", lambda: _read_output(prepared, session), b"")
    if output:
        files[OUTPUT] = fold_progress(output)
    run = _add_metrics(run, files, prepared, written, output)
    run = _add_data(run, files, observed.data, attempts)
    run = _add_artifacts(run, files, prepared)
    run = redact_run(run, prepared.redactor)
    if prepared.snapshot is not None and _is_code_known(prepared):
        tree = prepared.snapshot.tree
        run = replace(
            run,
            fingerprint=fingerprint(
                tree=tree,
                directory=run.directory,
                command=run.command,
                params=run.params,
                data={one.path: one.md5 for one in run.data},
                packages=run.environment.packages,
                seed=run.seed,
            ),
        )
    return replace(run, warnings=attempts.warnings), files


def _is_code_known(prepared: Preparation) -> bool:
    snapshot = prepared.snapshot
    return (
        snapshot is not None
        and TREE_UNKNOWN not in snapshot.notes
        and not any(one.dirty for one in snapshot.submodules)
    )


def _describe_end(prepared: Preparation, ending: Ending, observed: Observed) -> Run:
    run = prepared.run
    settings = prepared.settings
    gpus = [gpu.name for gpu in observed.environment.gpus]
    exit_code = ending.status if ending.not_started is not None else ending.exit_code
    return replace(
        run,
        status=judge_ending(exit_code, ending.signal, ending.received),
        exit_code=exit_code,
        signal=ending.signal,
        # The clock of the start, moved on by one that nobody sets: a run cannot end before it began.
        ended_at=run.started_at + timedelta(seconds=ending.seconds),
        code=run.code._replace(left_out=observed.left_out),
        environment=observed.environment,
        cost=cost_of(ending.seconds, settings.cost_rates, settings.currency, run.host, gpus),
    )


def _add_params(run: Run, prepared: Preparation, written: WrittenFiles) -> Run:
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


def _add_metrics(run: Run, files: Files, prepared: Preparation, written: WrittenFiles, output: bytes) -> Run:
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


def _read_output(prepared: Preparation, session: Session) -> bytes:
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


def _add_artifacts(run: Run, files: Files, prepared: Preparation) -> Run:
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
            cache=Cache(local_folder(prepared.working_copy.repository, "cache")),
            git_bytes=prepared.settings.artifact_git_bytes,
            git_total_bytes=_MOST_ARTIFACT_BYTES,
            started=run.started_at.timestamp(),
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
