"""Help pages: plain, calm, quick to make. (typer's own need 70 ms more, for rich and Markdown.)"""

from __future__ import annotations

import inspect
import itertools
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
_MARGIN = 2
"""The formatter's width is that much less than the screen's."""


class HelpCommand(TyperCommand):
    """A command with our help page."""

    def make_parser(self, ctx: Any) -> Any:
        """The parser of its options; one whose metavar begins with ``[=`` may be given without a value: it is ''."""
        parser = super().make_parser(ctx)
        optional = {
            name
            for param in self.get_params(ctx)
            if str(getattr(param, "metavar", None) or "").startswith("[=")
            for name in param.opts
        }
        if optional:
            match = parser._match_long_opt

            def match_or_fill(name: str, value: str | None, state: Any) -> None:
                match(name, "" if value is None and name in optional else value, state)

            parser._match_long_opt = match_or_fill  # type: ignore[method-assign, assignment]
        return parser

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The help page of one command."""
        colour = bool(ctx.color)
        summary, _, rest = inspect.cleandoc(self.help or "").partition("\n")
        parts = [_usage(self, ctx, formatter.width, colour), _fill(summary, formatter.width)]
        if rest.strip():
            parts.append(_fill(rest.strip(), formatter.width))
        parts += _params(self, ctx, formatter.width, colour)
        if self.epilog:
            parts.append(_examples(self.epilog, formatter.width, colour))
        formatter.write("\n\n".join(parts) + "\n")


def write_group_help(group: Any, ctx: Any, formatter: Any, entries: Sequence[CommandEntry]) -> None:
    """The help page of ``exp``: its commands in their groups, from the table."""
    colour = bool(ctx.color)
    parts = [_usage(group, ctx, formatter.width, colour), _fill(inspect.cleandoc(group.help or ""), formatter.width)]
    width = max(len(entry.name) for entry in entries) + 2
    for heading in dict.fromkeys(entry.group for entry in entries):
        rows = [(entry.name, entry.summary) for entry in entries if entry.group == heading]
        parts.append(_heading(heading, colour) + "\n" + _terms(rows, formatter.width, colour, width))
    parts += _params(group, ctx, formatter.width, colour)
    if group.epilog:
        parts.append("\n".join(_wrap_lines(inspect.cleandoc(group.epilog).splitlines(), formatter.width)))
    formatter.write("\n\n".join(parts) + "\n")


def show_help(ctx: Any) -> None:
    """Prints the help page of a context on standard output."""
    sys.stdout.write(ctx.get_help() + "\n")


def _usage(command: Any, ctx: Any, width: int, colour: bool) -> str:
    pieces = " ".join(command.collect_usage_pieces(ctx))
    lines = _wrap(f"Usage: {ctx.command_path} {pieces}", width, hang=" " * len("Usage: "))
    return "\n".join([_heading("Usage:", colour) + lines[0].removeprefix("Usage:"), *lines[1:]])


def _params(command: Any, ctx: Any, width: int, colour: bool) -> list[str]:
    parts = []
    for heading, kind in (("Arguments", "argument"), ("Options", "option")):
        records = [param.get_help_record(ctx) for param in command.get_params(ctx) if param.param_type_name == kind]
        rows = [(record[0].replace(" [=", "[="), record[1]) for record in records if record is not None]
        if rows:
            parts.append(_heading(heading, colour) + "\n" + _terms(rows, width, colour))
    return parts


def _terms(rows: Sequence[tuple[str, str]], width: int, colour: bool, term_width: int | None = None) -> str:
    column = term_width or min(max(len(term) for term, _ in rows), _WIDEST_TERM) + 2
    lines: list[str] = []
    for term, text in rows:
        shown = paint(term, "command") if colour else term
        wrapped = _wrap(text, max(width - column - len(_INDENT), 20)) or [""]
        if len(term) > column - 2:
            lines.append(_INDENT + shown)
        else:
            lines.append((_INDENT + shown + " " * (column - len(term)) + wrapped.pop(0)).rstrip())
        lines += [_INDENT + " " * column + line for line in wrapped]
    return "\n".join(lines)


def _examples(epilog: str, width: int, colour: bool) -> str:
    lines = inspect.cleandoc(epilog).splitlines()
    if not lines[0].endswith(":"):
        examples = _wrap_lines([f"{_INDENT}{line}".rstrip() for line in lines], width)
        return "\n".join([_heading("Examples", colour), *examples])
    # It brings headings of its own.
    return "\n".join(
        _heading(line, colour) if line.endswith(":") and line[0] != " " else line for line in _wrap_lines(lines, width)
    )


def _wrap_lines(lines: Sequence[str], width: int) -> list[str]:
    """Lines of which those that are too long for the screen are wrapped with the text that they are part of.

    Of an example (a line that is set in) only what is said beside it moves, to the next line: a command stays whole.
    """
    wrapped: list[str] = []
    for is_example, group in itertools.groupby(lines, lambda line: not line or line[0] == " " or line.endswith(":")):
        own = list(group)
        if all(len(line) <= width + _MARGIN for line in own):
            wrapped += own
        elif is_example:
            for line in own:
                command, gap, beside = line.strip().partition("   ")
                is_long = gap and len(line) > width + _MARGIN
                wrapped += [_INDENT + command, f"{_INDENT * 3}{beside.strip()}"] if is_long else [line]
        else:
            wrapped += _wrap(" ".join(own), width)
    return wrapped


def _fill(text: str, width: int) -> str:
    paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
    return "\n\n".join(
        part if len(part) <= width + _MARGIN else "\n".join(_wrap(part, min(width, _WIDEST_LINE)))
        for part in paragraphs
    )


def _wrap(text: str, width: int, hang: str = "") -> list[str]:
    import textwrap

    return textwrap.wrap(text, width, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False)


def _heading(text: str, colour: bool) -> str:
    return paint(text, "heading") if colour else text
