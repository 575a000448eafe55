"""Globs as ``.gitignore`` has them, held against paths of a tree."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class Globs:
    """A list of patterns; the last one that matches a path, or a folder above it, decides."""

    __slots__ = ("_filter",)

    def __init__(self, patterns: Sequence[str]) -> None:
        self._filter = None
        if patterns:
            from dulwich.ignore import IgnoreFilter

            self._filter = IgnoreFilter([pattern.encode("utf-8", "surrogateescape") for pattern in patterns])

    def match(self, path: bytes) -> bool:
        """Whether the patterns mean the path of a file."""
        if self._filter is None:
            return False
        parts = path.split(b"/")
        # As in Git: below a folder that is meant all is meant, and no later '!' brings a part of it back.
        for depth in range(1, len(parts)):
            if self._filter.is_ignored(os.fsdecode(b"/".join(parts[:depth])) + "/"):
                return True
        return bool(self._filter.is_ignored(os.fsdecode(path)))
