"""What no snapshot holds: credentials, and what runs write, for an old result would make equal code look different."""

from __future__ import annotations

import fnmatch
import os
import re
import stat
from typing import TYPE_CHECKING

from gitexp.capture.credential_files import is_credential_file
from gitexp.model.run import WRITTEN_BY_RUNS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitexp.actions.params_found import Places


class ArtifactPatterns:
    """The artifacts that were declared, as globs of paths in the repository."""

    __slots__ = ("_patterns",)

    def __init__(self, artifacts: Iterable[str], places: Places) -> None:
        self._patterns = {
            _path_in(places.top, os.path.join(folder, artifact))
            for artifact in artifacts
            for folder in (places.here, places.project)
        }

    def match(self, path: bytes) -> bool:
        """Whether a path is that of an artifact, or of a file in one."""
        return any(path.startswith(one + b"/") or fnmatch.fnmatchcase(path, one) for one in self._patterns)


class Refusal:
    """Says of untracked files why they are left out: credentials, metrics files that are there, declared artifacts.

    ``credentials`` are the paths of the first kind that it met: of those not even a hash is recorded.
    """

    __slots__ = ("_artifacts", "_globs", "_paths", "_redirects", "_top", "credentials")

    def __init__(
        self, globs: tuple[str, ...], metrics_files: Iterable[str], artifacts: Iterable[str], places: Places
    ) -> None:
        self.credentials: set[bytes] = set()
        self._globs = globs
        self._top = os.fsencode(places.top)
        self._redirects = _find_redirects()
        self._paths = {_path_in(places.top, path) for path in metrics_files}
        self._artifacts = ArtifactPatterns(artifacts, places)

    def _is_redirect(self, path: bytes) -> bool:
        """Whether it is the file that our own output goes to (``exp run … > out.txt``)."""
        if not self._redirects:
            return False
        found = os.stat(os.path.join(self._top, path))
        return (found.st_dev, found.st_ino) in self._redirects

    def explain(self, path: bytes, head: bytes) -> str | None:
        """Why a file that no commit holds is left out, None where it may be taken."""
        why = is_credential_file(path, head, self._globs)
        if why is not None:
            self.credentials.add(path)
            return why
        if path in self._paths or _OUTPUTS.search(path) or self._is_redirect(path):
            return WRITTEN_BY_RUNS
        return WRITTEN_BY_RUNS if self._artifacts.match(path) else None


_OUTPUTS = re.compile(rb"(?:^|/)(?:outputs|multirun)/\d{4}-\d\d-\d\d/|(?:^|/)__pycache__/")
"""Hydra's folders by date, and what Python compiles."""


def _find_redirects() -> frozenset[tuple[int, int]]:
    found = set()
    for descriptor in (1, 2):
        try:
            status = os.fstat(descriptor)
        except OSError:  # closed
            continue
        if stat.S_ISREG(status.st_mode):
            found.add((status.st_dev, status.st_ino))
    return frozenset(found)


def _path_in(top: str, path: str) -> bytes:
    return os.fsencode(os.path.relpath(path, top).replace(os.sep, "/"))
