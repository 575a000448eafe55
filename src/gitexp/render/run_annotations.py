"""What was said of a run after it began: who said it, when, and what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.model.columns import format_tags
from gitexp.model.online import find_online
from gitexp.render.online_blocks import describe_result
from gitexp.render.page import Fields, Line, Span, Text, line
from gitexp.render.text import neutralise, neutralise_lines, pad, shorten
from gitexp.render.times import format_age, format_iso

if TYPE_CHECKING:
    from gitexp.model.annotations import Annotation
    from gitexp.model.head import RunHead
    from gitexp.model.run import Run
    from gitexp.render.page import Block, Look

_INDENT = 2
_MOST = 20
_MOST_LINES = 40
_WIDEST_NAME = 24


def annotation_blocks(run: Run, head: RunHead, look: Look) -> list[Block]:
    """Each statement with its time and its author, in order; a screen has the last 20."""
    shown = run.annotations[-_MOST:] if look.is_screen else run.annotations
    blocks: list[Block] = []
    left = len(run.annotations) - len(shown)
    if left:
        blocks.append(Text((line(Span(f"{left} before these  (exp show --json)", "muted")),), _INDENT))
    experiment = head.home
    for one in run.annotations[:left]:
        experiment = one.value if one.kind == "move" else experiment
    times = [format_age(one.at, look.now, look.zone) if look.is_screen else format_iso(one.at) for one in shown]
    widest = max(map(len, times), default=0)
    rows: list[tuple[str, tuple[Line, ...]]] = []
    for one, when in zip(shown, times, strict=True):
        lines = _tell(one, experiment)
        experiment = one.value if one.kind == "move" else experiment
        if look.is_screen and len(lines) > _MOST_LINES:
            more = f"{len(lines) - _MOST_LINES} more lines  (exp show --json)"
            lines = [*lines[:_MOST_LINES], line(Span(more, "muted"))]
        who = shorten(neutralise(one.by.name or one.by.email), _WIDEST_NAME)
        rows.append((f"{pad(when, widest)}  {who}", tuple(lines)))
    if rows:
        blocks.append(Fields(tuple(rows), _INDENT))
    return blocks


def _tell(one: Annotation, experiment: str) -> list[Line]:
    match one.kind:
        case "note":
            return [line(text) for text in neutralise_lines(one.value)]
        case "link":
            title = [line(Span(one.value.title, "title"))] if one.value.title else []
            return [*title, line(Span(one.value.url, "command"))]
        case "tag":
            return [line(Span("tag  ", "muted"), format_tags(one.value))]
        case "untag":
            return [line(Span("tag  ", "muted"), f"without {', '.join(one.value)}")]
        case "move":
            return [line(f"moved from {experiment} to {one.value}")]
        case "hide" | "unhide":
            return [line("hidden" if one.kind == "hide" else "hidden no longer")]
        case "online":
            (result,) = find_online([one])
            title = [line(Span(result.title, "title"))] if result.title else []
            return [*title, line(Span("online  ", "muted"), describe_result(result.values))]
