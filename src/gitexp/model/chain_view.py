"""A run as a part of its chain: the parts, and their series as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gitexp.model.going import Points
    from gitexp.model.head import RunHead
    from gitexp.model.metrics import Summary
    from gitexp.model.run import Cost


class ChainView(NamedTuple):
    """The chain of one run. ``parts`` are those before it, itself, and those that go on from it."""

    parts: tuple[RunHead, ...]
    joined: tuple[RunHead, ...]
    """Those whose series are joined: up to the run itself, hidden ones left out. One alone is no chain yet."""
    metrics: dict[str, Summary]
    """Of the joined series; the last value and its step are those of the newest part that has the metric."""
    curves: dict[str, tuple[Points, ...]]
    """By metric, what each joined part has in the joined series, thinned out."""
    cost: Cost | None = None
    """What the joined parts cost together, where it is known of each."""
    unread: tuple[str, ...] = ()
    """Why the series of a part is not among them."""
