"""A DVC pipeline as its ``dvc.yaml`` and ``dvc.lock`` say together, with paths from the top of the repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.errors import InvalidValue
from gitexp.format.dvc_lock import LOCK_FILE, parse_lock
from gitexp.format.dvc_pipeline import DeclaredOut, parse_pipeline
from gitexp.model.pipeline import PipelineState, Stage, StageFile, join_path
from gitexp.model.pointer import MD5

if TYPE_CHECKING:
    from gitexp.format.dvc_pipeline import DeclaredStage, Pipeline
    from gitexp.model.locked import LockedStage
    from gitexp.model.pointer import Pointer

PIPELINE_FILE = "dvc.yaml"
MOST_FILES = 100_000
"""Dependencies and outputs of all stages of a pipeline: who sends more wants our memory."""
_PLAIN = DeclaredOut("", "out", is_cached=True)


def parse_state(folder: str, pipeline: bytes, lock: bytes | None) -> PipelineState:
    """The pipeline of a folder, ``.`` for the top; without a lock none of its stages has run yet.

    A stage that is in the lock alone is none of the pipeline any more. Raises InvalidValue.
    """
    file = join_path(folder, PIPELINE_FILE)
    declared = parse_pipeline(pipeline, file)
    locked = parse_lock(lock, join_path(folder, LOCK_FILE)) if lock is not None else ()
    if sum(len(stage.deps) + len(stage.outs) for stage in locked) > MOST_FILES:
        raise InvalidValue("lock file", join_path(folder, LOCK_FILE), f"more than {MOST_FILES:,} files")
    stages, warnings = [], []
    prefix = "" if folder == "." else f"{file}:"
    for stage in locked:
        name = stage.name
        known = declared.find_stage(name)
        if known is None:
            continue
        if known.folder is None:
            warnings.append(f"stage {prefix}{name} is not recorded: its wdir in {file} is a template")
            continue
        stages.append(_place_stage(prefix + name, stage, known, join_path(folder, known.folder)))
    return PipelineState(
        file,
        tuple(stages),
        tuple(join_path(folder, one) for one in declared.metrics),
        tuple(join_path(folder, one) for one in declared.plots),
        tuple(join_path(folder, one) for one in declared.artifacts),
        _place_params(folder, declared),
        declared.variables,
        tuple(warnings),
    )


def _place_stage(name: str, stage: LockedStage, declared: DeclaredStage, folder: str) -> Stage:
    return Stage(
        name,
        tuple(_place(one, folder) for one in stage.deps),
        tuple(_place_out(one, declared, folder) for one in stage.outs),
        {join_path(folder, file): values for file, values in stage.params.items()},
        stage.unhashed,
    )


def _place_out(locked: Pointer, declared: DeclaredStage, folder: str) -> StageFile:
    known = next((one for one in declared.outs if one.matches(locked.path)), _PLAIN)
    return _place(locked, folder)._replace(kind=known.kind, is_cached=known.is_cached)


def _place(locked: Pointer, folder: str) -> StageFile:
    # Before version 3 DVC hashed text with other line ends than it has.
    md5 = locked.md5 if locked.hash == MD5 else None
    path = locked.path if "://" in locked.path else join_path(folder, locked.path)
    return StageFile(path, md5, locked.bytes, locked.files)


def _place_params(folder: str, declared: Pipeline) -> dict[str, tuple[str, ...] | None]:
    files: dict[str, tuple[str, ...] | None] = {}
    asked = [(folder, declared.params)]
    asked += [(join_path(folder, one.folder), one.params) for one in declared.stages.values() if one.folder is not None]
    for place, params in asked:
        for file, keys in params.items():
            path = join_path(place, file)
            known = files.get(path, ())
            files[path] = None if keys is None or known is None else tuple(dict.fromkeys((*known, *keys)))
    return files
