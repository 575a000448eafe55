"""What a run points at: the files and folders whose bytes are too large for Git."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from gitexp.model.paths import TreePath
    from gitexp.model.run import Run

FOLDER_SUFFIX = ".dir"
OUTSIDE = "it lies outside the repository"
"""How the reason of an item begins whose path is only the last part of where it lay."""


class Pointed(NamedTuple):
    """A file or folder that a run read (``data``) or wrote (``artifact``), and the hash that its bytes have."""

    kind: Literal["data", "artifact"]
    path: TreePath
    """Relative to the repository, as manifests write it."""
    md5: str
    bytes: int | None
    files: int | None = None

    @property
    def is_folder(self) -> bool:
        """Whether the hash is that of a folder's listing."""
        return self.md5.endswith(FOLDER_SUFFIX)


def list_pointed(run: Run) -> tuple[Pointed, ...]:
    """What a run points at, data before artifacts; not what Git has, and not what has no hash."""
    data = [Pointed("data", one.path, one.md5, one.bytes, one.files) for one in run.data if one.md5 is not None]
    kept = [one for one in run.artifacts if one.kept == "dvc"]
    written = [Pointed("artifact", one.path, one.md5, one.bytes, one.files) for one in kept if one.md5 is not None]
    return (*data, *written)
