"""The files and folders of a run that somebody wants: what they are, and where they are to lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from gitexp.model.paths import unquote_path
from gitexp.model.pointed import FOLDER_SUFFIX, OUTSIDE, Pointed

if TYPE_CHECKING:
    from collections.abc import Collection

    from gitexp.model.paths import TreePath
    from gitexp.model.run import Artifact, DataItem, Run


class WantedFile(NamedTuple):
    """One of them. ``place`` is where it is to lie, relative to some folder; ``path`` that of the manifest."""

    kind: Literal["data", "artifact"]
    path: TreePath
    place: bytes
    md5: str | None
    bytes: int | None = None
    files: int | None = None
    is_in_git: bool = False
    """Its bytes are in the run's tree."""

    @property
    def is_folder(self) -> bool:
        """Whether the hash is that of a folder's listing."""
        return self.md5 is not None and self.md5.endswith(FOLDER_SUFFIX)

    @property
    def pointed(self) -> Pointed:
        """What is asked of those who have the bytes; of what is not in Git."""
        return Pointed(self.kind, self.path, self.md5 or "", self.bytes, self.files)


class Unavailable(NamedTuple):
    """An item of a run that nobody can bring to its place, and why."""

    kind: Literal["data", "artifact"]
    path: TreePath
    why: str


class RunFiles(NamedTuple):
    """The data and artifacts of a run: those whose bytes somewhere are or were, and those that were never kept."""

    wanted: tuple[WantedFile, ...]
    unkept: tuple[Unavailable, ...]
    outside: tuple[Unavailable, ...]
    """Among the wanted, what did not lie in the repository: where it lay."""


def list_files(run: Run, kinds: Collection[str]) -> RunFiles:
    """The data and artifacts of a run, data first, each to lie where the run had it."""
    wanted: list[WantedFile] = []
    unkept: list[Unavailable] = []
    outside: list[Unavailable] = []
    items: list[DataItem | Artifact] = [*(run.data if "data" in kinds else ())]
    items += run.artifacts if "artifact" in kinds else ()
    for item in items:
        kind: Literal["data", "artifact"] = "artifact" if hasattr(item, "kept") else "data"
        kept = getattr(item, "kept", "dvc")
        if kept == "no" or (item.md5 is None and kept != "git"):
            unkept.append(Unavailable(kind, item.path, item.why or "nobody wrote down why"))
            continue
        place = unquote_path(item.path)
        wanted.append(WantedFile(kind, item.path, place, item.md5, item.bytes, item.files, kept == "git"))
        if item.why is not None and item.why.startswith(OUTSIDE):
            outside.append(Unavailable(kind, item.path, item.why))
    return RunFiles(tuple(wanted), tuple(unkept), tuple(outside))
