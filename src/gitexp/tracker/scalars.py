"""Values of params and tags as a record holds them: what has no form of its own becomes text."""

from __future__ import annotations

import os
from _collections_abc import Mapping
from enum import Enum

from gitexp.tracker.numbers import clean_name, describe_kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Plain = bool | int | float | str | list["Plain"] | dict[str, "Plain"] | None
_DEEPEST = 16
_LONGEST_TEXT = 10_000
_LONGEST_ARRAY = 100


def flatten(params: Mapping[Any, object]) -> dict[str, Plain]:
    """Nested params as flat dotted names; a list is one value, an empty mapping stays ``{}``."""
    flat: dict[str, Plain] = {}
    _flatten(flat, params, "", _DEEPEST)
    return flat


def _flatten(flat: dict[str, Plain], params: Mapping[Any, object], prefix: str, deepest: int) -> None:
    for key, value in params.items():
        name = prefix + clean_name(key)
        inner = open_mapping(value)
        if inner and deepest:
            _flatten(flat, inner, name + ".", deepest - 1)
        else:
            flat[name] = to_plain(value)


def open_mapping(value: object) -> Mapping[Any, object] | None:
    """What a value maps: a dict, the arguments that argparse made, or a dataclass; None for anything else."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, type):
        return None
    fields = getattr(value, "__dataclass_fields__", None)
    if isinstance(fields, dict):
        return {name: getattr(value, name, None) for name in fields}
    if type(value).__name__ in {"Namespace", "SimpleNamespace"}:
        return dict(vars(value))
    return None


def to_plain(value: object, deepest: int = _DEEPEST) -> Plain:
    """A value that a record can hold: scalars as they are, arrays of up to 100 numbers as lists, else text."""
    if value is None or type(value) in {bool, int, float}:
        return value  # type: ignore[return-value]
    if isinstance(value, Enum):
        return to_plain(value.value, deepest - 1) if deepest else clean_name(value.name)
    if isinstance(value, str):
        return _cut(clean_name(value))
    if isinstance(value, int):
        return int.__int__(value)
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if isinstance(value, (bytes, bytearray)):
        return _cut(bytes(value).decode("utf-8", "backslashreplace"))
    return _plain_container(value, deepest)


def _plain_container(value: object, deepest: int) -> Plain:
    inner = open_mapping(value)
    if inner is not None and deepest:
        return {clean_name(key): to_plain(item, deepest - 1) for key, item in inner.items()}
    if isinstance(value, (list, tuple, range)) and deepest:
        return [to_plain(item, deepest - 1) for item in value]
    if isinstance(value, (set, frozenset)) and deepest:
        return [to_plain(item, deepest - 1) for item in sorted(value, key=repr)]
    if isinstance(value, type) or (callable(value) and hasattr(value, "__qualname__")):
        return clean_name(f"{value.__module__}.{value.__qualname__}")
    return _plain_array(value, deepest)


def _plain_array(value: object, deepest: int) -> Plain:
    to_list = getattr(value, "tolist", None)
    shape = getattr(value, "shape", None)
    if callable(to_list) and isinstance(shape, tuple) and deepest:
        count = 1
        for length in shape:
            count *= int(length)
        if count > _LONGEST_ARRAY:
            return describe_kind(value)
        found = to_list()
        return clean_name(str(value)) if found is value else to_plain(found, deepest - 1)
    return _cut(clean_name(str(value)))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"
