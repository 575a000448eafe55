"""A run's head: what its commit says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.model.run import Lineage

if TYPE_CHECKING:
    from datetime import datetime

    from gitexp.model.ids import RunId
    from gitexp.model.metrics import Summary
    from gitexp.model.refs import Experiment
    from gitexp.model.run import Status, User
    from gitexp.model.said import Said
    from gitexp.model.values import Params, Scalar


_ALONE = Lineage()


class RunHead(NamedTuple):
    """What a run's commit message says of it: enough for a listing, without opening the tree.

    ``metrics`` hold only what the message has: ``first`` is NaN and ``count`` 0 there.
    """

    ref: str
    commit: str
    snapshot: str | None
    id: RunId
    name: str
    experiment: Experiment
    status: Status
    command: str
    started_at: datetime
    ended_at: datetime
    seconds: float | None
    fingerprint: str | None
    user: User
    said: Said
    born: Experiment | None = None
    """The experiment of its ref, where an annotation moved the run to another."""
    hidden: bool = False
    annotated: bool = False
    """Whether there may be annotations: the commit has earlier tips."""
    fold: str | None = None
    """The commit of the fold that holds it, where it has no ref of its own."""
    heard_at: datetime | None = None
    """Of a run that is going: when it was mirrored last, by the clock of its machine."""
    lineage: Lineage = _ALONE
    """The runs that it comes from: only the manifest has the step and the sweep."""
    chain: tuple[RunHead, ...] = ()
    """The parts for which it stands, itself the last, where it stands for a chain: seconds and metrics are of all."""

    @property
    def home(self) -> Experiment:
        """The experiment that its ref names: that in which it was born."""
        return self.born or self.experiment

    @property
    def params(self) -> Params:
        """The params that the message has."""
        return self.said.values.params

    @property
    def metrics(self) -> dict[str, Summary]:
        """The summaries that the message has."""
        return self.said.values.metrics

    @property
    def tags(self) -> dict[str, Scalar]:
        """The tags that the message has."""
        return self.said.values.tags

    @property
    def more(self) -> frozenset[str]:
        """The parts of which the manifest has more (``params``, ``metrics``, ``tags``)."""
        return self.said.more
