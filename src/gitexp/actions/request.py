"""What a user asks of ``exp run``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.model.run import Lineage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitexp.model.ids import RunId
    from gitexp.model.metrics import Step
    from gitexp.model.values import Params, Scalar


class ShareRequest(NamedTuple):
    """What a user asks of mirrors of the run while it goes; None: as the settings say."""

    live: bool | None = None
    interval: float | None = None
    """Seconds between two mirrors."""
    remote: str | None = None
    with_history: bool | None = None
    """Whether the user's own commits that the remote has not may go along."""


_NO_TAGS: Mapping[str, Scalar] = {}


class Continued(NamedTuple):
    """The run whose state the command begins from, which it resumes or forks."""

    id: RunId
    name: str
    step: Step | None
    """The step that it came to, or at which it is forked; None where it has none."""
    params: Params
    tags: Mapping[str, Scalar] = _NO_TAGS
    """Those that the new run takes over."""
    artifacts: tuple[str, ...] = ()
    """Absolute paths of what it wrote: no snapshot holds that."""
    is_fork: bool = False


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
    continued: Continued | None = None

    @property
    def inherited_tags(self) -> Mapping[str, Scalar]:
        """The tags of the run that is gone on from."""
        return _NO_TAGS if self.continued is None else self.continued.tags

    @property
    def inherited_artifacts(self) -> tuple[str, ...]:
        """The paths of what that run wrote."""
        return () if self.continued is None else self.continued.artifacts
