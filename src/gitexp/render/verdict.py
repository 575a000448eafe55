"""The page of ``exp reproduce``: whether the same came out, what differs, and what may be to blame."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from gitexp.model.suspects import tell_packages
from gitexp.render.difference import WIDEST_KEY
from gitexp.render.numbers import align_points, format_cell, format_delta, format_number
from gitexp.render.page import Fields, Gap, Grid, GridColumn, Heading, Line, Page, Span, Text, line
from gitexp.render.times import format_duration, format_seconds

if TYPE_CHECKING:
    from gitexp.model.difference import Change, RunDifference
    from gitexp.model.run import Run
    from gitexp.model.series_distance import Parting
    from gitexp.model.verdict import ArtifactVerdict, Ending, MetricVerdict, Verdict
    from gitexp.render.page import Look

INDENT = 2
_STYLES = {"identical": "good", "within tolerance": "good", "different": "bad", "missing": "bad", "new": "warning"}
_SIGNS = {"identical": "✓", "within tolerance": "✓", "different": "✗"}
_SOURCES = {"said": "", "seeds": "as seeds move it", "default": ""}
_SHORT_HASH = 10
_NAMED = 6
_UNTOLD = ("executable", "memory_bytes", "cores", "locks")


def build_verdict(verdict: Verdict, was: Run, now: Run, look: Look, *, was_rebuilt: bool = False) -> Page:
    """The verdict first, then metrics, artifacts and suspects; ``was_rebuilt``: its environment was made anew."""
    sign = f"{_SIGNS[verdict.outcome]} " if look.glyphs else ""
    took = "" if now.seconds is None else (format_duration if look.is_screen else format_seconds)(now.seconds)
    page: Page = [
        Text(
            (
                line(
                    Span(f"{sign}{verdict.outcome}", _STYLES[verdict.outcome]),
                    "  ",
                    Span(now.name, "title"),
                    " reproduces ",
                    Span(was.name, "title"),
                    Span(f"  in {took}" if took else "", "muted"),
                ),
                *_tell_ending(verdict),
            )
        )
    ]
    compared = [one for one in verdict.metrics if one.held != "ignored"]
    if compared:
        page += [Gap(), Heading("Metrics"), _metrics(compared, look)]
    if verdict.artifacts:
        page += [Gap(), Heading("Artifacts"), _artifacts(verdict.artifacts, look)]
    ignored = [one.key for one in verdict.metrics if one.held == "ignored"]
    if ignored:
        more = f" and {len(ignored) - _NAMED} more" if len(ignored) > _NAMED and look.is_screen else ""
        shown = ", ".join(ignored[:_NAMED] if more else ignored)
        page += [Gap(), Text((line(Span(f"not compared: {shown}{more}", "muted")),))]
    if verdict.suspects:
        what = "Why it may differ"
        page += [Gap(), Heading(what), _suspects(verdict, look)]
    page += [Gap(), Heading("Next"), Fields(_next(verdict, was, now, was_rebuilt=was_rebuilt), INDENT)]
    return page


def build_beginning(difference: RunDifference, command: tuple[str, ...], notes: tuple[str, ...], look: Look) -> Page:
    """What is run again, and what is not as it was, just before it starts."""
    lines: list[Line] = [
        line(Span("again: ", "muted"), Span(difference.a.name, "title"), "  ", Span(shlex.join(command), "command"))
    ]
    lines += [line(Span(note, "muted")) for note in notes]
    for change in difference.environment:
        if change.key not in _UNTOLD:
            lines.append(line(Span("not as it was: ", "warning"), *_change(change)))
    if len(difference.packages_unknown) == 1:
        when = "then" if difference.packages_unknown == ("a",) else "now"
        lines.append(line(Span("not as it was: ", "warning"), f"packages: not known {when}"))
    elif difference.packages:
        lines.append(line(Span("not as it was: ", "warning"), f"packages: {tell_packages(difference.packages)}"))
    return [Text(tuple(lines))]


def _change(change: Change) -> tuple[Span, ...]:
    was = "none" if change.kind == "only in b" else format_cell(change.a, full=True)
    now = "none" if change.kind == "only in a" else format_cell(change.b, full=True)
    key = change.key.removeprefix("variables.")
    return line(f"{key} ", Span(was, "removed"), " then, ", Span(now, "added"), " now")


def _tell_ending(verdict: Verdict) -> tuple[Line, ...]:
    if not verdict.ends_alike:
        said = f"it ended otherwise: {_describe(verdict.was)} then, {_describe(verdict.now)} now"
        return (line(Span(said, "bad")),)
    if verdict.compares_nothing:
        output = "the same" if verdict.same_output else "another one"
        said = f"nothing to compare but how it ended ({_describe(verdict.now)}); its output is {output}"
        return (line(Span(said, "warning")),)
    return (line(Span(f"it ended the same way: {_describe(verdict.now)}", "muted")),) if verdict.now.exit_code else ()


def _describe(ending: Ending) -> str:
    if ending.signal is not None:
        return f"{ending.status} by {ending.signal}"
    return f"{ending.status} with exit status {ending.exit_code}" if ending.exit_code else ending.status


def _metrics(metrics: list[MetricVerdict], look: Look) -> Grid:
    full = not look.is_screen
    was, now = (
        ["-" if value is None else format_cell(value, full=full) for value in side]
        for side in ([one.was for one in metrics], [one.now for one in metrics])
    )
    deltas = [_delta(one, full=full) for one in metrics]
    allowed = ["" if one.allowed is None else format_number(float(one.allowed)) for one in metrics]
    if not full:
        was, now, deltas = align_points(was), align_points(now), align_points(deltas)
    rows = tuple(
        (
            line(Span(one.key, "muted" if one.held == "identical" else "")),
            line(was[place]),
            line(now[place]),
            line(Span(deltas[place], _STYLES[one.held])),
            line(Span("" if one.held == "identical" else allowed[place], "muted")),
            line(Span(one.held, _STYLES[one.held])),
            line(Span(_aside(one), "muted")),
        )
        for place, one in enumerate(metrics)
    )
    titles = ("", "was", "is", "difference", "allowed", "", "")
    columns = tuple(
        GridColumn(title, "right" if 0 < place < 5 else "left", WIDEST_KEY if place == 0 else None)
        for place, title in enumerate(titles)
    )
    return Grid(columns, rows, INDENT)


def _delta(one: MetricVerdict, *, full: bool) -> str:
    if one.difference is None:
        return ""
    return "=" if one.difference == 0 else format_delta(one.difference, full=full)


def _aside(one: MetricVerdict) -> str:
    parts = []
    if one.parting is not None:
        parts.append(_tell_parting(one.parting))
    if one.source is not None and one.held != "identical" and _SOURCES[one.source]:
        parts.append(_SOURCES[one.source])
    return "; ".join(parts)


def _tell_parting(parting: Parting) -> str:
    where = f"parts at step {parting.step}"
    if parting.points_was != parting.points_now:
        where += f", {parting.points_was} points then, {parting.points_now} now"
    return f"{where}, by at most {format_number(parting.greatest)}" if parting.greatest else where


def _artifacts(artifacts: tuple[ArtifactVerdict, ...], look: Look) -> Grid:
    def shorten(md5: str | None) -> str:
        return "-" if md5 is None else f"{md5[:_SHORT_HASH]}…" if look.is_screen else md5

    rows = tuple(
        (
            line(Span(one.path, "muted" if one.held in ("identical", "ignored") else "")),
            line(Span(one.held, _STYLES.get(one.held, "muted"))),
            line(Span("" if one.held == "identical" else f"{shorten(one.was)} -> {shorten(one.now)}", "muted")),
        )
        for one in artifacts
    )
    return Grid((GridColumn("", "left", WIDEST_KEY), GridColumn(""), GridColumn("")), rows, INDENT, header=False)


def _suspects(verdict: Verdict, look: Look) -> Fields:
    rows: dict[str, list[Line]] = {}
    for one in verdict.suspects:
        rows.setdefault(one.part, []).append(line(one.what))
    return Fields(tuple((part, tuple(lines)) for part, lines in rows.items()), INDENT)


def _next(verdict: Verdict, was: Run, now: Run, *, was_rebuilt: bool) -> tuple[tuple[str, tuple[Line, ...]], ...]:
    rows = [(f"exp diff {was.id} {now.id}", "both, side by side")]
    parts = {one.part for one in verdict.suspects}
    if not verdict.ends_alike:
        rows.insert(0, (f"exp logs {now.id}", "what it printed this time"))
    if verdict.outcome == "different" and not was_rebuilt and parts & {"packages", "python"}:
        rows.append((f"exp reproduce {was.id} --env", "with the packages that it had"))
    if verdict.outcome == "different" and verdict.ends_alike and parts <= {"script", "seed"}:
        rows.append((f"exp reproduce {was.id}", "again: does it come out otherwise each time?"))
    return tuple((command, (line(Span(what, "muted")),)) for command, what in rows)
