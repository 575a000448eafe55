"""Runs, tables and differences as values that JSON can hold."""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from gitexp.render.times import format_iso

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitexp.model.chain_view import ChainView
    from gitexp.model.comparison import Row, RunMatrix
    from gitexp.model.difference import MetricChange, RunDifference
    from gitexp.model.going import RunView
    from gitexp.model.head import RunHead
    from gitexp.model.listing import RunTable
    from gitexp.model.metrics import Summary
    from gitexp.model.plots import Plot
    from gitexp.model.run import Run
    from gitexp.model.usage import Usage

_LINES = 10


def to_plain(value: object) -> Any:
    """Any of our values as JSON has it: times in ISO 8601 UTC; NaN and the infinities as ``"NaN"``, ``"Infinity"``."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return format_iso(value)
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: to_plain(one) for name, one in value._asdict().items()}
    if isinstance(value, dict):
        return {str(key): to_plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(one) for one in value]
    if isinstance(value, (set, frozenset)):
        return sorted(to_plain(one) for one in value)
    return value


def table_fields(table: RunTable) -> dict[str, Any]:
    """A listing: its runs in order, and how many there are in all."""
    return {"total": table.total, "shown": len(table.heads), "runs": [head_fields(head) for head in table.heads]}


def matrix_fields(matrix: RunMatrix) -> dict[str, Any]:
    """Runs side by side: of each key the values by the ids of the runs that have one, so that null is a value."""
    ids = [head.id for head in matrix.heads]
    return {
        "runs": [head_fields(head) for head in matrix.heads],
        "rows": [
            {
                "key": row.column.key,
                "part": row.part,
                "same": row.is_same,
                "values": {
                    one: to_plain(cell.time or cell.value)
                    for one, cell in zip(ids, row.cells, strict=True)
                    if cell.present
                },
                "best": [ids[place] for place in sorted(row.best)],
                **({"changes": _change_fields(row, ids)} if row.changes else {}),
            }
            for row in matrix.rows
        ],
        "undirected": list(matrix.undirected),
        **({"baseline": ids[0]} if matrix.has_baseline and ids else {}),
    }


def _change_fields(row: Row, ids: Sequence[str]) -> dict[str, Any]:
    return {one: to_plain(change) for one, change in zip(ids, row.changes, strict=True) if change is not None}


def head_fields(head: RunHead) -> dict[str, Any]:
    """A run as a listing knows it. ``more`` names the parts of which the run itself has more.

    Of a chain ``parts`` are its runs, the first one first; the other fields are those of its row.
    """
    fields = head._asdict()
    del fields["said"], fields["chain"]
    plain: dict[str, Any] = to_plain({**fields, **head.said.values._asdict()})
    plain["metrics"] = {key: summary_fields(summary) for key, summary in head.metrics.items()}
    if head.status == "running":
        plain["ended_at"] = None
    if head.chain:
        plain["parts"] = [part_fields(one) for one in head.chain]
    return plain


def chain_fields(chain: ChainView | None) -> dict[str, Any]:
    """The chain of a run: its parts, and of those that are joined metrics and series; nothing where there is none."""
    if chain is None:
        return {}
    parts = [{**part_fields(one), "resumes": one.lineage.resumes} for one in chain.parts]
    joined = {
        "parts": [one.id for one in chain.joined],
        "metrics": {key: summary_fields(summary) for key, summary in chain.metrics.items()},
        "series": {key: [to_plain(point) for part in parts for point in part] for key, parts in chain.curves.items()},
    }
    cost = {} if chain.cost is None else {"cost": to_plain(chain.cost)}
    return {"chain": {"parts": parts, "joined": joined, **cost, "unread": list(chain.unread)}}


def plot_fields(plot: Plot) -> dict[str, Any]:
    """What a plot shows, under the names of its values; ``plot`` says of which kind it is."""
    plain: dict[str, Any] = {"plot": type(plot).__name__.removesuffix("Plot").lower(), **to_plain(plot)}
    return plain


def part_fields(head: RunHead) -> dict[str, Any]:
    """A run as a part of its chain."""
    names = ("id", "name", "status", "started_at", "seconds", "ref", "commit", "hidden")
    return {name: to_plain(getattr(head, name)) for name in names}


def run_fields(run: Run, head: RunHead, usage: Mapping[str, Usage]) -> dict[str, Any]:
    """A run in full, under the keys of its manifest, after the ref and commit that hold it."""
    plain: dict[str, Any] = {"ref": head.ref, "commit": head.commit, "fold": head.fold, **to_plain(run)}
    plain["seconds"] = run.seconds
    plain["born"], plain["hidden"] = head.home, head.hidden
    plain["metrics"] = {key: summary_fields(summary) for key, summary in run.metrics.items()}
    plain["system"] = to_plain(dict(usage))
    return plain


def summary_fields(summary: Summary) -> dict[str, Any]:
    """What is known of a series: a listing knows neither its first value nor how many there were."""
    plain: dict[str, Any] = to_plain(summary)
    if summary.count == 0:
        del plain["first"], plain["count"], plain["source"]
    return plain


def difference_fields(difference: RunDifference) -> dict[str, Any]:
    """Two runs side by side. ``packages`` is null where a list is missing, and ``packages_unknown`` says of which."""
    parts = {
        name: to_plain(getattr(difference, name))
        for name in ("run", "tags", "params", "environment", "packages", "data", "command")
    }
    return {
        "a": {"id": difference.a.id, "name": difference.a.name},
        "b": {"id": difference.b.id, "name": difference.b.name},
        **parts,
        "packages_unknown": list(difference.packages_unknown),
        "metrics": [metric_fields(change) for change in difference.metrics],
        "code": {
            "equal": difference.code.is_equal,
            "a": to_plain(difference.code.a),
            "b": to_plain(difference.code.b),
        },
    }


def metric_fields(change: MetricChange) -> dict[str, Any]:
    """A metric of two runs."""
    return {
        "key": change.key,
        "a": None if change.a is None else summary_fields(change.a),
        "b": None if change.b is None else summary_fields(change.b),
        "delta": to_plain(change.delta),
        "better": change.better,
    }


def view_fields(view: RunView) -> dict[str, Any]:
    """A run that is watched: what is known of it at this moment, under the keys of its manifest and beside them."""
    plain: dict[str, Any] = {**to_plain(view.run), **going_fields(view)}
    plain["metrics"] = {key: summary_fields(summary) for key, summary in view.run.metrics.items()}
    return plain


def going_fields(view: RunView) -> dict[str, Any]:
    """What is known of a run beside what a record holds: its last lines, how far it is, the use of the machine now."""
    progress = view.progress
    return {
        "output": list(view.lines[-_LINES:]),
        "processes": dict(view.processes),
        "system": {name: to_plain(values[-1]) for name, values in view.system.items() if values},
        "progress": None
        if progress is None
        else {
            "fraction": progress.fraction,
            "done": progress.done,
            "total": progress.total,
            "unit": progress.unit or None,
        },
        "missing": view.missing,
        "heard_at": to_plain(view.heard_at),
    }
