"""What is said of a run after it ended: each statement for itself, and what all of them come to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from gitexp.model.refs import Experiment
    from gitexp.model.run import Run, User
    from gitexp.model.values import Scalar

Kind = Literal["tag", "untag", "note", "link", "online", "hide", "unhide", "move"]
KINDS: tuple[Kind, ...] = ("tag", "untag", "note", "link", "online", "hide", "unhide", "move")

_TICK = timedelta(microseconds=1)


class Link(NamedTuple):
    """A page about a run."""

    url: str
    title: str | None = None


class Statement(NamedTuple):
    """What is to be said. ``value`` by kind:

    tag: name → scalar; untag: names; note: text; link: Link; online: mapping; move: experiment; hide, unhide: None.
    """

    kind: Kind
    value: Any = None


class Annotation(NamedTuple):
    """A statement with who made it and when. ``id`` is the SHA-256 of its file, which decides between equal times."""

    at: datetime
    id: str
    by: User
    kind: Kind
    value: Any

    @property
    def order(self) -> tuple[datetime, str]:
        """Statements count in this order, in every clone."""
        return (self.at, self.id)


class State(NamedTuple):
    """What the statements come to. ``experiment`` is None unless the run was moved out of the one it was born in."""

    tags: dict[str, Scalar]
    experiment: Experiment | None = None
    hidden: bool = False


def fold_annotations(born: Experiment, tags: Mapping[str, Scalar], annotations: Iterable[Annotation]) -> State:
    """The state of a run with the tags of its manifest, once all its annotations are applied in order."""
    now = dict(tags)
    experiment, hidden = born, False
    for one in sorted(annotations, key=lambda annotation: annotation.order):
        if one.kind == "tag":
            now.update(one.value)
        elif one.kind == "untag":
            for name in one.value:
                now.pop(name, None)
        elif one.kind == "move":
            experiment = cast("Experiment", one.value)
        elif one.kind in ("hide", "unhide"):
            hidden = one.kind == "hide"
    return State(now, experiment if experiment != born else None, hidden)


def apply_annotations(run: Run, annotations: Iterable[Annotation]) -> Run:
    """A run as its manifest has it, with tags and experiment as they became."""
    ordered = tuple(sorted(annotations, key=lambda annotation: annotation.order))
    if not ordered:
        return run
    state = fold_annotations(run.experiment, run.tags, ordered)
    return replace(run, tags=state.tags, experiment=state.experiment or run.experiment, annotations=ordered)


def next_instant(now: datetime, annotations: Iterable[Annotation]) -> datetime:
    """When a new statement is made: now, but after all that were seen, so that a slow clock loses to no older one."""
    newest = max((one.at for one in annotations), default=None)
    return now if newest is None or newest < now else newest + _TICK
