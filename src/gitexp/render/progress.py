"""A bar that shows how much of something is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.render.text import neutralise, pad, shorten
from gitexp.render.theme import paint

if TYPE_CHECKING:
    from gitexp.render.page import Look

_CELLS = 20
_WORDS = 20


def draw_progress(verb: str, what: str, percent: int, through: str, look: Look) -> str:
    """One line: ``push  Writing objects     ━━━━━━━━━━           50 %``, cut where the screen ends."""
    full = _CELLS * max(0, min(percent, 100)) // 100
    sign, empty = ("━", "─") if look.glyphs else ("#", ".")
    words = pad(shorten(neutralise(what), _WORDS), _WORDS)
    ahead = f"{verb}  {words}  "
    behind = f"  {percent:3} %" + (f"  {neutralise(through)}" if through else "")
    if look.width is not None and len(ahead) + _CELLS + len(behind) >= look.width:
        return shorten(f"{verb} {percent} %", max((look.width or 80) - 1, 1))
    bar = sign * full
    return ahead + (paint(bar, "going") if look.colour else bar) + empty * (_CELLS - full) + behind
