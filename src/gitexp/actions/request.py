"""What a user asks of ``exp run``."""

from __future__ import annotations

from typing import NamedTuple

from gitexp.model.run import Lineage


class ShareRequest(NamedTuple):
    """What a user asks of mirrors of the run while it goes; None: as the settings say."""

    live: bool | None = None
    interval: float | None = None
    """Seconds between two mirrors."""
    remote: str | None = None
    with_history: bool | None = None
    """Whether the user's own commits that the remote has not may go along."""


_AS_SETTINGS_SAY = ShareRequest()
_ALONE = Lineage()


class RecordRequest(NamedTuple):
    """A command to run and what to say of the run. Texts are as typed; ``folder`` is where it was typed."""

    command: tuple[str, ...]
    folder: str = "."
    experiment: str | None = None
    name: str | None = None
    params: tuple[str, ...] = ()
    params_files: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    note: str | None = None
    hypothesis: str | None = None
    seed: int | None = None
    data: tuple[str, ...] = ()
    artifacts: tuple[str, ...] = ()
    capture: bool = True
    """Whether the output is recorded; False leaves the terminal to the command alone."""
    extract: bool = True
    """Whether params are read from the command and metrics from the output."""
    all_ranks: bool = False
    """Whether every process of a distributed training is heard, not the main one alone."""
    share: ShareRequest = _AS_SETTINGS_SAY
    lineage: Lineage = _ALONE
