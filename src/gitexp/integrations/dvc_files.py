"""The files of an experiment of DVC's: metrics to be read, data that it read, and outputs that it wrote."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from typing import TYPE_CHECKING

from gitexp.capture.found_files import find_dvclive_root
from gitexp.data.adopting import adopt_objects
from gitexp.data.artifact_keeper import ARTIFACTS
from gitexp.data.recording import DATA
from gitexp.errors import InvalidValue
from gitexp.format.pointer import format_pointer
from gitexp.model.paths import check_tree_path, quote_path
from gitexp.model.pointed import FOLDER_SUFFIX
from gitexp.model.pointer import POINTER_SUFFIX, Pointer
from gitexp.model.run import Artifact, DataItem

if TYPE_CHECKING:
    from gitexp.actions.attempts import Attempts
    from gitexp.actions.pipeline_code import CodeHashes
    from gitexp.data.objects_here import ObjectsHere
    from gitexp.integrations.commit_files import CommitFiles
    from gitexp.model.pipeline import FoundPipeline, StageFile
    from gitexp.model.run import Run
    from gitexp.model.settings import Settings
    from gitexp.store.writing import Files

_SUFFIX = POINTER_SUFFIX.encode()
_MOST_OF_METRICS = 16_000_000
_OUTSIDE = "it lies outside the repository"
_MOST_TABLES = 1_000
_GIT_BYTES = 20_000_000
"""What the small artifacts of one run may take in Git together."""


def list_metrics(found: FoundPipeline, read: CommitFiles, objects: ObjectsHere, folder: str) -> list[str]:
    """Puts the metrics files that an experiment declares into a folder, from Git or DVC's cache; their paths there."""
    outs = {out.path: out for out in found.outputs}
    wanted = [out.path for out in found.outputs if out.kind == "metric"]
    wanted += [metric for state in found.states for metric in state.metrics]
    for metric in list(wanted):
        root = find_dvclive_root(metric)
        if root is not None:
            wanted += read.list_tables(f"{root}/plots/metrics")[:_MOST_TABLES]
    paths = []
    for one in dict.fromkeys(wanted):
        if not _is_inside(one):
            continue
        data = read(one, _MOST_OF_METRICS)
        out = outs.get(one)
        if data is None and out is not None and out.md5 is not None and not out.md5.endswith(FOLDER_SUFFIX):
            data = _read_object(objects, out.md5)
        if data is not None:
            path = os.path.join(folder, one)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(data)
            paths.append(path)
    return paths


def _read_object(objects: ObjectsHere, md5: str) -> bytes | None:
    place = objects.find(md5)
    if place is None:
        return None
    with open(place, "rb") as file:
        data = file.read(_MOST_OF_METRICS + 1)
    return data if len(data) <= _MOST_OF_METRICS else None


def add_inputs(run: Run, files: Files, found: FoundPipeline, code: CodeHashes, attempts: Attempts) -> Run:
    """The run with what the stages read and neither Git nor another stage had."""
    items = []
    for dep in found.inputs:
        if not _is_inside(dep.path):
            attempts.warn(f"{dep.path} is not recorded: {_OUTSIDE}")
            continue
        why = None if dep.md5 is not None else "DVC has no MD5 of its bytes"
        name = os.fsencode(dep.path)
        items.append(DataItem(quote_path(name), dep.md5, dep.bytes, dep.files or 1, why))
        if dep.md5 is not None:
            files[DATA + name + _SUFFIX] = _point(dep, dep.md5)
    return replace(run, data=tuple(items))


def add_outputs(
    run: Run,
    files: Files,
    found: FoundPipeline,
    objects: ObjectsHere,
    read: CommitFiles,
    settings: Settings,
    attempts: Attempts,
) -> Run:
    """The run with what the stages wrote; bytes that DVC's cache has come into ours. Raises StorageFailed."""
    outs = [out for out in found.outputs if _is_inside(out.path)]
    attempts.extend(f"{out.path} is not recorded: {_OUTSIDE}" for out in found.outputs if out not in outs)
    wanted = [(out.md5, None if out.files is not None else out.bytes) for out in outs if out.is_cached and out.md5]
    adopted = adopt_objects(objects.cache, objects.others, wanted)
    room = _GIT_BYTES
    items = []
    absent = 0
    for out in outs:
        name = os.fsencode(out.path)
        path = quote_path(name)
        small = None if out.is_cached and out.md5 in adopted else read(out.path, min(settings.artifact_git_bytes, room))
        if small is not None:
            md5 = hashlib.md5(small, usedforsecurity=False).hexdigest()
            files[ARTIFACTS + name] = small
            room -= len(small)
            items.append(Artifact(path, md5, len(small), "git"))
        elif out.md5 is not None and out.is_cached:
            absent += out.md5 not in adopted
            files[ARTIFACTS + name + _SUFFIX] = _point(out, out.md5)
            items.append(Artifact(path, out.md5, out.bytes, "dvc", out.files))
        else:
            items.append(Artifact(path, out.md5, out.bytes, "no", out.files, "DVC did not keep it"))
    if absent:
        attempts.warn(f"the bytes of {absent} of {len(items)} artifacts are not here: DVC's cache does not have them")
    return replace(run, artifacts=(*run.artifacts, *items))


def _is_inside(path: str) -> bool:
    try:
        check_tree_path(quote_path(os.fsencode(path)))
    except InvalidValue:
        return False
    return True


def _point(file: StageFile, md5: str) -> bytes:
    return format_pointer(Pointer(file.path.rpartition("/")[2], md5, file.bytes, file.files))
