"""A run while it is watched: what is known of it at one moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from gitexp.model.progress import Progress
    from gitexp.model.run import Run

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class RunView:
    """One run at one moment. ``run`` has what was said so far; an ended run is as it was recorded."""

    run: Run
    curves: Mapping[str, Points] = field(default_factory=dict)
    """By metric, the series so far, thinned out."""
    lines: tuple[str, ...] = ()
    """The last lines of output as a terminal showed them, secrets hidden."""
    processes: Mapping[str, int] = field(default_factory=dict)
    """The ids of the run's processes, by what each is."""
    system: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """The newest samples of the machine's use, by name; the last is that of now."""
    progress: Progress | None = None
    missing: str | None = None
    """Why nothing is known of what a run that is going does, where it is not; that it has ended and is not stored."""

    heard_at: datetime | None = None
    """When it was mirrored, of a run that goes elsewhere; None where it is looked at directly."""

    @property
    def is_going(self) -> bool:
        """Whether the run has not ended."""
        return self.run.ended_at is None

    def elapsed(self, now: datetime) -> float:
        """Seconds from the start to the end, or to now."""
        return max(((self.run.ended_at or now) - self.run.started_at).total_seconds(), 0.0)
