"""The chain of a run on its page: the parts, and the curves of the joined series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.model.run import Status
from gitexp.model.values import format_value
from gitexp.render.curves import Curve, draw_curves
from gitexp.render.page import Grid, GridColumn, Span, Text, line
from gitexp.render.status import show_status
from gitexp.render.times import format_age, format_duration, format_iso, format_seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.chain_view import ChainView
    from gitexp.model.going import Points
    from gitexp.model.head import RunHead
    from gitexp.model.metrics import Step
    from gitexp.render.page import Block, Line, Look

INDENT = 2
_MOST_CURVES = 4
_HEIGHT = 7
_PLAIN_WIDTH = 80


def chain_blocks(chain: ChainView, head: RunHead, look: Look, id_length: int) -> list[Block]:
    """The parts of a chain, the run itself marked; where it forks each says what it goes on from."""
    resumed = [one.lineage.resumes for one in chain.parts if one.lineage.resumes is not None]
    is_forked = len(set(resumed)) < len(resumed)
    columns = [GridColumn(""), GridColumn("id"), GridColumn("status"), GridColumn("to step", "right")]
    columns += [GridColumn("when" if look.is_screen else "started"), GridColumn("time", "right"), GridColumn("")]
    rows = tuple(_part(one, head, look, id_length, is_forked=is_forked) for one in chain.parts)
    blocks: list[Block] = [Grid(tuple(columns), rows, INDENT)]
    if chain.unread:
        blocks.append(Text(tuple(line(Span(why, "warning")) for why in chain.unread), INDENT))
    return blocks


def curve_blocks(chain: ChainView, look: Look) -> list[Block]:
    """The joined series of the first metrics, each part in a colour of its own."""
    width = (_PLAIN_WIDTH if look.width is None else look.width) - INDENT
    blocks: list[Block] = []
    drawable = [metric for metric in chain.metrics if sum(map(len, chain.curves.get(metric, ()))) > 1]
    for metric in drawable[:_MOST_CURVES]:
        curves = _connect(chain.curves[metric])
        drawn = draw_curves(curves, width, _HEIGHT, glyphs=look.glyphs)
        blocks.append(Text((line(Span(metric, "name")), *drawn), INDENT))
    if len(drawable) > _MOST_CURVES:
        more = f"and {len(drawable) - _MOST_CURVES} more  (--json has all)"
        blocks.append(Text((line(Span(more, "muted")),), INDENT))
    return blocks


def _connect(parts: Sequence[Points]) -> list[Curve]:
    """The curves of the parts, each from where the one before it ends."""
    curves: list[Curve] = []
    end: Points = ()
    for number, points in enumerate(parts):
        if points:
            is_onward = bool(end) and end[0][0] <= points[0][0]
            curves.append(Curve((*end, *points) if is_onward else points, number))
            end = points[-1:]
    return curves


def last_step(head: RunHead) -> Step | None:
    """The greatest step at which a metric has its last value, as far as the message says it."""
    steps = [one.step for one in head.metrics.values() if one.step is not None and one.step == one.step]
    return max(steps, default=None)


def _part(one: RunHead, head: RunHead, look: Look, id_length: int, *, is_forked: bool) -> tuple[Line, ...]:
    mark = ("→" if look.glyphs else ">") if one.id == head.id else ""
    step = last_step(one)
    seconds = one.seconds
    if seconds is None and one.status is Status.RUNNING:
        seconds = max((look.now - one.started_at).total_seconds(), 0.0)
    format_took = format_duration if look.is_screen else format_seconds
    when = format_age(one.started_at, look.now, look.zone) if look.is_screen else format_iso(one.started_at)
    aside = [f"resumes {one.lineage.resumes[:id_length]}"] if is_forked and one.lineage.resumes is not None else []
    aside += ["hidden"] if one.hidden else []
    return (
        line(mark),
        line(Span(one.id[:id_length] if look.is_screen else one.id, "id")),
        line(show_status(one.status, look)),
        line("" if step is None else format_value(step)),
        line(Span(when, "muted")),
        line(Span("" if seconds is None else format_took(seconds), "muted")),
        line(Span(", ".join(aside), "muted")),
    )
