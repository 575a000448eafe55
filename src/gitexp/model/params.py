"""Params: nested mappings made flat, words made values, and several sources made one without losing any."""

from __future__ import annotations

import json
import math
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import InvalidValue
from gitexp.model.scalars import parse_plain
from gitexp.model.values import equal_values, format_value, is_scalar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gitexp.model.values import Params, Value


_ASSIGNED = "--param"


class Rank(IntEnum):
    """Whose word counts where two sources differ: the smaller one's."""

    ASSIGNMENT = 0
    """``--param`` of ``exp run``."""
    FLAG = 1
    """A flag among the command's arguments."""
    NAMED_FILE = 2
    """A config file among the command's arguments."""
    HYDRA = 3
    """``.hydra/config.yaml``, which the run wrote."""
    FILE = 4
    """A params file that was declared or found by its name."""


class ParamSource(NamedTuple):
    """Where params were found: ``--param``, ``flag`` or the path of a file; ``values`` may be nested."""

    name: str
    values: Mapping[str, object]
    rank: Rank


class MergedParams(NamedTuple):
    """A run's params and, by the same keys, the name of the source of each."""

    params: Params
    sources: dict[str, str]


def flatten(mapping: Mapping[str, object]) -> Params:
    """A nested mapping as one of dotted keys; a list is one value, an empty mapping stays ``{}``.

    Where a dotted key and a nested one meet (``a.b: 1`` beside ``a: {b: 2}``) the first in the text keeps the name
    and the next is ``a.b#2``. Keys that are no strings become the text that YAML would have for them.
    """
    params: Params = {}
    for key, value in _leaves(mapping, ""):
        params[_free_key(params, key)] = value
    return params


def _leaves(mapping: Mapping[str, object], prefix: str) -> Iterator[tuple[str, Value]]:
    for key, value in mapping.items():
        dotted = prefix + _key_text(key)
        if isinstance(value, dict) and value:
            yield from _leaves(value, dotted + ".")
        else:
            yield dotted, _plain_value(value)


def _key_text(key: object) -> str:
    return key if isinstance(key, str) else format_value(key) if is_scalar(key) else str(key)


def _plain_value(value: object) -> Value:
    if isinstance(value, dict):
        return {_key_text(key): _plain_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain_value(item) for item in value]
    return value if is_scalar(value) else str(value)


def _free_key(params: Mapping[str, Value], key: str) -> str:
    """The key, or the first of ``key#2``, ``key#3`` … that nothing has yet."""
    free, number = key, 1
    while free in params:
        number += 1
        free = f"{key}#{number}"
    return free


def merge_params(sources: Sequence[ParamSource]) -> MergedParams:
    """All sources as one: equal values once; where they differ the source of smaller rank has the bare key.

    The other value stays under ``<source>:<key>``, as in ``params.yaml:lr``. Among sources of equal rank the first
    given counts. No value of any source is ever lost.
    """
    params: Params = {}
    names: dict[str, str] = {}
    flat = [(source.name, flatten(source.values)) for source in sorted(sources, key=lambda source: source.rank)]
    for name, values in flat:
        for key, value in values.items():
            if key not in params:
                params[key], names[key] = value, name
    for name, values in flat:
        for key, value in values.items():
            if equal_values(params[key], value):
                continue
            full = f"{name}:{key}"
            if full in params and equal_values(params[full], value):
                continue
            full = _free_key(params, full)
            params[full], names[full] = value, name
    return MergedParams(params, names)


def prefer_said(found: MergedParams, said: Params, name: str, hidden: str) -> tuple[MergedParams, tuple[str, ...]]:
    """Params with those that the script itself said, from the source ``name``: these are what really ran.

    Another value that was found stays under ``<source>:<key>``, unless it is the same in other words (a flag's ``1``
    for ``1.0``) or ``hidden``. ``--param`` alone is not outranked: the second result names the keys in which the
    script says otherwise.
    """
    params, names = dict(found.params), dict(found.sources)
    contradicted: list[str] = []
    for key, value in said.items():
        old, source = params.get(key), names.get(key, "start")
        is_same = key not in params or old == hidden or _is_same_word(old, value)
        full = f"{name if source == _ASSIGNED else source}:{key}"
        if source == _ASSIGNED and not is_same:
            contradicted.append(key)
            params[full], names[full] = value, name
        elif source != _ASSIGNED:
            params[key], names[key] = value, name
            if not is_same and not equal_values(params.get(full, value), old):
                full = _free_key(params, full)
                params[full], names[full] = old, source
    return MergedParams(params, names), tuple(contradicted)


def _is_same_word(one: Value, other: Value) -> bool:
    if is_scalar(one) and is_scalar(other):
        return one == other or format_value(one) == format_value(other)
    return equal_values(one, other)


def parse_assignment(text: str) -> tuple[str, Value]:
    """``lr=0.1`` or ``model.depth=4`` as a key and a typed value. InvalidValue when it is not of that form."""
    key, sign, value = text.partition("=")
    if not sign:
        raise InvalidValue("param", text, "has no '='", hint="--param lr=0.1")
    if not key.strip():
        raise InvalidValue("param", text, "has no name before the '='", hint="--param lr=0.1")
    return key.strip(), parse_value(value.strip())


def format_assignment(key: str, value: Value) -> str:
    """The text of which parse_assignment makes this key and value."""
    if isinstance(value, str):
        read = value == value.strip() and parse_value(value)
        text = value if isinstance(read, str) and read == value else json.dumps(value, ensure_ascii=False)
    else:
        text = format_value(value)
    return f"{key}={text}"


def parse_value(text: str) -> Value:
    """A word of a command line as a typed value.

    The scalars of YAML 1.2, besides Python's ``None``, ``inf`` and ``nan``; JSON for lists and mappings; quotes for
    text as it is (``'"1"'``). Everything else is text, so are the empty word, ``~``, digits grouped by ``_`` (as in
    ``2026_01_05``) and what would overflow (a commit id such as ``1234e567``).
    """
    if text in _WORDS:
        return _WORDS[text]
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"":
        return _unquote(text)
    if text.startswith(("[", "{")):
        return _parse_json(text)
    if "_" in text:
        return text
    value = parse_plain(text)
    if isinstance(value, float) and math.isinf(value) and "inf" not in text.lower():
        return text
    return value


_WORDS: dict[str, Value] = {
    "": "",
    "~": "~",
    "None": None,
    **dict.fromkeys(("inf", "Inf", "INF", "+inf"), math.inf),
    **dict.fromkeys(("-inf", "-Inf", "-INF"), -math.inf),
    **dict.fromkeys(("nan", "NaN", "NAN"), math.nan),
}


def _unquote(text: str) -> str:
    inner = text[1:-1]
    if text[0] == "'":
        return inner.replace("''", "'")
    try:
        read = json.loads(text)
    except ValueError:
        return inner
    return read if isinstance(read, str) else inner


def _parse_json(text: str) -> Value:
    try:
        return _plain_value(json.loads(text))
    except (ValueError, RecursionError):  # not JSON, then text; or nested too deep to be meant
        return text
