"""Heads of runs as values, with everything but what a test is about filled in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from gitexp.model.head import RunHead
from gitexp.model.ids import RunId
from gitexp.model.metrics import Summary
from gitexp.model.refs import Experiment, run_ref
from gitexp.model.run import Status, User
from gitexp.model.said import Said, SaidValues

if TYPE_CHECKING:
    from collections.abc import Mapping

START = datetime(2026, 11, 23, 9, 14, 3, tzinfo=UTC)
ADA = User("Ada Lovelace", "ada@example.org")
SNAPSHOT = "5" * 40


def make_summary(last: float, **fields: Any) -> Summary:
    """A summary of one point, unless fields say more."""
    known: dict[str, Any] = {
        "last": last,
        "min": last,
        "max": last,
        "first": last,
        "step": None,
        "count": 1,
        "source": "api",
    }
    return Summary(**{**known, **fields})


def make_head(
    run_id: str = "k3v9x2mabc",
    *,
    metrics: Mapping[str, float | Summary] | None = None,
    minutes: float = 0,
    seconds: float | None = 97.0,
    **fields: Any,
) -> RunHead:
    """A finished run that began ``minutes`` after START; metrics may be given as bare numbers."""
    experiment = Experiment(fields.pop("experiment", "default"))
    started = START + timedelta(minutes=minutes)
    known: dict[str, Any] = {
        "ref": run_ref(experiment, RunId(run_id)),
        "commit": (run_id.encode().hex() * 2)[:40],
        "snapshot": SNAPSHOT,
        "id": RunId(run_id),
        "name": f"amber-fox-{run_id[:4]}",
        "experiment": experiment,
        "status": Status.FINISHED,
        "command": "python train.py",
        "started_at": started,
        "ended_at": started + timedelta(seconds=seconds or 0),
        "seconds": seconds,
        "fingerprint": None,
        "user": ADA,
        "params": {},
        "metrics": {
            key: value if isinstance(value, Summary) else make_summary(value) for key, value in (metrics or {}).items()
        },
        "tags": {},
    }
    known |= fields
    values = SaidValues(*(known.pop(part) for part in ("params", "metrics", "tags")), known.pop("more", frozenset()))
    return RunHead(**known, said=Said(lambda: values))
