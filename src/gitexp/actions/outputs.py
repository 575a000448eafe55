"""What runs write, told from code: an old result in the snapshot would make equal code look different."""

from __future__ import annotations

import fnmatch
import os
from typing import TYPE_CHECKING

from gitexp.model.run import WRITTEN_BY_RUNS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitexp.actions.params_found import Places


class Outputs:
    """Metrics files that are there and artifacts that were declared, as paths in the repository."""

    __slots__ = ("_paths", "_patterns")

    def __init__(self, metrics_files: Iterable[str], artifacts: Iterable[str], places: Places) -> None:
        self._paths = {os.fsencode(os.path.relpath(path, places.top)).replace(b"\\", b"/") for path in metrics_files}
        self._patterns: set[bytes] = set()
        for artifact in artifacts:
            for folder in (places.here, places.project):
                path = os.path.relpath(os.path.join(folder, artifact), places.top)
                self._patterns.add(os.fsencode(path.replace(os.sep, "/")))

    def explain(self, path: bytes) -> str | None:
        """Why an untracked file is no code, None where it may be."""
        if path in self._paths:
            return WRITTEN_BY_RUNS
        for pattern in self._patterns:
            if path.startswith(pattern + b"/") or fnmatch.fnmatchcase(path, pattern):
                return WRITTEN_BY_RUNS
        return None
