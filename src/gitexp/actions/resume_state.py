"""Checkpoints: what the parts of a chain kept, put back before the next one starts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.place_files import Placed, place_files

if TYPE_CHECKING:
    from gitexp.actions.resume import Continuation
    from gitexp.data.progress import TransferProgress
    from gitexp.model.paths import TreePath
    from gitexp.store.runs import RunStore

_MOST_NAMED = 3
_ARTIFACTS = frozenset({"artifact"})


class Restored(NamedTuple):
    """The request, which knows now what was written before; and what became of the files, in sentences."""

    continuation: Continuation
    sentences: tuple[str, ...]
    warnings: tuple[str, ...]


def restore_state(
    store: RunStore, continuation: Continuation, *, places: bool = True, progress: TransferProgress | None = None
) -> Restored:
    """Puts the artifacts of a run that are missing in the working tree where it had them; nothing is overwritten.

    What it did not keep itself comes from the part before. ``places`` is False where nothing is to be put anywhere.
    Raises what ``place_files`` does.
    """
    top = store.repository.top
    if top is None:
        return Restored(continuation, (), ())
    seen: set[TreePath] = set()
    found: list[Placed] = []
    carried: list[TreePath] = []
    for head in reversed(continuation.parts):
        run = store.load(head)
        whole = run.series.whole if run.series is not None else None
        paths = {one.path for one in run.artifacts if one.kept != "no" and one.path != whole} - seen
        if not paths:
            continue
        seen |= paths
        if not places:
            carried += [one for one in sorted(paths) if os.path.lexists(store.repository.path_of_manifest(one))]
            continue
        placed = place_files(store, head, run, top, kinds=_ARTIFACTS, paths=paths, progress=progress)
        found.append(placed)
        large = {one.path for one in run.artifacts if one.kept == "dvc"}
        carried += [one for one in placed.placed if one in large] + [*placed.there, *placed.differing]
    request = continuation.request
    assert request.continued is not None
    written = tuple(os.fsdecode(store.repository.path_of_manifest(path)) for path in sorted(seen))
    request = request._replace(continued=request.continued._replace(artifacts=written))
    sentences, warnings = _describe(found, continuation.head.name)
    if carried and not request.artifacts:
        request = request._replace(
            artifacts=tuple(os.fsdecode(store.repository.path_of_manifest(path)) for path in carried)
        )
        other = "" if continuation.is_repeated else "  (--artifact names others)"
        sentences = (*sentences, f"artifacts, as of {continuation.head.name}: {_name(carried)}{other}")
    return Restored(continuation._replace(request=request), sentences, warnings)


def _describe(found: list[Placed], name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    placed = [path for one in found for path in one.placed]
    differing = [path for one in found for path in one.differing]
    missing = [gone for one in found for gone in one.missing]
    sentences = [f"put in place, as {name} kept it: {_name(placed)}"] if placed else []
    if differing:
        sentences.append(f"left as it is, though not what {name} kept: {_name(differing)}")
    warnings = [f"NOT in place: {one.pointed.path}: {one.why}" for one in missing[:_MOST_NAMED]]
    if len(missing) > _MOST_NAMED:
        warnings.append(f"NOT in place: {len(missing) - _MOST_NAMED} more of {name}")
    return tuple(sentences), tuple(warnings)


def _name(paths: list[TreePath]) -> str:
    more = f" and {len(paths) - _MOST_NAMED} more" if len(paths) > _MOST_NAMED else ""
    return ", ".join(paths[:_MOST_NAMED]) + more
