"""Step counters in output lines: ``Epoch 3/10``, ``Step [100/600]``, ``iter 100:``, ``[12]`` of boosters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gitexp.model.steps import parse_number, step_fineness

if TYPE_CHECKING:
    from gitexp.model.metrics import Step

_NAME = r"(global[_ ]?step|step|iteration|iter|update|batch|round|episode|generation|epoch|ep)"
_COUNTER = re.compile(
    rf"(?<![\w/.'-]){_NAME}(?:\((?:train|val|test)\))?\s*[:=#]?\s*[\[(]?\s*([0-9]+(?:\.[0-9]+)?)(?![\w%]|[.:][0-9])",
    re.IGNORECASE,
)
_IT = re.compile(r"(?<![\w/.'-])it\s*[:=]\s*([0-9]+)(?![\w.])", re.IGNORECASE)
_BOOSTER = re.compile(r"\[([0-9]+)\]\s+\S|([0-9]+):\s+(?:learn|test):")
_HEADING = re.compile(
    rf"[\W_]*(?:start(?:ing)?|begin(?:ning)?|training|train|running)?\s*{_NAME}\s*[:=#]?\s*[\[(]?\s*([0-9]+)"
    r"\s*(?:(?:/|of)\s*[0-9]+)?[\W_]*",
    re.IGNORECASE,
)
_BAR = re.compile(r"[0-9]%\s?\||[0-9]/[0-9?]+ (?:\[[=>.#\- ]+\]|[━─╸╺])|[━]{3}|\[[=#]{3,}[>.\-# ]*\]")


class Counter(NamedTuple):
    """A step and where its number stands in the line."""

    step: Step
    at: int


def read_step(text: str) -> Counter | None:
    """The finest counter of a line; None where nothing counts."""
    best: tuple[int, re.Match[str]] | None = None
    for found in _COUNTER.finditer(text):
        fineness = step_fineness(found[1].replace(" ", "_"))
        if fineness is not None and (best is None or fineness < best[0]):
            best = (fineness, found)
    if best is not None:
        return _counter(best[1], 2)
    other = _IT.search(text) or _BOOSTER.match(text)
    return _counter(other, other.lastindex or 1) if other else None


def read_heading(text: str) -> Counter | None:
    """The counter of a line that holds nothing else, as Keras prints before each epoch's bar."""
    found = _HEADING.fullmatch(text) if len(text) <= 100 else None
    return _counter(found, 2) if found else None


def _counter(found: re.Match[str], group: int) -> Counter | None:
    step = parse_number(found[group])
    return None if step is None else Counter(step, found.start(group))


def has_bar(text: str) -> bool:
    """Whether a line shows a progress bar."""
    return _BAR.search(text) is not None
