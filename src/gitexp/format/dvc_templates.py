"""The templates of ``dvc.yaml``: which stages a ``foreach`` or ``matrix`` makes, and what ``${item}`` is there."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

from gitexp.model.values import format_value, is_scalar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_STAGES = 10_000
"""Of one ``foreach`` or ``matrix``."""

_PLACE = re.compile(r"\$\{\s*([^{}]*?)\s*\}")


def find_contexts(stage: Mapping[str, Any], variables: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """For each stage that a definition makes what follows ``stage`` in its name, and the values of its templates.

    A plain stage makes one, which has neither. A list that is itself a template of something that another file has
    makes none.
    """
    if "foreach" in stage:
        items = _look_up(stage["foreach"], variables)
        for key, item in itertools.islice(_items(items), MOST_STAGES):
            yield f"@{key}", {"item": item, "key": key}
    elif "matrix" in stage:
        yield from itertools.islice(_combine(stage["matrix"], variables), MOST_STAGES)
    else:
        yield "", {}


def fill_template(text: str, context: Mapping[str, Any]) -> str:
    """The text with each ``${…}`` that the context has a scalar for; the others stay as they are."""

    def fill(found: re.Match[str]) -> str:
        value = _find(found[1], context)
        return format_value(value) if is_scalar(value) and value is not None else found[0]

    return _PLACE.sub(fill, text)


def _items(value: object) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        plain = all(is_scalar(one) for one in value)
        for number, one in enumerate(value):
            yield format_value(one) if plain else str(number), one


def _combine(value: object, variables: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    if not isinstance(value, dict):
        return
    axes = []
    for name, values in value.items():
        values = _look_up(values, variables)
        entries = values if isinstance(values, list) else []
        axes.append([(_name_value(name, number, one), one) for number, one in enumerate(entries)])
    for chosen in itertools.product(*axes):
        key = "-".join(word for word, _ in chosen)
        yield f"@{key}", {"item": dict(zip(value, (one for _, one in chosen), strict=True)), "key": key}


def _name_value(name: str, number: int, value: object) -> str:
    return format_value(value) if is_scalar(value) else f"{name}{number}"


def _look_up(value: object, variables: Mapping[str, Any]) -> object:
    """What a template stands for where it is all of a value."""
    if not isinstance(value, str):
        return value
    found = _PLACE.fullmatch(value.strip())
    return _find(found[1], variables) if found is not None else None


def _find(name: str, context: Mapping[str, Any]) -> Any:
    value: Any = context
    for part in re.split(r"\.|\[|\]\.?", name.removesuffix("]")):
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdecimal() and len(part) < 6 and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value
