"""Metrics in what a script printed: conservative, since a metric missed is better than one invented."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gitexp.capture.output_lines import read_lines
from gitexp.capture.output_ranks import read_first_rank
from gitexp.capture.output_reading import Reading, read_line
from gitexp.model.metrics import Point

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from gitexp.model.metrics import Number, Step
    from gitexp.model.values import Value

OUTPUT_SOURCE = "output"

_MOST_PLANS = 2_000
_LONGEST_PLANNED = 2_000
_LONGEST_TOKEN = 300
_TOKEN = re.compile(r"(?<![\w.@^%])([0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)")
_NUMBER_IN_NAME = re.compile(r"(?<![\w.@^%])[0-9]")


def parse_output_metrics(
    data: bytes, params: Mapping[str, Value] | None = None, known: Collection[str] = ()
) -> Iterator[Point]:
    """The points in a script's output, in order, from raw bytes with their carriage returns: see OutputMetrics."""
    return OutputMetrics(params, known).read(data)


class OutputMetrics:
    """Reads the points of a script's output, all at once or as it comes.

    ``params`` are the run's: a number that only repeats one is no metric. ``known`` names further metrics, which then
    count wherever they are printed. Where the lines are those of several ranks, the first one's count. The step is the
    finest counter on the line (global_step, step, iteration, batch, round, epoch), else that of the last line that was
    only a counter (``Epoch 3/10``), else None.
    """

    __slots__ = ("_echoes", "_heading", "_reader")

    def __init__(self, params: Mapping[str, Value] | None = None, known: Collection[str] = ()) -> None:
        self._echoes = _find_echoes(params or {})
        self._reader = _Reader(known)
        self._heading: Step | None = None

    def read(self, data: bytes) -> Iterator[Point]:
        """The points in these bytes, which begin at the start of a line."""
        echoes = self._echoes
        for line in read_lines(read_first_rank(data)):
            found, step, is_heading = self._reader.read(line)
            if is_heading:
                self._heading = step
                continue
            for name, value in found:
                if not echoes or echoes.get(_echo_name(name)) != value:
                    yield Point(name, value, self._heading if step is None else step, None)


Found = tuple["list[tuple[str, Number]]", "Step | None", bool]


class _Plan(NamedTuple):
    """Which of a line's numbers are what, for every line of the same words."""

    found: tuple[tuple[str, int, bool], ...]
    """Each metric's name, the place of its number among the line's, and whether a minus stands before it."""
    step: int | None
    heading: bool


class _Reader:
    """Reads lines, and lines that differ from one read before only in their numbers ten times as fast.

    What `read_line` makes of a line hangs on its words and on how each number is written (``3``, ``0.3``, ``3e-1``),
    never on what it is worth; so a training loop's lines are understood once.
    """

    def __init__(self, known: Collection[str]) -> None:
        self._known = frozenset(known)
        self._plans: dict[str, _Plan | None] = {}

    def read(self, line: str) -> Found:
        parts = _TOKEN.split(line)
        if len(parts) == 1 and "nan" not in line.lower() and "inf" not in line.lower():
            return [], None, False
        tokens = parts[1::2]
        forms = "".join(map(_form, tokens))
        words = "\0".join((*parts[::2], forms))
        if words in self._plans:
            plan = self._plans[words]
            if plan is not None:
                found = [(name, _number(tokens[at], negative)) for name, at, negative in plan.found]
                return found, None if plan.step is None else _number(tokens[plan.step], False), plan.heading
            reading = read_line(line, self._known)
        else:
            reading = read_line(line, self._known)
            if len(self._plans) < _MOST_PLANS and len(line) < _LONGEST_PLANNED:
                self._plans[words] = _make_plan(reading, parts)
        return [(name, value) for name, value, _ in reading.found], reading.step, reading.heading


def _form(token: str) -> str:
    """How a number is written, as far as that decides what a line is: JSON has no ``007``, a step no exponent."""
    if token[0] == "0" and token[1:2].isdigit():
        return "0"
    return "e" if "e" in token or "E" in token else "." if "." in token else "1"


def _number(token: str, negative: bool) -> Number:
    value: Number = int(token) if token.isdigit() else float(token)
    return -value if negative else value


def _make_plan(reading: Reading, parts: list[str]) -> _Plan | None:
    """The plan for lines like this one; None where such lines must each be read for themselves."""
    if not reading.found and not reading.heading:
        return _Plan((), None, False)
    tokens = parts[1::2]
    if max(map(len, tokens), default=0) > _LONGEST_TOKEN or any(
        _NUMBER_IN_NAME.search(one[0]) for one in reading.found
    ):
        return None
    minus = [before.endswith("-") for before in parts[:-1:2]]
    if reading.numbers is None:
        places = _place_tokens(parts, minus)
    elif [_number(*one) for one in zip(tokens, minus, strict=True)] == reading.numbers:
        places = dict(enumerate(enumerate(minus)))
    else:
        return None
    found: list[tuple[str, int, bool]] = []
    for name, value, at in reading.found:
        place, negative = places.get(at, (-1, False))
        if place < 0 or _number(tokens[place], negative) != value:  # NaN is no token
            return None
        found.append((name, place, negative))
    step, negative = places.get(reading.step_at, (-1, False)) if reading.step_at is not None else (None, False)
    if step == -1 or negative:
        return None
    return _Plan(tuple(found), step, reading.heading)


def _place_tokens(parts: list[str], minus: list[bool]) -> dict[int, tuple[int, bool]]:
    """Which of the line's numbers begins at which character, and whether it is with the minus that it begins."""
    places: dict[int, tuple[int, bool]] = {}
    position = 0
    for index, part in enumerate(parts):
        if index % 2:
            place = index // 2
            places[position] = (place, False)
            if minus[place]:
                places[position - 1] = (place, True)
        position += len(part)
    return places


def _find_echoes(params: Mapping[str, Value]) -> dict[str, Number]:
    echoes: dict[str, Number] = {}
    for key, value in params.items():
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            echoes[_echo_name(key)] = value
            echoes.setdefault(_echo_name(key.rpartition(".")[2]), value)
    return echoes


def _echo_name(name: str) -> str:
    return name.lower().replace("-", "_")
