"""``exp diff``: two runs, then their code."""

from __future__ import annotations

import difflib
import io
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from gitexp.actions.difference import Comparison, compare_two, diff_code
from gitexp.cli.opening import open_recovered
from gitexp.cli.options import COLOUR_OPTION, EXPERIMENT_OPTION, JSON_OPTION, run_argument
from gitexp.cli.pager import write_paged
from gitexp.cli.terminal import find_look, say
from gitexp.errors import UsageError
from gitexp.model.difference import PARTS, Part

if TYPE_CHECKING:
    from gitexp.model.difference import CodeChange
    from gitexp.render.page import Look
    from gitexp.store.runs import RunStore

EXAMPLES = """
exp diff                               the last run against the one before
exp diff k3v9 max:val_auc              two runs by id and by metric
exp diff k3v9 p7qw --only params,metrics
exp diff k3v9 p7qw --only code | git apply
"""


def diff(
    ctx: typer.Context,
    a: Annotated[str, run_argument("The run to compare with. [default: last~1]", "[A]")] = "last~1",
    b: Annotated[str, run_argument("The run that is compared. [default: last]", "[B]")] = "last",
    only: Annotated[
        str | None,
        typer.Option("--only", metavar="PARTS", help=f"These parts alone, with commas: {', '.join(PARTS)}."),
    ] = None,
    stat: Annotated[bool, typer.Option("--stat", help="Of the code, how much each file changed.")] = False,
    experiment: EXPERIMENT_OPTION = None,
    as_json: JSON_OPTION = False,
    colour: COLOUR_OPTION = "auto",
) -> None:
    """Compare two runs: params, metrics, command, data, environment and packages, then the code as Git shows it.

    The code is what really ran, uncommitted changes included.
    """
    parts = parse_parts(only)
    store = open_recovered()
    comparison = compare_two(store, a, b, experiment)
    if as_json:
        from gitexp.cli.output import write_envelope
        from gitexp.render.json_form import difference_fields

        fields = difference_fields(comparison.difference)
        write_envelope({key: value for key, value in fields.items() if key not in PARTS or key in parts})
        return
    look = find_look(ctx.obj.colour)
    write_paged(store.repository, _format(store, comparison, parts, look, stat=stat), look)
    if parts == ("code",):
        _tell_of_code(comparison.difference.code)


def _tell_of_code(code: CodeChange) -> None:
    """Says on standard error what no patch can say."""
    if code.is_equal:
        say("the code is the same")
    from gitexp.render.difference import describe_unheld

    for path in code.unheld:
        say(describe_unheld(path))


def parse_parts(text: str | None) -> tuple[Part, ...]:
    """The parts that ``--only`` names, in their own order. Raises UsageError."""
    if text is None:
        return PARTS
    asked = [word.strip() for word in text.split(",") if word.strip()]
    for word in asked:
        if word not in PARTS:
            near = difflib.get_close_matches(word, PARTS, n=1)
            raise UsageError(
                f"--only {word}: no such part", hint=f"--only {near[0]}" if near else "one of " + ", ".join(PARTS)
            )
    if not asked:
        raise UsageError("--only: no part is named", hint="one of " + ", ".join(PARTS))
    return tuple(part for part in PARTS if part in asked)


def _format(store: RunStore, comparison: Comparison, parts: tuple[Part, ...], look: Look, *, stat: bool) -> bytes:
    pieces: list[bytes] = []
    if parts != ("code",):
        from gitexp.render.difference import build_difference
        from gitexp.render.screen import write_page

        page = io.StringIO()
        write_page(build_difference(comparison.difference, look, parts), look, page)
        pieces.append(page.getvalue().encode(sys.stdout.encoding or "utf-8", "backslashreplace"))
    if "code" in parts and not comparison.difference.code.is_equal:
        code = diff_code(store, comparison, colour=look.colour, stat=stat, width=look.width)
        if look.is_screen:
            from gitexp.render.text import neutralise_output

            text = neutralise_output(code.decode("utf-8", "replace"), colour=look.colour)
            code = text.encode(sys.stdout.encoding or "utf-8", "backslashreplace")
        if code:
            pieces.append(code)
    return b"\n".join(pieces)
