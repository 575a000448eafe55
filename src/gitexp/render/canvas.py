"""A part of a terminal that is drawn on: in braille, two by four dots to a cell, or with a letter for each series."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from gitexp.render.page import Span

if TYPE_CHECKING:
    from gitexp.render.curves import Curve

SERIES_STYLES = ("series1", "series2", "series3", "series4", "series5", "series6")
MARKS = "·+x*o#"
"""What series are drawn with where the letters of braille cannot be shown."""
LETTERS = string.ascii_lowercase + string.ascii_uppercase
OTHER = 1_000_000
"""The number of a series that stands back: it has no colour and no letter of its own."""
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_BRAILLE = 0x2800


class Canvas:
    """Cells with dots or a letter set in them, each with the number of the series that set the last."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._dots: dict[tuple[int, int], int] = {}
        self._series: dict[tuple[int, int], int] = {}
        self._letters: dict[tuple[int, int], str] = {}

    def draw(self, curve: Curve, span: tuple[float, float], extent: tuple[float, float]) -> None:
        """A line over all points of a curve, where ``span`` and ``extent`` are what the canvas shows."""
        parts = [(part_of(place, *span), part_of(value, *extent)) for place, value in curve.points]
        self.draw_line(parts, curve.number)

    def draw_line(self, parts: list[tuple[float, float]], number: int, *, every: int = 1) -> None:
        """A line over places from 0 to 1, from the left and from below; ``every`` so many dots one is set."""
        wide, tall = self.width * 2 - 1, self.height * 4 - 1
        before: tuple[int, int] | None = None
        count = 0
        for across, up in parts:
            at = round(across * wide), round((1 - up) * tall)
            for dot in _join(before, at):
                if count % every == 0:
                    self._set(*dot, number)
                count += 1
            before = at

    def put(self, across: float, up: float, letter: str, number: int) -> None:
        """A letter at a place from 0 to 1, over whatever is there."""
        cell = round(across * (self.width - 1)), round((1 - up) * (self.height - 1))
        self._letters[cell] = letter
        self._series[cell] = number

    def row(self, row: int, *, glyphs: bool, letters: bool = False) -> list[Span]:
        """One row as spans, neighbours of one series together. ``letters``: each series is drawn with its own."""
        spans: list[Span] = []
        text, number = "", -1
        for column in range(self.width):
            cell = (column, row)
            own = self._series.get(cell, number)
            letter = self._letters.get(cell) or self._letter_of(self._dots.get(cell, 0), own, glyphs, letters)
            if own != number and text:
                spans.append(Span(text, style_of(number)))
                text = ""
            text, number = text + letter, own
        return [*spans, Span(text.rstrip(), style_of(number))]

    @staticmethod
    def _letter_of(dots: int, number: int, glyphs: bool, letters: bool) -> str:
        if not dots:
            return " "
        if letters:
            return letter_of(number)
        return chr(_BRAILLE + dots) if glyphs else MARKS[number % len(MARKS)]

    def _set(self, x: int, y: int, number: int) -> None:
        cell = (x // 2, y // 4)
        self._dots[cell] = self._dots.get(cell, 0) | _DOTS[x % 2][y % 4]
        self._series[cell] = number


def letter_of(number: int) -> str:
    """The letter of a series where there is no colour; of those that stand back a dot."""
    return LETTERS[number] if number < len(LETTERS) else "."


def style_of(number: int) -> str:
    """The style of a series."""
    if number >= OTHER:
        return "muted"
    return SERIES_STYLES[number % len(SERIES_STYLES)] if number >= 0 else ""


def part_of(value: float, low: float, high: float) -> float:
    """Where a value lies between two others, from 0 to 1. Halved first: the distance of two floats may be none."""
    extent = high / 2 - low / 2
    return (value / 2 - low / 2) / extent if extent else 0.5


def _join(before: tuple[int, int] | None, at: tuple[int, int]) -> list[tuple[int, int]]:
    """The dots of a straight line, its beginning aside."""
    if before is None:
        return [at]
    steps = max(abs(at[0] - before[0]), abs(at[1] - before[1]), 1)
    return [
        (
            before[0] + round((at[0] - before[0]) * step / steps),
            before[1] + round((at[1] - before[1]) * step / steps),
        )
        for step in range(1, steps + 1)
    ]
