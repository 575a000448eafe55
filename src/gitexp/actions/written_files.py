"""Which metrics files and which of Hydra's configurations a run wrote: two looks, one before it and one after."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple

from gitexp.capture.found_files import (
    changed_files,
    find_hydra_configs,
    find_hydra_roots,
    scan_metrics_files,
)

if TYPE_CHECKING:
    from gitexp.actions.params_found import Places
    from gitexp.actions.request import RecordRequest
    from gitexp.model.settings import Settings


class WrittenFiles(NamedTuple):
    """Absolute paths."""

    metrics_files: tuple[str, ...]
    hydra_configs: tuple[str, ...]


class FilesBefore:
    """What was there before the run."""

    __slots__ = ("_before", "_began_ns", "_declared", "_places", "_roots")

    def __init__(self, request: RecordRequest, settings: Settings, places: Places) -> None:
        self._places = places
        self._declared = settings.metrics_files
        self._roots = find_hydra_roots(request.command)
        self._began_ns = time.time_ns()
        self._before = scan_metrics_files(places.here, places.project, self._declared)

    @property
    def metrics_files(self) -> tuple[str, ...]:
        """The metrics files that were there, by absolute path."""
        return tuple(self._before)

    def find_written(self) -> WrittenFiles:
        """What the run wrote. Metrics beside a configuration of Hydra's count too: that is where its jobs write."""
        places = self._places
        hydra = find_hydra_configs(places.here, self._began_ns, self._roots)
        folders = [os.path.dirname(os.path.dirname(path)) for path in hydra]
        after = scan_metrics_files(places.here, places.project, self._declared, folders)
        return WrittenFiles(tuple(changed_files(self._before, after)), tuple(hydra))
