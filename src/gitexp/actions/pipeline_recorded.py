"""A DVC pipeline as a part of a recording: each step may fail, and nothing is loaded where there is none."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitexp.actions.pipeline_signs import find_signs

if TYPE_CHECKING:
    from gitexp.actions.begun import Begun
    from gitexp.actions.session import Session
    from gitexp.actions.written_files import WrittenFiles
    from gitexp.model.params import ParamSource
    from gitexp.model.pipeline import FoundPipeline
    from gitexp.model.run import Run, Status
    from gitexp.store.writing import Files


def see_pipeline(prepared: Begun, run: Run, session: Session) -> FoundPipeline | None:
    """The pipeline that a run reproduced; None where it was none."""

    def find() -> FoundPipeline | None:
        if not find_signs(prepared, run, session):
            return None
        from gitexp.actions.pipeline_found import find_pipeline

        return find_pipeline(prepared, run, session)

    return prepared.attempts.make("the DVC pipeline was not recorded", find, None)


def add_pipeline_params(
    sources: list[ParamSource], pipeline: FoundPipeline, prepared: Begun, status: Status
) -> list[ParamSource]:
    """The sources of params with those of the pipeline."""

    def add() -> list[ParamSource]:
        from gitexp.actions.params_found import read_declared
        from gitexp.actions.pipeline_params import find_pipeline_params

        places = prepared.places

        def read(file: str) -> ParamSource | None:
            return read_declared(os.path.join(places.top, file), places, prepared.attempts)

        return find_pipeline_params(pipeline, sources, read, status)

    return prepared.attempts.make("the params of the pipeline were not read", add, sources)


def add_pipeline_metrics(written: WrittenFiles, pipeline: FoundPipeline, prepared: Begun) -> WrittenFiles:
    """The files of a run with the metrics files of the pipeline, whether this run wrote them or had no need to."""

    def add() -> WrittenFiles:
        from gitexp.actions.pipeline_kept import list_pipeline_metrics

        found = list_pipeline_metrics(pipeline, prepared)
        return written._replace(metrics_files=tuple(dict.fromkeys((*written.metrics_files, *found))))

    return prepared.attempts.make("the metrics files of the pipeline were not found", add, written)


def add_pipeline_files(run: Run, files: Files, pipeline: FoundPipeline, prepared: Begun) -> Run:
    """The run with what the pipeline read as data, and what it wrote as artifacts."""

    def read() -> Run:
        from gitexp.actions.pipeline_kept import add_inputs

        return add_inputs(run, files, pipeline, prepared)

    known = prepared.attempts.make("the data of the pipeline was not recorded", read, run)

    def write() -> Run:
        from gitexp.actions.pipeline_kept import add_outputs

        return add_outputs(known, files, pipeline, prepared)

    return prepared.attempts.make("the outputs of the pipeline were not kept", write, known)
