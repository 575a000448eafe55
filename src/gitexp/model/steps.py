"""Which name counts steps: the rule for choosing among several, and points made of a mapping."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gitexp.model.metrics import Point

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gitexp.model.metrics import Number, Step

_NAMES = (
    ("global_step", "globalstep", "global step", "total_steps_done"),
    ("step", "steps", "_step", "trainer/global_step"),
    ("iteration", "iter", "it", "iter_num", "update", "num_updates"),
    ("batch", "batch_idx", "batch_id"),
    ("round", "episode", "generation", "trial"),
    ("epoch", "epochs_done", "epoch_num", "ep"),
)
_FINENESS = {name: rank for rank, names in enumerate(_NAMES) for name in names}
_TIMES = frozenset(("time", "timestamp", "wall_time", "walltime", "_timestamp", "ts", "datetime", "date", "elapsed"))
_NUMBER = re.compile(
    r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?(?:nan|inf(?:inity)?)", re.IGNORECASE
)
_LONGEST_NUMBER = 400


def step_fineness(name: str) -> int | None:
    """How fine a step counter is, 0 the finest; None for a name that counts no steps.

    The order is global_step, step, iteration, batch, round or episode, epoch: of several the finest is the step.
    """
    return _FINENESS.get(name.lower())


def is_time(name: str) -> bool:
    """Whether a name stands for a moment or for time gone by, which is no metric."""
    return name.lower() in _TIMES


def parse_number(text: str) -> Number | None:
    """The number that a text is, an int where it is written as one; None for any other text."""
    text = text.strip()
    if len(text) > _LONGEST_NUMBER or not _NUMBER.fullmatch(text):
        return None
    return int(text) if text.lstrip("+-").isdigit() else float(text)


def find_step(names: Iterable[str]) -> str | None:
    """The name, among several, that is the step: the finest counter; None where there is none."""
    counters = [(fineness, name) for name in names if (fineness := step_fineness(name)) is not None]
    return min(counters, key=lambda counter: counter[0])[1] if counters else None


def read_numbers(mapping: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, Number]]:
    """The numbers in a nested mapping by dotted name, in order; everything else is passed over."""
    for key, value in mapping.items():
        if isinstance(value, dict):
            yield from read_numbers(value, f"{prefix}{key}.")
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            yield f"{prefix}{key}", value


def read_points(mapping: Mapping[str, object], step: Step | None = None) -> list[Point]:
    """One point for each number of a mapping; its finest counter is the step, other counters and times are none."""
    numbers = list(read_numbers(mapping))
    counter = find_step(name for name, _ in numbers)
    if counter is not None:
        step = next(value for name, value in numbers if name == counter)
    return [
        Point(name, value, step, None) for name, value in numbers if step_fineness(name) is None and not is_time(name)
    ]
