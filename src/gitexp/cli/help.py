"""Help pages: plain, calm, quick to make. (typer's own need 70 ms more, for rich and Markdown.)"""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand

from gitexp.render.theme import paint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.cli.commands import CommandEntry

_WIDEST_TERM = 28
_INDENT = "  "
_WIDEST_LINE = 100


class HelpCommand(TyperCommand):
    """A command with our help page."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The help page of one command."""
        colour = bool(ctx.color)
        summary, _, rest = inspect.cleandoc(self.help or "").partition("\n")
        parts = [_usage(self, ctx, colour), summary]
        if rest.strip():
            parts.append(_fill(rest.strip(), formatter.width))
        parts += _params(self, ctx, formatter.width, colour)
        if self.epilog:
            parts.append(_examples(self.epilog, colour))
        formatter.write("\n\n".join(parts) + "\n")


def write_group_help(group: Any, ctx: Any, formatter: Any, entries: Sequence[CommandEntry]) -> None:
    """The help page of ``exp``: its commands in their groups, from the table."""
    colour = bool(ctx.color)
    parts = [_usage(group, ctx, colour), inspect.cleandoc(group.help or "")]
    width = max(len(entry.name) for entry in entries) + 2
    for heading in dict.fromkeys(entry.group for entry in entries):
        rows = [(entry.name, entry.summary) for entry in entries if entry.group == heading]
        parts.append(_heading(heading, colour) + "\n" + _terms(rows, formatter.width, colour, width))
    parts += _params(group, ctx, formatter.width, colour)
    if group.epilog:
        parts.append(inspect.cleandoc(group.epilog))
    formatter.write("\n\n".join(parts) + "\n")


def show_help(ctx: Any) -> None:
    """Prints the help page of a context on standard output."""
    sys.stdout.write(ctx.get_help() + "\n")


def _usage(command: Any, ctx: Any, colour: bool) -> str:
    pieces = " ".join(command.collect_usage_pieces(ctx))
    return f"{_heading('Usage:', colour)} {ctx.command_path} {pieces}"


def _params(command: Any, ctx: Any, width: int, colour: bool) -> list[str]:
    parts = []
    for heading, kind in (("Arguments", "argument"), ("Options", "option")):
        records = [param.get_help_record(ctx) for param in command.get_params(ctx) if param.param_type_name == kind]
        rows = [record for record in records if record is not None]
        if rows:
            parts.append(_heading(heading, colour) + "\n" + _terms(rows, width, colour))
    return parts


def _terms(rows: Sequence[tuple[str, str]], width: int, colour: bool, term_width: int | None = None) -> str:
    import textwrap

    column = term_width or min(max(len(term) for term, _ in rows), _WIDEST_TERM) + 2
    lines: list[str] = []
    for term, text in rows:
        shown = paint(term, "command") if colour else term
        wrapped = textwrap.wrap(text, max(width - column - len(_INDENT), 20)) or [""]
        if len(term) > column - 2:
            lines.append(_INDENT + shown)
        else:
            lines.append((_INDENT + shown + " " * (column - len(term)) + wrapped.pop(0)).rstrip())
        lines += [_INDENT + " " * column + line for line in wrapped]
    return "\n".join(lines)


def _examples(epilog: str, colour: bool) -> str:
    lines = inspect.cleandoc(epilog).splitlines()
    if lines[0].endswith(":"):  # it brings headings of its own
        return "\n".join(_heading(line, colour) if line.endswith(":") and line[0] != " " else line for line in lines)
    return "\n".join([_heading("Examples", colour), *(f"{_INDENT}{line}".rstrip() for line in lines)])


def _fill(text: str, width: int) -> str:
    import textwrap

    paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
    return "\n\n".join(textwrap.fill(part, min(width, _WIDEST_LINE)) for part in paragraphs)


def _heading(text: str, colour: bool) -> str:
    return paint(text, "heading") if colour else text
