"""Colour: whether there is any, and what it means. No meaning is carried by colour alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

ColourChoice = Literal["auto", "always", "never"]

STYLES: dict[str, str] = {
    "title": "bold",
    "heading": "bold",
    "label": "dim",
    "muted": "dim",
    "id": "yellow",
    "name": "bold",
    "command": "cyan",
    "good": "green",
    "bad": "red",
    "warning": "yellow",
    "going": "cyan",
    "best": "bold green",
    "added": "green",
    "removed": "red",
    "series1": "cyan",
    "series2": "yellow",
    "series3": "magenta",
    "series4": "green",
    "series5": "red",
    "series6": "blue",
}

_CODES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
}


def choose_colour(choice: ColourChoice, environment: Mapping[str, str], *, is_terminal: bool) -> bool:
    """Whether to colour: as said on the command line, else as NO_COLOR and FORCE_COLOR say, else on a terminal.

    https://no-color.org and https://force-color.org: a variable counts when it is not empty. NO_COLOR wins.
    """
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return environment["FORCE_COLOR"] != "0"
    return is_terminal and environment.get("TERM") != "dumb"


def paint(text: str, style: str) -> str:
    """The text between the escape sequences of a style; as it is where the style has none."""
    codes = ";".join(_CODES[word] for word in STYLES.get(style, "").split())
    return f"\x1b[{codes}m{text}\x1b[0m" if codes and text else text
