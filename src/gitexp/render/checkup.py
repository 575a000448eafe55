"""The page of ``exp doctor``: a line for each finding, and beneath it what mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.render.page import Line, Page, Span, Text, line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.checkup import Finding
    from gitexp.render.page import Look

_SIGNS = {"ok": ("✓", "good"), "advice": ("■", "warning"), "problem": ("✗", "bad")}
_NAME_WIDTH = 15
_STATE_WIDTH = 7


def build_checkup(findings: Sequence[Finding], look: Look) -> Page:
    """The findings in their order. Nothing in them is cut: a command is there to be copied."""
    lines: list[Line] = []
    for finding in findings:
        sign, style = _SIGNS[finding.state]
        state = f"{sign} {finding.state}" if look.glyphs and look.is_screen else finding.state
        width = _STATE_WIDTH + 2 * (look.glyphs and look.is_screen)
        lines.append(line(Span(state.ljust(width), style), f"  {finding.check:{_NAME_WIDTH}}{finding.found}"))
        if finding.mend is not None:
            lines.append(line(" " * (width + 2 + _NAME_WIDTH), Span(finding.mend, "command")))
    return [Text(tuple(lines))]


def summarise(findings: Sequence[Finding]) -> str:
    """How many there are of each kind, in words."""
    problems = sum(finding.state == "problem" for finding in findings)
    advice = sum(finding.state == "advice" for finding in findings)
    parts = [f"{problems} problem{'' if problems == 1 else 's'}"] if problems else []
    parts += [f"{advice} piece{'' if advice == 1 else 's'} of advice"] if advice else []
    return ", ".join(parts) or "all is well"
