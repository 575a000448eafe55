"""How far a run is, where it can be known: by what it printed last, else by its last step against a param."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitexp.model.metrics import Number
    from gitexp.model.values import Value

_MOST_LINES = 60
_LONGEST_LINE = 400
_COUNT = r"([0-9]{1,12})"
_BAR = re.compile(rf"([0-9]{{1,3}})%\s?\|[^|]*\|(?:\s*{_COUNT}/{_COUNT}(?=[\s\[]|$))?")
_BATCHES = re.compile(
    r"(?:\b(?:global[_ ]step|step|iteration|iter|it|batch|round|episode|generation|trial|update|boosting round)s?"
    rf"[\s:=#\[(]{{1,4}}{_COUNT}\s?(?:/|of)\s?{_COUNT}\b"
    rf"|[\[(]\s{{0,6}}{_COUNT}/\s{{0,6}}{_COUNT}(?=\s*[\])]|\s+\([0-9])"
    rf"|^\s{{0,6}}{_COUNT}/{_COUNT}\s+(?=[\[━=]))",
    re.IGNORECASE,
)
_EPOCH = re.compile(
    rf"\bepochs?[\s:=#\[(_]{{1,4}}{_COUNT}(?![.\w])(?:\s{{0,3}}(?:/|of)\s{{0,3}}{_COUNT}(?![.\w]))?", re.IGNORECASE
)
_BESIDE = re.compile(r"download|load|tokeniz|fetch|extract|prepar|resolv|\bmap\b|\bsanity", re.IGNORECASE)
"""What stands before a bar that is not the training's."""

_EPOCHS = frozenset(("epochs", "max_epochs", "num_epochs", "n_epochs", "num_train_epochs", "total_epochs", "nepochs"))
_STEPS = frozenset(
    (
        "max_steps",
        "num_steps",
        "n_steps",
        "total_steps",
        "max_iters",
        "num_iters",
        "max_iter",
        "iterations",
        "num_iterations",
        "n_iterations",
        "n_estimators",
        "num_boost_round",
        "steps",
    )
)


class Progress(NamedTuple):
    """How far a run is: ``done`` of ``total``, both of a ``unit`` (``epoch``, ``step``) or of none that is named."""

    done: float
    total: float
    unit: str = ""

    @property
    def fraction(self) -> float:
        """From 0 to 1."""
        return min(max(self.done / self.total, 0.0), 1.0)

    def seconds_left(self, elapsed: float) -> float | None:
        """The time still to go at the pace so far; None at the very beginning, when nobody knows."""
        return elapsed * (1 - self.fraction) / self.fraction if self.fraction > 0 else None


class _Inner(NamedTuple):
    """A count inside of an epoch, or of the whole run where no epochs are named."""

    done: float
    total: float
    unit: str


def find_progress(
    lines: Sequence[str], params: Mapping[str, Value], metrics: Mapping[str, Number], step: float | None
) -> Progress | None:
    """How far a run is by its last lines of output, else by its last step; None where it cannot be known.

    ``metrics`` are the last values. A count inside of an epoch counts as its part of it.
    """
    epochs = _find_total(params, _EPOCHS)
    printed, is_known = _read_lines(lines[-_MOST_LINES:], epochs)
    if printed is not None or is_known:
        return printed
    epoch = metrics.get("epoch")
    if epoch is not None and epochs is not None and 0 <= epoch <= epochs:
        return Progress(epoch, epochs, "epoch")
    if step is None or step < 0:
        return None
    steps = _find_total(params, _STEPS)
    if steps is not None:
        return Progress(step, steps, "step") if step <= steps else None
    return Progress(step, epochs, "epoch") if epochs is not None and step <= epochs else None


def _read_lines(lines: Sequence[str], epochs: float | None) -> tuple[Progress | None, bool]:
    """What the lines say, and whether that is the last word: a batch of an epoch of no one knows how many."""
    inner: _Inner | None = None
    for back, line in enumerate(reversed(lines)):
        text = line[:_LONGEST_LINE]
        epoch = _EPOCH.search(text)
        is_inside = False
        if inner is None:
            rest = text if epoch is None else text[: epoch.start()] + " ; " + text[epoch.end() :]
            inner = _read_inner(rest, is_newest=back == 0)
            is_inside = inner is not None
        if epoch is None:
            continue
        total = float(epoch[2]) if epoch[2] else epochs
        number = float(epoch[1])
        if total is None or not 0 <= number <= total or total == 0:
            if inner is not None:
                return None, True
            continue
        is_heading = not text[: epoch.start()].strip(" =-*#[(") and not text[epoch.end() :].strip(" :=-*#])")
        # A line that says more than its number tells of an epoch that is over; a bar beneath it is the next one's.
        begun = number if inner is not None and not is_heading and not is_inside else max(number - 1, 0)
        if inner is not None:
            return Progress(min(begun + inner.done / inner.total, total), total, "epoch"), True
        return Progress(begun if is_heading else number, total, "epoch"), True
    return (None, False) if inner is None else (Progress(*inner), True)


def _read_inner(text: str, *, is_newest: bool) -> _Inner | None:
    bar = _BAR.search(text)
    if bar is not None:
        if _BESIDE.search(text[: bar.start()]):
            return None
        found = _Inner(float(bar[2]), float(bar[3]), "") if bar[2] else _Inner(float(bar[1]), 100.0, "%")
    else:
        counts = _BATCHES.search(text)
        if counts is None:
            return None
        done, total = (group for group in counts.groups() if group)
        found = _Inner(float(done), float(total), "step" if counts[1] else "")
    if found.total <= 0 or found.done > found.total:
        return None
    return found if is_newest or found.done < found.total else None


def _find_total(params: Mapping[str, Value], names: frozenset[str]) -> float | None:
    """The number that the params have under these names, bare or at the end of a dotted key; None where they differ."""
    found = {
        float(value)
        for key, value in params.items()
        if key.rpartition(".")[2].lower().replace("-", "_") in names
        and isinstance(value, (int, float))
        and not isinstance(value, bool)
        and 0 < value < 1e15
    }
    return found.pop() if len(found) == 1 else None
