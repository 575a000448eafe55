"""The models of a registry as a table, and their past."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.model.refs import parse_run_ref
from gitexp.model.registry import ARCHIVE, NO_STAGE, arrival, name_version
from gitexp.render.numbers import format_number
from gitexp.render.page import Gap, Grid, GridColumn, Span, Text, line
from gitexp.render.times import format_age, format_iso, format_local

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from gitexp.model.head import RunHead
    from gitexp.model.ids import RunId
    from gitexp.model.metrics import Number
    from gitexp.model.registry import Entry, Model, Version
    from gitexp.model.registry_past import PastLine, Standing
    from gitexp.render.page import Line, Look, Page

_MOST_METRICS = 3
_MOST_OLD = 3
"""Versions that stand nowhere: so many of the newest are shown of each model where all are."""
_WIDEST = 40
_WIDEST_WHY = 60
_STYLES = {"production": "good", ARCHIVE: "muted", NO_STAGE: "muted"}


def build_registry(models: Sequence[Model], heads: Mapping[RunId, RunHead], look: Look, *, whole: bool) -> Page:
    """Every version on a line, the newest first; those that stand nowhere are counted unless the ``whole`` is asked."""
    rows: list[tuple[Line, ...]] = []
    notes: list[Line] = []
    for model in models:
        shown = list(reversed(model.versions))
        if not whole and look.is_screen:
            idle = [one for one in shown if one.stage in (ARCHIVE, NO_STAGE) and not one.aliases][_MOST_OLD:]
            shown = [one for one in shown if one not in idle]
            if idle:
                notes.append(line(Span(f"{len(idle)} more of {model.name}: exp registry ls {model.name}", "muted")))
        rows += [_show_version(model, version, heads, look) for version in shown]
    titles = ("version", "stage", "aliases", "metrics", "run", "since")
    page: Page = [Grid(tuple(GridColumn(title, "left", _WIDEST) for title in titles), tuple(rows))]
    described = [model for model in models if model.description and whole]
    said = [Text((line(Span(str(model.description), "muted")),)) for model in described]
    return [*said, *page, *((Gap(), Text(tuple(notes))) if notes else ())]


def build_past(lines: Sequence[PastLine], look: Look, indent: int = 0) -> Page:
    """The lines of a history, the oldest first: when, which version, from where to where, who and why."""
    columns = (
        GridColumn("when"),
        GridColumn("version"),
        GridColumn("what", "left", _WIDEST),
        GridColumn("by", "left", _WIDEST),
        GridColumn("why", "left", _WIDEST_WHY),
    )
    rows = tuple(
        (
            line(Span(show_time(one.entry.at, look), "muted")),
            line(Span(f"v{one.version.number}", "name")),
            describe_entry(one.entry, one.left, look),
            line(show_person(one.entry.by, look)),
            line(*_tell_why(one.entry)),
        )
        for one in lines
    )
    return [Grid(columns, rows, indent)]


def build_standings(standings: Sequence[Standing], look: Look) -> Page:
    """What stood where: the stage or alias, the version, since when, until when, and who let it there."""
    columns = (
        GridColumn("where"),
        GridColumn("version"),
        GridColumn("since"),
        GridColumn("until"),
        GridColumn("by", "left", _WIDEST),
        GridColumn("why", "left", _WIDEST_WHY),
    )
    rows = tuple(
        (
            line(Span(one.word, _STYLES.get(one.word, "") if one.kind == "stage" else "id")),
            line(Span(f"v{one.version.number}", "name")),
            line(show_time(one.since, look)),
            line(Span(show_time(one.until, look) if one.until is not None else "now", "muted")),
            line(show_person(one.entry.by, look)),
            line(*_tell_why(one.entry)),
        )
        for one in standings
    )
    return [Grid(columns, rows)]


def describe_entry(entry: Entry, left: str, look: Look) -> Line:
    """What a line of a history did: ``staging → production``, ``+champion``."""
    if entry.alias is not None:
        return line(Span(f"+{entry.alias}", "id"))
    if entry.unalias is not None:
        return line(Span(f"-{entry.unalias}", "id"))
    stage = entry.stage or NO_STAGE
    arrow = " → " if look.glyphs else " -> "
    before = (Span(f"{left}{arrow}", "muted"),) if left not in (NO_STAGE, stage) else ()
    words = "registered" if stage == left == NO_STAGE else stage
    return line(*before, Span(words, _STYLES.get(stage, "")))


def show_time(at: datetime, look: Look) -> str:
    """A time of the registry: in the reader's zone on a screen, else in full."""
    return format_local(at, look.zone) if look.is_screen else format_iso(at)


def show_person(by: str, look: Look) -> str:
    """Who did it: the name alone on a screen, where there is one."""
    return (by.partition(" <")[0] or by) if look.is_screen else by


def show_metrics(metrics: Mapping[str, Number], look: Look) -> str:
    """The metrics of a version on one line; a screen has the first three."""
    shown = list(metrics.items())[:_MOST_METRICS] if look.is_screen else list(metrics.items())
    pairs = [f"{key}={format_number(value) if look.is_screen else repr(value)}" for key, value in shown]
    return "  ".join(pairs) + (f"  +{len(metrics) - len(shown)}" if len(shown) < len(metrics) else "")


def _show_version(model: Model, version: Version, heads: Mapping[RunId, RunHead], look: Look) -> tuple[Line, ...]:
    ref = parse_run_ref(version.run)
    head = heads.get(ref.id) if ref is not None else None
    since = arrival(version, version.stage)
    run = Span(f"{version.run} is not here", "warning") if head is None else Span(head.name)
    return (
        line(Span(name_version(model.name, version.number), "name")),
        line(Span(version.stage, _STYLES.get(version.stage, ""))),
        line(Span(", ".join(version.aliases), "id")),
        line(show_metrics(version.metrics, look)),
        line(run),
        line(Span(format_age(since, look.now, look.zone) if look.is_screen else format_iso(since), "muted")),
    )


def _tell_why(entry: Entry) -> list[Span]:
    said = [Span("forced  ", "warning")] if entry.forced else []
    said += [Span("rollback  ", "warning")] if entry.is_rollback else []
    count = sum(not one.is_withdrawal for one in entry.approvals)
    said += [Span(f"{count} approval{'s' * (count != 1)}  ", "good")] if count else []
    return [*said, Span(entry.why or "")]
