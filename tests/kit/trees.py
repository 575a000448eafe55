"""A tree of files that stands in for ``/proc`` and ``/sys``, or for an installation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pathlib


def make_tree(root: pathlib.Path, files: dict[str, str]) -> str:
    """Writes files with the folders that they lie in; returns the root."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return str(root)
