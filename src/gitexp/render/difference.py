"""The page of ``exp diff``: two runs side by side, the code apart from this."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from gitexp.model.difference import PARTS
from gitexp.render.numbers import align_points, format_cell, format_delta
from gitexp.render.page import Gap, Grid, GridColumn, Heading, Line, Page, Span, Text, line
from gitexp.render.status import show_status
from gitexp.render.times import format_age, format_duration, format_iso, format_seconds

if TYPE_CHECKING:
    from collections.abc import Collection

    from gitexp.model.difference import Change, MetricChange, Part, RunDifference
    from gitexp.model.run import Run
    from gitexp.render.page import Look

INDENT = 2
WIDEST_KEY = 40
WIDEST_VALUE = 44
_SHORT_HASH = 10


def build_difference(difference: RunDifference, look: Look, parts: Collection[Part] = PARTS) -> Page:
    """The parts in which two runs differ, then the names of those in which they do not."""
    page: Page = [_runs(difference, look)]
    same: list[str] = []
    for part in PARTS:
        if part not in parts:
            continue
        blocks = _build_part(part, difference, look)
        if blocks is None:
            same.append(part)
        elif blocks:
            page += [Gap(), *blocks]
    if same:
        page += [Gap(), Text((line(Span(f"the same in both: {', '.join(same)}", "muted")),))]
    return page


def _build_part(part: Part, difference: RunDifference, look: Look) -> Page | None:
    """The blocks of a part; None where both are the same, [] where there is nothing to compare."""
    match part:
        case "metrics":
            if not difference.metrics:
                return []
            return [Heading("Metrics"), build_metrics(difference.metrics, look)]
        case "packages":
            return _packages(difference, look)
        case "code":
            return None if difference.code.is_equal else _code(difference, look)
        case "command":
            return _command(difference)
        case "params":
            if not difference.params:
                return None if difference.params_equal else []
            equal = difference.params_equal
            others = f"{equal} other{' is' if equal == 1 else 's are'} equal" if equal else ""
            return [Heading("Params", others), build_changes(difference.params, look)]
        case _:
            changes: tuple[Change, ...] = getattr(difference, part)
            if changes:
                return [Heading(part.capitalize()), build_changes(changes, look, short=part == "data")]
            is_none = (part == "data" and not difference.a.data) or (part == "tags" and not difference.a.tags)
            return [] if is_none else None


def _runs(difference: RunDifference, look: Look) -> Grid:
    rows = tuple(_run(letter, run, look) for letter, run in (("a", difference.a), ("b", difference.b)))
    columns = tuple(GridColumn("", "left", width) for width in (None, None, 32, None, None, 24))
    return Grid(columns, rows, header=False)


def _run(letter: str, run: Run, look: Look) -> tuple[Line, ...]:
    when = format_age(run.started_at, look.now, look.zone) if look.is_screen else format_iso(run.started_at)
    format_took = format_duration if look.is_screen else format_seconds
    took = "" if run.seconds is None else format_took(run.seconds)
    return (
        line(Span(letter, "removed" if letter == "a" else "added")),
        line(Span(run.id, "id")),
        line(Span(run.name, "title")),
        line(show_status(run.status, look)),
        line(Span(took, "muted")),
        line(Span(when, "muted")),
    )


def build_changes(
    changes: tuple[Change, ...], look: Look, *, short: bool = False, titles: tuple[str, str] = ("a", "b")
) -> Grid:
    """What is not the same, a row for each key; ``short`` cuts hashes on a screen."""

    def show(value: object, present: bool, style: str) -> Line:
        if not present:
            return line(Span("–" if look.glyphs and look.is_screen else "-", "muted"))
        text = format_cell(value, full=not look.is_screen)  # type: ignore[arg-type]
        return line(
            Span(text[:_SHORT_HASH] + "…" if short and look.is_screen and len(text) > 2 * _SHORT_HASH else text, style)
        )

    rows = tuple(
        (
            line(change.key),
            show(change.a, change.kind != "only in b", "removed"),
            show(change.b, change.kind != "only in a", "added"),
        )
        for change in changes
    )
    columns = (
        GridColumn("", "left", WIDEST_KEY),
        *(GridColumn(title, "left", WIDEST_VALUE) for title in titles),
    )
    return Grid(columns, rows, INDENT)


def build_metrics(changes: tuple[MetricChange, ...], look: Look, titles: tuple[str, str] = ("a", "b")) -> Grid:
    """Metrics of both, how far they are apart, and whether that is better."""
    full = not look.is_screen
    missing = "–" if look.glyphs and look.is_screen else "-"
    a, b = (
        [missing if summary is None else format_cell(summary.last, full=full) for summary in side]
        for side in ([change.a for change in changes], [change.b for change in changes])
    )
    deltas = [_delta(change, full) for change in changes]
    if not full:
        a, b, deltas = align_points(a), align_points(b), align_points(deltas)
    verdicts = {True: ("better", "good"), False: ("worse", "bad"), None: ("", "")}
    rows = tuple(
        (
            line(Span(change.key, "muted" if change.is_equal else "")),
            line(Span(a[place], "muted" if change.is_equal else "")),
            line(Span(b[place], "muted" if change.is_equal else "")),
            line(Span(deltas[place], verdicts[change.better][1])),
            line(Span(*verdicts[change.better])),
        )
        for place, change in enumerate(changes)
    )
    numbers = (*titles, " - ".join(reversed(titles)))
    columns = (GridColumn("", "left", WIDEST_KEY), *(GridColumn(title, "right") for title in numbers), GridColumn(""))
    return Grid(columns, rows, INDENT)


def _delta(change: MetricChange, full: bool) -> str:
    if change.delta is None:
        return ""
    return "=" if change.is_equal or change.delta == 0 else format_delta(change.delta, full=full)


def _packages(difference: RunDifference, look: Look) -> Page | None:
    if difference.packages is None:
        if len(difference.packages_unknown) == 2:
            return []
        return [Heading("Packages", f"not recorded in {difference.packages_unknown[0]}")]
    return [Heading("Packages"), build_changes(difference.packages, look)] if difference.packages else None


def _command(difference: RunDifference) -> Page | None:
    if not difference.command:
        return None
    lines: list[Line] = []
    for sign, style, run in (("-", "removed", difference.a), ("+", "added", difference.b)):
        where = f"   in {run.directory}" if any(change.key == "directory" for change in difference.command) else ""
        lines.append(line(Span(f"{sign} {shlex.join(run.command)}", style), Span(where, "muted")))
    return [Heading("Command"), Text(tuple(lines), INDENT)]


def _code(difference: RunDifference, look: Look) -> Page:
    lines: list[Line] = []
    for sign, style, code in (("-", "removed", difference.code.a), ("+", "added", difference.code.b)):
        snapshot = code.snapshot[:_SHORT_HASH] if look.is_screen else code.snapshot
        on = f" on {code.branch}" if code.branch else ""
        dirty = " with uncommitted changes" if code.dirty else ""
        lines.append(line(Span(f"{sign} ", style), Span(snapshot, "id"), Span(on + dirty, "muted")))
    page: Page = [Heading("Code"), Text(tuple(lines), INDENT)]
    if difference.code.submodules:
        page.append(build_changes(difference.code.submodules, look, short=True))
    unheld = tuple(line(Span(describe_unheld(path), "warning")) for path in difference.code.unheld)
    if unheld:
        page.append(Text(unheld, INDENT))
    return page


def describe_unheld(path: str) -> str:
    """Why nobody can say whether the code of a submodule was the same."""
    return f"{path} had changes that no run holds"
