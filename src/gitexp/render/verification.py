"""What does not hold of runs: one line each, and beneath it what to do; and all in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.model.verification import count_breaches
from gitexp.render.numbers import format_bytes
from gitexp.render.page import Span, Text, line

if TYPE_CHECKING:
    from gitexp.model.verification import Verification
    from gitexp.render.page import Line, Look, Page

_WIDTH = 11


def build_verification(found: Verification, look: Look) -> Page:
    """Breaches in their order, notes behind them. Nothing is cut: a command is there to be copied."""
    lines: list[Line] = []
    is_signed = look.glyphs and look.is_screen
    for breach in sorted(found.breaches, key=lambda one: one.is_note):
        sign = ("■ " if breach.is_note else "✗ ") if is_signed else ""
        style = "warning" if breach.is_note else "bad"
        place = f"  {breach.path}" if breach.path is not None else ""
        head = Span(f"{sign}{breach.aspect:{_WIDTH}}", style)
        lines.append(line(head, Span(f"  {breach.run}", "name"), Span(place), Span(f"  {breach.found}")))
        if breach.mend is not None:
            lines.append(line(" " * (_WIDTH + 2 + 2 * is_signed), Span(breach.mend, "command")))
    return [Text(tuple(lines))] if lines else []


def summarise(found: Verification) -> str:
    """``1,204 runs, 3,981 objects, 12.3 GB read: all hold``, or how many do not."""
    wrong, notes = count_breaches(found.breaches)
    size = "not read" if found.is_quick else f"{format_bytes(found.bytes)} read"
    looked = f"{_count(found.runs, 'run')}, {_count(found.objects, 'object')}, {size}"
    if found.asked is not None:
        looked += f", {_count(found.asked[1], 'object')} asked of {found.asked[0]}"
    verdict = f"{_count(wrong, 'problem')}" if wrong else "all hold" if found.runs != 1 else "it holds"
    return f"{looked}: {verdict}" + (f", {_count(notes, 'note')}" if notes else "")


def describe_elsewhere(found: Verification) -> str:
    """What is not on this machine, in a line."""
    verb = "is" if found.elsewhere == 1 else "are"
    return f"{_count(found.elsewhere, 'object')} ({format_bytes(found.elsewhere_bytes)}) {verb} not on this machine"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"
