"""A DVC pipeline as it stands: its stages, what each read and wrote, and which of them can be believed."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence


class StageFile(NamedTuple):
    """A dependency or an output, as ``dvc.lock`` has it. ``path`` is relative to the repository, '/' between its parts.

    ``md5`` is None for what is not known by the hash of its bytes, ``files`` for what is no folder.
    """

    path: str
    md5: str | None
    bytes: int | None
    files: int | None = None
    kind: Literal["dep", "out", "metric", "plot"] = "dep"
    is_cached: bool = True

    @property
    def is_outside(self) -> bool:
        """Whether it lies outside the repository, or on no file system at all."""
        return self.path.startswith(("../", "/")) or self.path in ("..", ".") or ":" in self.path.partition("/")[0]


class Stage(NamedTuple):
    """One stage that ran at some time. ``params`` are its values by the file, relative to the repository."""

    name: str
    deps: tuple[StageFile, ...]
    outs: tuple[StageFile, ...]
    params: dict[str, dict[str, Any]]
    unhashed: tuple[str, ...] = ()
    """Paths and URLs of what DVC knows by something else than a hash of the bytes."""


class PipelineState(NamedTuple):
    """One pipeline, as its ``dvc.yaml`` and ``dvc.lock`` say together. Paths are relative to the repository."""

    file: str
    stages: tuple[Stage, ...]
    metrics: tuple[str, ...]
    plots: tuple[str, ...]
    artifacts: tuple[str, ...]
    params: dict[str, tuple[str, ...] | None]
    """Files that have params, and which keys of them are declared; None for all."""
    variables: dict[str, Any]
    warnings: tuple[str, ...] = ()


class FoundPipeline(NamedTuple):
    """What of the pipelines of a working tree belong to one run. Paths are relative to the repository."""

    states: tuple[PipelineState, ...]
    stages: tuple[Stage, ...]
    """Those that ran, and those for which nothing had to be done."""
    ran: frozenset[str]
    """The names of the first kind, as far as ``dvc.lock`` tells."""
    inputs: tuple[StageFile, ...]
    """What the stages read and none of them wrote, and which the code has not."""
    outputs: tuple[StageFile, ...]


def list_outputs(stages: Iterable[Stage]) -> dict[str, StageFile]:
    """The outputs of all stages by their paths."""
    return {out.path: out for stage in stages for out in stage.outs}


def list_inputs(stages: Sequence[Stage]) -> dict[str, StageFile]:
    """The dependencies that no stage writes, neither by themselves nor as a part of something larger."""
    outs = list_outputs(stages)
    return {dep.path: dep for stage in stages for dep in stage.deps if not is_in(dep.path, outs)}


def find_doubts(stages: Sequence[Stage], doubt: Callable[[Stage], str | None]) -> dict[str, str]:
    """Why stages do not belong to what ran, by name: what ``doubt`` says, or that they read what is there no more.

    Whatever reads what a doubtful stage wrote is doubtful too.
    """
    writers = {out.path: (stage, out) for stage in stages for out in stage.outs}
    doubts = {stage.name: why for stage in stages if (why := doubt(stage)) is not None}
    for stage in stages:
        for dep in stage.deps:
            writer, out = writers.get(dep.path, (None, None))
            if writer is not None and out is not None and out.md5 != dep.md5:
                doubts.setdefault(stage.name, f"it read {dep.path} as it was before stage {writer.name} wrote it anew")
    readers: dict[str, list[str]] = {}
    for stage in stages:
        for dep in stage.deps:
            for path in (dep.path, *_folders_of(dep.path)):
                if path in writers:
                    readers.setdefault(writers[path][0].name, []).append(stage.name)
    waiting = list(doubts)
    while waiting:
        above = waiting.pop()
        for name in readers.get(above, ()):
            if name not in doubts:
                doubts[name] = f"it comes after stage {above}"
                waiting.append(name)
    return doubts


def join_path(*parts: str) -> str:
    """A path in the repository of a folder and what is relative to it."""
    return posixpath.normpath(posixpath.join(*parts))


def is_in(path: str, folders: Collection[str]) -> bool:
    """Whether a path is one of these or lies below one."""
    return any(one in folders for one in (path, *_folders_of(path)))


def _folders_of(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def select_keys(values: Mapping[str, Any], keys: Iterable[str] | None) -> dict[str, Any]:
    """What is declared of the flat params of a file: a key, and everything below it; None for all of them."""
    if keys is None:
        return dict(values)
    wanted = tuple(keys)
    prefixes = tuple(f"{one}." for one in wanted)
    return {key: value for key, value in values.items() if key in wanted or key.startswith(prefixes)}
