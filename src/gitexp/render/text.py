"""Text that came from a record, made safe and fit for a terminal."""

from __future__ import annotations

import re
import unicodedata

_JOINERS = "\u200c\u200d"  # Persian, Indic scripts and emoji need them, and they move nothing
_SGR = re.compile(r"\x1b\[[0-9;:]{0,40}m")
_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t", "\x1b": r"\e"}
_WIDE_OR_MARK = re.compile(r"[^\x20-\x7e\xa0-\u02ff]")


def neutralise(text: str) -> str:
    """The text with everything that a terminal would act upon, or that turns its order round, as a visible escape.

    Line ends become ``\\n`` too: a field of a record is one line. Spaces of every width stay.
    """
    if text.isprintable():
        return text
    return "".join(map(_show, text))


def neutralise_lines(text: str) -> list[str]:
    """A text of several lines, such as a note, each made safe on its own."""
    return [neutralise(line.removesuffix("\r").expandtabs()) for line in text.split("\n")]


def neutralise_output(text: str, *, colour: bool) -> str:
    """What a run printed, for a terminal: line ends, tabs and (with ``colour``) colours stay, the rest is shown.

    A carriage return in the middle of a line becomes a line end: what it would have overwritten is to be seen.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    parts: list[str] = []
    end = 0
    for match in _SGR.finditer(text):
        parts.append(_neutralise_flow(text[end : match.start()]))
        if colour:
            parts.append(match[0])
        end = match.end()
    parts.append(_neutralise_flow(text[end:]))
    return "".join(parts) + ("\x1b[0m" if colour and end else "")


def width_of(text: str) -> int:
    """How many cells of a terminal the text takes: two for a wide character, none for a combining mark."""
    if not _WIDE_OR_MARK.search(text):
        return len(text)
    return sum(map(_cells, text))


def shorten(text: str, width: int) -> str:
    """The text in at most ``width`` cells, with ``…`` where it was cut."""
    if width_of(text) <= width:
        return text
    kept: list[str] = []
    used = 1
    for letter in text:
        used += _cells(letter)
        if used > width:
            break
        kept.append(letter)
    return "".join(kept) + "…"


def pad(text: str, width: int, *, right: bool = False) -> str:
    """The text filled with spaces to ``width`` cells; ``right`` sets it to the right."""
    fill = " " * (width - width_of(text))
    return fill + text if right else text + fill


def _neutralise_flow(text: str) -> str:
    return "".join(letter if letter in "\n\t" else _show(letter) for letter in text)


def _show(letter: str) -> str:
    if letter.isprintable() or letter in _JOINERS or unicodedata.category(letter) == "Zs":
        return letter
    if letter in _SHORT:
        return _SHORT[letter]
    code = ord(letter)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _cells(letter: str) -> int:
    if unicodedata.combining(letter) or letter in _JOINERS or "\ufe00" <= letter <= "\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
