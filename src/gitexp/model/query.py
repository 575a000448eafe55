"""What SQL can ask of runs: the views, their columns, and what an answer is."""

from __future__ import annotations

from typing import NamedTuple

QueryValue = int | float | str | bytes | None


class ViewColumn(NamedTuple):
    """A column of a view, and what stands in it."""

    name: str
    meaning: str


class View(NamedTuple):
    """A view: one row for each of its things."""

    name: str
    meaning: str
    columns: tuple[ViewColumn, ...]


class QueryAnswer(NamedTuple):
    """Rows of values under column names. ``is_cut``: there are more rows than were asked for.

    ``incomplete`` counts the runs of which the manifest has more params, metrics or tags than the views.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[QueryValue, ...], ...]
    is_cut: bool = False
    incomplete: int = 0


_RUN = ViewColumn("run", "id of the run, as in runs.id")
_KEY = ViewColumn("key", "dotted key")
_VALUE = ViewColumn("value", "the value; a bool is 0 or 1, a list or mapping JSON, null NULL")
_TYPE = ViewColumn("type", "what it was: null, bool, int, float, text, json")

VIEWS = (
    View(
        "runs",
        "one row a run, hidden ones too; of a chain each run",
        (
            ViewColumn("id", "id of the run"),
            ViewColumn("name", "its name"),
            ViewColumn("experiment", "where it is listed"),
            ViewColumn("status", "running, finished, failed, killed, interrupted, preempted, lost"),
            ViewColumn("started", "time of the start, UTC: 2026-11-23T09:14:03.123456Z"),
            ViewColumn("ended", "time of the end; NULL while it is going"),
            ViewColumn("seconds", "how long it took"),
            ViewColumn("command", "what was run"),
            ViewColumn("user", "who ran it"),
            ViewColumn("email", "their address"),
            ViewColumn("hidden", "1 where exp rm hid it, else 0"),
            ViewColumn("commit_id", "the run's commit"),
            ViewColumn("snapshot", "the commit of the code that ran"),
            ViewColumn("fingerprint", "equal where all inputs were equal"),
            ViewColumn("resumes", "id of the run that it goes on from"),
            ViewColumn("reproduces", "id of the run that it repeats"),
            ViewColumn("forked_from", "id of the run whose state it began with"),
            ViewColumn("ref", "full name of its ref"),
        ),
    ),
    View("params", "one row a param of a run", (_RUN, _KEY, _VALUE, _TYPE)),
    View(
        "metrics",
        "one row a metric of a run",
        (
            _RUN,
            _KEY,
            ViewColumn("last", "the last value; NaN is NULL, here and in the others"),
            ViewColumn("min", "the least value"),
            ViewColumn("max", "the greatest value"),
            ViewColumn("step", "the step of the last value"),
        ),
    ),
    View("tags", "one row a tag of a run", (_RUN, _KEY, _VALUE, _TYPE)),
)
