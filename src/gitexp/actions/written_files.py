"""Which metrics files and which of Hydra's configurations a run wrote: two looks, one before it and one after."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple

from gitexp.capture.found_files import (
    FileState,
    changed_files,
    find_hydra_configs,
    find_hydra_roots,
    scan_metrics_files,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitexp.actions.params_found import Places
    from gitexp.actions.request import RecordRequest
    from gitexp.model.settings import Settings


class WrittenFiles(NamedTuple):
    """Absolute paths."""

    metrics_files: tuple[str, ...]
    hydra_configs: tuple[str, ...]


class FilesBefore:
    """What was there before the run."""

    __slots__ = ("_declared", "_places", "_roots", "began_ns", "states")

    def __init__(
        self,
        request: RecordRequest,
        settings: Settings,
        places: Places,
        *,
        began_ns: int | None = None,
        states: Mapping[str, Sequence[int]] | None = None,
    ) -> None:
        """Looks now, unless another process has looked: ``began_ns`` and ``states`` are then what it saw."""
        self._places = places
        self._declared = settings.metrics_files
        self._roots = find_hydra_roots(request.command)
        self.began_ns = time.time_ns() if began_ns is None else began_ns
        self.states = (
            scan_metrics_files(places.here, places.project, self._declared)
            if states is None
            else {path: FileState(*state) for path, state in states.items()}
        )

    @property
    def metrics_files(self) -> tuple[str, ...]:
        """The metrics files that were there, by absolute path."""
        return tuple(self.states)

    def find_written(self, until_ns: int | None = None) -> WrittenFiles:
        """What the run wrote; nothing that was written after ``until_ns``, which is another's.

        Metrics beside a configuration of Hydra's count too: that is where its jobs write.
        """
        places = self._places
        hydra = find_hydra_configs(places.here, self.began_ns, self._roots)
        folders = [os.path.dirname(os.path.dirname(path)) for path in hydra]
        after = scan_metrics_files(places.here, places.project, self._declared, folders)
        written = changed_files(self.states, after)
        if until_ns is not None:
            written = [path for path in written if after[path].modified_ns <= until_ns]
            hydra = [path for path in hydra if os.stat(path).st_mtime_ns <= until_ns]
        return WrittenFiles(tuple(written), tuple(hydra))
