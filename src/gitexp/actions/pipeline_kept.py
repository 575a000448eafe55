"""What a run of a DVC pipeline has of it: metrics, data and artifacts, as its files declare them."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from gitexp.actions.artifacts_refused import explain_refusal
from gitexp.actions.fetch_objects import open_objects
from gitexp.actions.pipeline_signs import is_changed
from gitexp.capture.found_files import find_dvclive_root, scan_metrics_files
from gitexp.data.adopting import adopt_objects
from gitexp.data.artifact_keeper import ARTIFACTS, ArtifactKeeper
from gitexp.data.finding import Place
from gitexp.data.recording import DATA
from gitexp.errors import InvalidValue, StorageFailed
from gitexp.format.pointer import format_pointer
from gitexp.model.paths import check_tree_path, quote_path
from gitexp.model.pipeline import is_in
from gitexp.model.pointer import POINTER_SUFFIX, Pointer
from gitexp.model.run import Artifact, DataItem

if TYPE_CHECKING:
    from collections.abc import Collection

    from gitexp.actions.begun import Begun
    from gitexp.model.paths import TreePath
    from gitexp.model.pipeline import FoundPipeline, StageFile
    from gitexp.model.run import Run
    from gitexp.store.writing import Files

_SUFFIX = POINTER_SUFFIX.encode()
_MOST_BYTES = 20_000_000
"""What the small artifacts of one run may take in Git together."""


def list_pipeline_metrics(found: FoundPipeline, prepared: Begun) -> list[str]:
    """The absolute paths of the metrics files that the pipeline declares and this run stands behind."""
    top = prepared.places.top
    outs = {out.path for out in found.outputs}
    paths = [os.path.join(top, out.path) for out in found.outputs if out.kind == "metric" and not out.is_outside]
    for state in found.states:
        for metric in state.metrics:
            path = os.path.join(top, metric)
            if is_in(metric, outs) or is_changed(path, prepared):
                paths.append(path)
    for path in list(paths):
        root = find_dvclive_root(path)
        if root is not None:
            paths += [one for one in scan_metrics_files(top, top, (root,)) if one.startswith(os.path.join(root, ""))]
    return [path for path in dict.fromkeys(map(os.path.normpath, paths)) if os.path.isfile(path)]


def add_inputs(run: Run, files: Files, found: FoundPipeline, prepared: Begun) -> Run:
    """The run with what the pipeline read, under the hashes that DVC has; nothing is hashed."""
    attempts = prepared.attempts
    outs = {quote_path(os.fsencode(out.path)) for out in found.outputs}
    asked = prepared.settings.data or prepared.request.data
    items = {one.path: one for one in run.data if asked or one.path not in outs}
    for one in run.data:
        if one.path not in items:  # what the pipeline made itself was tracked, and so taken for data
            files.pop(DATA + os.fsencode(one.path) + _SUFFIX, None)
    attempts.extend(
        f"{one} is not recorded: DVC knows it by another hash than MD5"
        for stage in found.stages
        for one in stage.unhashed
    )
    for dep in found.inputs:
        name = _find_name(dep.path, prepared)
        if name is None or quote_path(name) in items:
            continue
        path = quote_path(name)
        why = _compare(dep, prepared)
        if why is not None:
            attempts.warn(f"data {path}: {why}")
        items[path] = DataItem(path, dep.md5, dep.bytes, dep.files or 1, why)
        if dep.md5 is not None:
            files[DATA + name + _SUFFIX] = _point(name, dep)
    return replace(run, data=tuple(items.values()))


def add_outputs(run: Run, files: Files, found: FoundPipeline, prepared: Begun) -> Run:
    """The run with what the pipeline wrote; what is an artifact already stays as it is.

    What DVC's cache has comes from there into ours, and no byte of it is read; the rest from the working tree.
    """
    attempts, places = prepared.attempts, prepared.places
    there = {one.path for one in run.artifacts if one.kept != "no"}
    objects = open_objects(prepared.repository, places.project)
    outs: dict[bytes, StageFile] = {}
    for out in found.outputs:
        name = _find_name(out.path, prepared)
        if name is not None and quote_path(name) not in there:
            outs[name] = out
    cached = [(out.md5, out.bytes) for out in outs.values() if out.is_cached and out.md5 is not None]
    sized = [(md5, None if md5.endswith(".dir") else size) for md5, size in cached]
    try:
        adopted = adopt_objects(objects.cache, objects.others, sized)
    except StorageFailed as error:
        attempts.warn(f"outputs of the pipeline were not kept: {error.message}")
        adopted = frozenset()
    room = _MOST_BYTES - sum(len(data) for path, data in files.items() if path.startswith(ARTIFACTS))
    keeper = ArtifactKeeper(
        objects.cache,
        prepared.settings.artifact_git_bytes,
        room,
        refuse=lambda path, name: explain_refusal(path, name, prepared, path),
    )
    items: list[Artifact] = []
    for name, out in outs.items():
        path = quote_path(name)
        place = Place(os.path.join(places.top, os.fsdecode(name)), name)
        if out.is_cached and out.md5 is not None and (out.md5 in adopted or not os.path.lexists(place.path)):
            if out.md5 not in adopted:
                attempts.warn(f"the bytes of {path} are not here: dvc fetch brings them")
            items.append(Artifact(path, out.md5, out.bytes, "dvc", out.files))
            files[ARTIFACTS + name + _SUFFIX] = _point(name, out)
        elif os.path.lexists(place.path):
            keeper.keep(place, places.top)
        else:
            items.append(Artifact(path, None, None, "no", None, "it is not there"))
    for extra in _list_extra(found, outs, there, prepared):
        keeper.keep(extra, places.top)
    kept = keeper.recorded()
    attempts.extend(kept.warnings)
    attempts.extend(f"artifact {one.name} was not kept: {one.why}" for one in kept.refused)
    for name, data in kept.files.items():
        if b"\0" not in data and prepared.redactor.redact_output(data)[1]:
            attempts.warn(f"artifact {quote_path(name.removeprefix(ARTIFACTS))} looks like it holds a secret")
    files.update(kept.files)
    files.update({path: format_pointer(pointer) for path, pointer in kept.pointers.items()})
    recorded = {one.path for one in (*items, *kept.items)}
    before = [one for one in run.artifacts if one.path not in recorded]
    return replace(run, artifacts=(*before, *items, *kept.items))


def _list_extra(
    found: FoundPipeline, outs: dict[bytes, StageFile], there: Collection[TreePath], prepared: Begun
) -> list[Place]:
    """Plots and artifacts that ``dvc.yaml`` names and no stage writes, where this run wrote them."""
    known = {os.fsdecode(name) for name in outs} | {out.path for out in found.outputs}
    extra = []
    for path in dict.fromkeys(one for state in found.states for one in (*state.plots, *state.artifacts)):
        file = os.path.join(prepared.places.top, path)
        if is_in(path, known) or not is_changed(file, prepared):
            continue
        name = _find_name(path, prepared)
        if name is not None and quote_path(name) not in there:
            extra.append(Place(file, name))
    return extra


def _find_name(path: str, prepared: Begun) -> bytes | None:
    """A path of DVC's as one in the repository; None, and a warning, for one that lies elsewhere."""
    name = os.fsencode(path)
    try:
        check_tree_path(quote_path(name))
    except InvalidValue:
        prepared.attempts.warn(f"{path} is not recorded: it lies outside the repository")
        return None
    return name


def _compare(dep: StageFile, prepared: Begun) -> str | None:
    """Why what lies there is perhaps not what DVC hashed, by size and time alone."""
    if dep.md5 is None:
        return "DVC before version 3 hashed it in another way: dvc cache migrate"
    path = os.path.join(prepared.places.top, dep.path)
    try:
        found = os.stat(path)
    except OSError:
        return "it is not there; the hash is that of dvc.lock"
    is_folder = os.path.isdir(path)
    if is_folder != dep.md5.endswith(".dir") or (not is_folder and dep.bytes not in (None, found.st_size)):
        return "it has changed since the pipeline read it; the hash is that of dvc.lock"
    return None


def _point(name: bytes, file: StageFile) -> bytes:
    path = os.fsdecode(name.rpartition(b"/")[2])
    return format_pointer(Pointer(path, file.md5 or "", file.bytes, file.files))
