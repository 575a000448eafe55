"""Texts of records for Markdown as GitHub shows it: nothing in them is a mark, a mention, a link or an emoji.

A backslash does not do: mentions, issues and emoji are looked for in what the marks have become. They are not looked
for in code, and within raw ``<code>`` entities are read, so that a pipe or a backtick needs no rule of its own.
"""

from __future__ import annotations

import re

from gitexp.render.text import neutralise, shorten

_MARKS = re.compile(
    r"[^A-Za-z0-9 \-+=,/()%.:_\u00a0-\U0010ffff]"
    r"|:(?! |$)|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])"  # a colon begins emoji and addresses, an underscore emphasis
)
_NUMBER = re.compile(r"[-+±]?[0-9][0-9.,]*(?:e[-+]?[0-9]+)?%?")
_WWW = re.compile(r"(?i)(www)\.")
_LISTED = re.compile(r"[0-9]+[.)]( |$)")
_FENCE = re.compile(r"`+")
WIDEST = 60
_LETTERS_A_CELL = 4


def escape_text(text: str) -> str:
    """A text on one line, in which nothing is a mark; long ones are cut."""
    plain = _WWW.sub(r"\1&#46;", _MARKS.sub(_entity, neutralise(text)))
    if plain[:1] in ("-", "+", "=") or _LISTED.match(plain):
        plain = f"&#{ord(plain[0])};{plain[1:]}"  # at the beginning of a line these begin a list
    return plain if plain == plain.strip(" ") else f"&#8203;{plain}&#8203;"


def format_name(text: str, width: int = WIDEST) -> str:
    """A name as code, cut where it is long; what is empty stands as ``''``."""
    near = neutralise(text[: _LETTERS_A_CELL * width])  # the label of a group may have thousands
    return f"<code>{escape_text(shorten(near, width)) or '&#39;&#39;'}</code>"


def format_value(text: str, width: int = WIDEST) -> str:
    """A value: a number bare, to be set right, anything else as code."""
    return text if _NUMBER.fullmatch(text) else format_name(text, width)


def format_fence(lines: list[str]) -> str:
    """Lines as a block of code, whatever they hold."""
    longest = max((len(run) for line in lines for run in _FENCE.findall(line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}text", *lines, fence])


def _entity(match: re.Match[str]) -> str:
    letter = match[0]
    # An address is no link where something stands in it, and no mention either; what is shown stays the same.
    return "&#64;<!-- -->" if letter == "@" else f"&#{ord(letter)};"
