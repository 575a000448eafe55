"""Metrics in output lines that are records: a JSON object, or a dict as Python prints it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from gitexp.capture.metric_names import Kind, classify_name
from gitexp.model.steps import find_step, is_time, parse_number, read_numbers, step_fineness

if TYPE_CHECKING:
    from collections.abc import Collection

    from gitexp.model.metrics import Number, Step

_LONGEST_PREFIX = 300
_DEEPEST = 8
_WRAPPED = re.compile(r"(?:np\.|numpy\.|torch\.)?\b(?:float\d*|int\d*|tensor)\(([-+.\w]+)[^()]*\)")
_PYTHON_WORDS = re.compile(r"\b(?:nan|inf|None|True|False)\b(?=\s*[,}\]])")
_JSON_WORDS = {"nan": "NaN", "inf": "Infinity", "None": "null", "True": "true", "False": "false"}
_LOG_KEYS = frozenset(("msg", "message", "level", "levelname", "severity", "logger", "lineno", "event"))


class Record(NamedTuple):
    """The metrics of a record and its step, each with which of all its numbers it is."""

    found: list[tuple[str, Number, int]]
    step: Step | None
    step_at: int | None
    numbers: list[Number]


def read_record(text: str, known: Collection[str]) -> Record | None:
    """The metrics and the step of a line that ends in a record; None for a line that does not.

    Every number counts when one of them has a metric's name, or when a counter and no text stands beside them; in the
    records of structured logging only those with a metric's name do.
    """
    start = text.find("{")
    text = text.rstrip()
    if start < 0 or start > _LONGEST_PREFIX or text[-1:] != "}":
        return None
    record = _parse(text[start:])
    if record is None:
        return Record([], None, None, [])
    numbers = list(read_numbers(_with_numbers(record)))
    values = [value for _, value in numbers]
    counter = find_step(name for name, _ in numbers)
    step_at = next((at for at, (name, _) in enumerate(numbers) if name == counter), None)
    step = None if step_at is None else values[step_at]
    kinds = {name: Kind.METRIC if name in known else classify_name(name) for name, _ in numbers}
    named = any(kind >= Kind.WEAK for kind in kinds.values())
    texts = any(isinstance(value, str) and parse_number(value) is None for value in record.values())
    if not named and (counter is None or texts):
        return Record([], step, step_at, values)
    least = Kind.WEAK if _LOG_KEYS & record.keys() or (texts and counter is None) else Kind.SETTING
    if least is Kind.SETTING and not named:
        least = Kind.UNKNOWN
    found = [
        (name, value, at)
        for at, (name, value) in enumerate(numbers)
        if kinds[name] >= least and step_fineness(name) is None and not is_time(name)
    ]
    return Record(found, step, step_at, values)


def _parse(text: str) -> dict[str, Any] | None:
    for form in (text, _as_json(text) if "'" in text else None):
        if form is None:
            continue
        try:
            record = json.loads(form)
        except (ValueError, RecursionError):  # not of this form: the next one, or no record at all
            continue
        if isinstance(record, dict) and _is_shallow(record, _DEEPEST):
            return record
    return None


def _as_json(text: str) -> str:
    text = text.replace("'", '"')
    if "(" in text:
        text = _WRAPPED.sub(r"\1", text)
    return _PYTHON_WORDS.sub(lambda found: _JSON_WORDS[found[0]], text)


def _with_numbers(record: dict[str, Any]) -> dict[str, Any]:
    """The record with numbers for texts that are numbers: trainers print ``{'loss': '0.5'}``."""
    numbers: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            numbers[key] = _with_numbers(value)
        elif isinstance(value, str):
            number = parse_number(value)
            numbers[key] = value if number is None else number
        else:
            numbers[key] = value
    return numbers


def _is_shallow(value: object, depth: int) -> bool:
    if not isinstance(value, dict):
        return True
    return depth > 0 and all(_is_shallow(item, depth - 1) for item in value.values())
