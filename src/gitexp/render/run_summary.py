"""What ``exp run`` says at the end: a few lines on stderr, below whatever the command wrote there."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gitexp.model.agreement import compare_results
from gitexp.model.run import WRITTEN_BY_RUNS
from gitexp.render.numbers import format_bytes, format_delta, format_number
from gitexp.render.page import Gap, Grid, GridColumn, Span, Text, line
from gitexp.render.status import show_status
from gitexp.render.times import format_age, format_duration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitexp.model.head import RunHead
    from gitexp.model.metrics import Direction, Number
    from gitexp.model.run import LeftOut, Run
    from gitexp.render.page import Line, Look, Page

_MOST_METRICS = 8
_MOST_NAMED = 3
_MOST_WARNINGS = 5


def build_summary(
    run: Run,
    previous: RunHead | None,
    directions: Mapping[str, Direction],
    look: Look,
    *,
    stored: bool = True,
    kept_in: str | None = None,
    equal: RunHead | None = None,
) -> Page:
    """The summary of a run that has just ended. ``kept_in``: where its record lies when it could not be stored.

    ``equal`` is another run that finished with equal inputs.
    """
    page: Page = [Text((build_heading(run, look),))]
    if run.metrics:
        page.append(_metrics(run, previous, directions))
    notes = _notes(run)
    if equal is not None:
        notes.insert(0, _equal(run, equal, directions))
    if notes:
        page.append(Text(tuple(notes), indent=2))
    if kept_in is not None:
        page.append(Text((line(Span("NOT STORED", "bad"), f": the record is in {kept_in}"),), indent=2))
    elif not stored:
        page.append(Text((line(Span("NOT STORED", "bad"), ", and its record could not be kept elsewhere"),), indent=2))
    else:
        page.append(Text((line(Span("exp show ", "command"), Span(run.name, "command")),), indent=2))
    return page


def build_heading(run: Run, look: Look) -> Line:
    """How a run ended, in one line."""
    how = f" (exit {run.exit_code})" if run.exit_code else f" ({run.signal})" if run.signal else ""
    took = f" in {format_duration(run.seconds)}" if run.seconds is not None else ""
    return line(Span("exp: ", "muted"), show_status(run.status, look), f"{how}  ", Span(run.name, "name"), took)


def _metrics(run: Run, previous: RunHead | None, directions: Mapping[str, Direction]) -> Grid:
    rows = []
    for metric, summary in list(run.metrics.items())[:_MOST_METRICS]:
        before = previous.metrics.get(metric) if previous is not None else None
        change = _change(summary.last, before.last, directions.get(metric)) if before is not None else Span("")
        rows.append((line(Span(metric, "label")), line(format_number(summary.last)), line(change)))
    if any(row[2][0].text for row in rows) and previous is not None:
        first = rows[0]
        rows[0] = (first[0], first[1], (*first[2], Span(f"  against {previous.name}", "muted")))
    if len(run.metrics) > _MOST_METRICS:
        rows.append((line(Span(f"and {len(run.metrics) - _MOST_METRICS} more", "muted")), line(""), line("")))
    return Grid((GridColumn(""), GridColumn("", "right"), GridColumn("")), tuple(rows), indent=2, header=False)


def _change(now: Number, before: Number, direction: Direction | None) -> Span:
    difference = now - before
    if not math.isfinite(difference):
        return Span("")
    if difference == 0:
        return Span("=", "muted")
    style = "muted"
    if direction is not None:
        style = "good" if (difference > 0) == (direction == "maximize") else "bad"
    return Span(format_delta(difference, full=False), style)


def build_needless(head: RunHead, look: Look) -> tuple[Line, ...]:
    """That nothing ran, for another run has the result already; which, and what it gave."""
    age = format_age(head.ended_at, look.now)
    values = [f"{key} {format_number(summary.last)}" for key, summary in list(head.metrics.items())[:_MOST_NAMED]]
    gave = f"  {', '.join(values)}" if values else ""
    name = line(Span("exp: ", "muted"), "not needed: ", Span(head.name, "name"), f" ({head.id}) finished {age}")
    return (
        (*name, *line(", with the same inputs")),
        *((line(gave),) if gave else ()),
        line("  ", Span(f"exp show {head.id}", "command")),
    )


def _equal(run: Run, equal: RunHead, directions: Mapping[str, Direction]) -> Line:
    """That another run had equal inputs, and whether it gave the same."""
    found = compare_results(run.metrics, equal.metrics, directions)
    values = found.differing or found.equal
    named = ", ".join(f"{key} {format_number(value)}" for key, value in values[:_MOST_NAMED])
    more = f" and {len(values) - _MOST_NAMED} more" if len(values) > _MOST_NAMED else ""
    said: Line = line(Span("same inputs as ", "muted"), Span(equal.name, "name"))
    if found.differing:
        return (*said, *line(Span(", but that gave ", "warning"), f"{named}{more}"))
    return (*said, *line(f", which gave {named}{more} too" if found.equal else ""))


def _notes(run: Run) -> list[Line]:
    notes: list[Line] = []
    left_out = [one for one in run.code.left_out if one.why != WRITTEN_BY_RUNS]
    if left_out:
        named = ", ".join(map(_left_out, left_out[:_MOST_NAMED]))
        more = len(left_out) - _MOST_NAMED
        notes.append(line(Span("not in the snapshot: ", "warning"), named + (f" and {more} more" if more > 0 else "")))
    missing = [one for one in run.artifacts if one.kept == "no"]
    notes += [line(Span("artifact not kept: ", "warning"), f"{one.path} ({one.why})") for one in missing]
    if run.redacted:
        notes.append(line(Span("hidden: ", "warning"), ", ".join(run.redacted)))
    notes += [line(Span("warning: ", "warning"), sentence) for sentence in run.warnings[:_MOST_WARNINGS]]
    if more := len(run.warnings[_MOST_WARNINGS:]):
        notes.append(line(Span("warning: ", "warning"), f"and {more} more: exp show {run.id}"))
    return notes


def _left_out(one: LeftOut) -> str:
    size = f", {format_bytes(one.bytes)}" if one.bytes is not None else ""
    return f"{one.path} ({one.why}{size})"


def build_plan(run: Run, look: Look) -> Page:
    """What ``exp run --dry-run`` says: what would be recorded before the start."""
    rows: list[tuple[Line, Line]] = [
        (line(Span("experiment", "label")), line(run.experiment)),
        (line(Span("directory", "label")), line(run.directory)),
        (line(Span("commit", "label")), line(run.code.commit or "none yet")),
        (line(Span("code", "label")), line("with uncommitted changes" if run.code.dirty else "as committed")),
        (line(Span("snapshot", "label")), line(run.code.snapshot or "none")),
    ]
    rows += [
        (line(Span(f"param {key}", "label")), line(str(value), Span(f"  from {run.param_sources.get(key)}", "muted")))
        for key, value in run.params.items()
    ]
    rows += [(line(Span(f"tag {key}", "label")), line(str(value))) for key, value in run.tags.items()]
    rows += [(line(Span("left out", "label")), line(_left_out(one))) for one in run.code.left_out]
    rows += [(line(Span("hidden", "label")), line(place)) for place in run.redacted]
    rows += [(line(Span("warning", "warning")), line(sentence)) for sentence in run.warnings]
    heading = line(Span("exp: ", "muted"), "would run ", Span(" ".join(run.command), "command"))
    return [Text((heading,)), Grid((GridColumn(""), GridColumn("")), tuple(rows), indent=2, header=False), Gap()]
