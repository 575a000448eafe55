"""The columns that a table of runs can have, and what a run has in each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from gitexp.model.values import format_value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from gitexp.model.head import RunHead
    from gitexp.model.values import Scalar, Value

Kind = Literal["field", "param", "metric", "tag", "detail"]
"""``detail`` is what the manifest alone has: no listing shows it, a comparison does."""


class Column(NamedTuple):
    """A column. ``key`` names it in ``--columns`` and ``--sort``; ``name`` is the key of the param, metric or tag."""

    key: str
    kind: Kind
    name: str
    aggregate: str = "last"
    weight: float = 100.0
    """How much it tells: where the screen is too narrow, the lightest go first."""

    @property
    def title(self) -> str:
        """What stands above it."""
        return self.name if self.aggregate == "last" else f"{self.name}.{self.aggregate}"

    def with_weight(self, weight: float) -> Column:
        """The same column with another weight."""
        return self._replace(weight=weight)


class Cell(NamedTuple):
    """What a run has in a column. ``present`` tells a param that is null from one that is not there."""

    value: Value
    present: bool
    time: datetime | None = None

    @property
    def sortable(self) -> Value | datetime | None:
        """What to sort by; None where there is nothing, or null."""
        return self.time if self.time is not None else self.value


ABSENT = Cell(None, present=False)

FIELDS = (
    "id",
    "name",
    "experiment",
    "status",
    "started",
    "ended",
    "seconds",
    "user",
    "command",
    "commit",
    "snapshot",
    "tags",
    "hidden",
    "parts",
)

_WEIGHTS = {
    "name": 100.0,
    "id": 99.0,
    "status": 98.0,
    "hidden": 97.0,
    "parts": 96.0,
    "started": 90.0,
    "experiment": 50.0,
    "tags": 28.2,
    "seconds": 27.2,
    "user": 27.1,
}
"""Beside those of metrics and params, which begin at 30 and go down by one each."""

_FIELD_VALUES: dict[str, Callable[[RunHead], Value]] = {
    "id": lambda head: head.id,
    "name": lambda head: head.name,
    "experiment": lambda head: head.experiment,
    "status": lambda head: head.status.value,
    "seconds": lambda head: head.seconds,
    "user": lambda head: head.user.name,
    "command": lambda head: head.command,
    "commit": lambda head: head.commit,
    "snapshot": lambda head: head.snapshot,
    "tags": lambda head: format_tags(head.tags) or None,
    "hidden": lambda head: True if head.hidden else None,
    "parts": lambda head: len(head.chain) or None,
}


def field_column(key: str) -> Column:
    """A column that every run has."""
    return Column(key, "field", key, weight=_WEIGHTS.get(key, 1.0))


def param_column(key: str) -> Column:
    """The column of a param."""
    return Column(f"params.{key}", "param", key)


def metric_column(key: str, aggregate: str = "last") -> Column:
    """The column of a metric: its last value, or another summary of it."""
    return Column(f"metrics.{key}" if aggregate == "last" else f"metrics.{key}.{aggregate}", "metric", key, aggregate)


def tag_column(key: str) -> Column:
    """The column of a tag."""
    return Column(f"tags.{key}", "tag", key)


def cell_of(column: Column, head: RunHead) -> Cell:
    """What a run has in a column."""
    if column.kind == "field":
        return _field_cell(column.key, head)
    if column.kind == "metric":
        summary = head.metrics.get(column.name)
        return ABSENT if summary is None else Cell(getattr(summary, column.aggregate), present=True)
    source = head.params if column.kind == "param" else head.tags
    return Cell(source[column.name], present=True) if column.name in source else ABSENT


def format_tags(tags: Mapping[str, Scalar]) -> str:
    """All tags in one line: ``team=fraud baseline``; a tag without a value stands as its key."""
    return " ".join(key if value is True else f"{key}={format_value(value)}" for key, value in tags.items())


def _field_cell(key: str, head: RunHead) -> Cell:
    if key in ("started", "ended"):
        time = head.started_at if key == "started" else None if head.status == "running" else head.ended_at
        return ABSENT if time is None else Cell(time.isoformat(), present=True, time=time)
    value = _FIELD_VALUES[key](head)
    return ABSENT if value is None else Cell(value, present=True)
