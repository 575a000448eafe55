"""``exp run --needed``: what is said where a run with equal inputs has finished, and where none has."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from gitexp.cli.terminal import find_look, say

if TYPE_CHECKING:
    from datetime import datetime

    import typer

    from gitexp.actions.request import RecordRequest
    from gitexp.git.working_copy import Opening
    from gitexp.model.head import RunHead


def tell_needed(
    ctx: typer.Context, request: RecordRequest, opening: Opening, now: datetime, random: bytes, *, json: bool
) -> bool:
    """Says on standard error which run makes another one needless, if there is one; whether there is.

    Standard output stays empty: it belongs to the command, and whoever reads it expects nothing else there.
    """
    from gitexp.actions.needed import find_needed

    found = find_needed(request, opening, now=now, random=random)
    if found.equal is None:
        if not json:
            say(f"needed: {found.why}")
        return False
    if json:
        from gitexp.cli.output import format_envelope
        from gitexp.render.json_form import head_fields

        sys.stderr.write(format_envelope({"needed": False, "run": head_fields(found.equal), "exit_status": 0}))
    else:
        _say_needless(ctx, found.equal)
    return True


def _say_needless(ctx: typer.Context, head: RunHead) -> None:
    from gitexp.render.page import Look, Text
    from gitexp.render.plain import format_plain
    from gitexp.render.run_summary import build_needless

    look: Look = find_look(ctx.obj.colour, sys.stderr)
    sys.stderr.write(format_plain([Text(build_needless(head, look))], colour=look.colour))
