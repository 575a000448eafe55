"""The values of ``.exp.yaml``, each read from what YAML has there; what cannot be meant raises WrongValue."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from gitexp.errors import InvalidValue
from gitexp.model.refs import parse_experiment
from gitexp.model.tolerance import EVERY, MetricTolerance, parse_tolerance

if TYPE_CHECKING:
    from collections.abc import Callable

_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([A-Za-z]{0,3})")


class WrongValue(Exception):
    """A value that cannot be meant: why, and what to write."""

    def __init__(self, why: str, hint: str | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.hint = hint


def read_text(value: object) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value:
        raise WrongValue("must be text")
    return value


def read_flag(value: object) -> bool:
    """``true`` or ``false``."""
    if not isinstance(value, bool):
        raise WrongValue("must be true or false")
    return value


def read_texts(value: object) -> tuple[str, ...]:
    """A list of texts, or one text."""
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise WrongValue("must be a list of texts", "[first, second]")
    return tuple(value)


def read_patterns(value: object) -> tuple[str, ...]:
    """Regular expressions."""
    patterns = read_texts(value)
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise WrongValue(f"{pattern!r} is not a regular expression: {error}") from error
    return patterns


def read_size(value: object) -> int:
    """A size in bytes: a number, or one with a unit."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    match = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[2].lower() not in _UNITS:
        raise WrongValue("must be a size", "1 MB")
    return int(float(match[1]) * _UNITS[match[2].lower()])


def read_choice(*words: str) -> Callable[[object], str]:
    """One of some words."""

    def parse(value: object) -> str:
        if value not in words:
            near = difflib.get_close_matches(str(value), words, 1)
            raise WrongValue(f"{value!r} is none of {', '.join(words)}", near[0] if near else None)
        return str(value)

    return parse


def read_switch(value: object) -> bool:
    """``on`` or ``off``."""
    if not isinstance(value, bool) and value not in ("on", "off"):  # YAML 1.2 has these two as text
        raise WrongValue("must be on or off")
    return value in (True, "on")


def read_seconds(value: object) -> float:
    """Seconds from 0.1 to 3600."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0.1 <= value <= 3600:
        raise WrongValue("must be a number of seconds from 0.1 to 3600")
    return float(value)


def read_rate(value: object) -> float:
    """A rate per hour."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < float("inf"):
        raise WrongValue("must be a rate per hour, 0 or more")
    return float(value)


def read_experiment(value: object) -> str:
    """An experiment's name."""
    try:
        return parse_experiment(read_text(value))
    except InvalidValue as error:
        raise WrongValue(str(error.fields["why"]), error.hint and error.hint.removeprefix("--experiment ")) from error


def read_tolerances(value: object) -> tuple[MetricTolerance, ...]:
    """A tolerance for all metrics, or one for each."""
    said = value if isinstance(value, dict) else {EVERY: value}
    found = []
    for metric, one in said.items():
        if isinstance(one, bool) or not isinstance(one, (int, float, str)):
            raise WrongValue("must be a tolerance, or one for each metric", "{loss: 0.01, 'val_*': 1%}")
        try:
            found.append(MetricTolerance(str(metric), parse_tolerance(str(one))))
        except InvalidValue as error:
            raise WrongValue(f"{one!r}: {error.fields['why']}", "1%") from error
    return tuple(found)
