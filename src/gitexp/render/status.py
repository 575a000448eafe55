"""How a run stands: always a word, with a sign before it on a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.model.run import Status
from gitexp.render.page import Span

if TYPE_CHECKING:
    from gitexp.render.page import Look

_SIGNS: dict[Status, tuple[str, str]] = {
    Status.RUNNING: ("●", "going"),
    Status.FINISHED: ("✓", "good"),
    Status.FAILED: ("✗", "bad"),
    Status.KILLED: ("✗", "bad"),
    Status.INTERRUPTED: ("■", "warning"),
    Status.PREEMPTED: ("■", "warning"),
    Status.LOST: ("?", "warning"),
}


def show_status(status: Status, look: Look) -> Span:
    """The status as a span."""
    sign, style = _SIGNS[status]
    return Span(f"{sign} {status.value}" if look.glyphs and look.is_screen else status.value, style)
