"""Values to YAML text that readers of YAML 1.1 and of 1.2 read alike, the same bytes for the same values."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_WORDS = frozenset(["", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "=", "<<", "..."])
_NUMBER_LIKE = re.compile(
    r"[-+]?(?:0x[0-9a-f_]+|0o[0-7_]+|0b[01_]+|[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?|[0-9_]*\.?[0-9_]*(?:e[-+]?[0-9]*)?"
    r"|\.(?:inf|nan))|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[t\s].*)?",
    re.IGNORECASE,
)
_PLAIN = re.compile(
    r"-{0,2}[^\x00-/:-@\[-`{-\xbf](?:[A-Za-z0-9_./+=@%~^()$;<>\\-]|[^\x00-\xa0]| (?=[^ #]))*|[./_][A-Za-z0-9./_-]*"
)
# Controls, invisible and direction-changing characters, lone surrogates, non-characters: never raw in a record that
# people read. A fixed list: str.isprintable() changes with the Unicode version of the interpreter.
_ESCAPED = re.compile(
    "[\x00-\x1f\x7f-\xa0\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff0-\uffff]"
)
_TO_ESCAPE = re.compile('["\\\\]|' + _ESCAPED.pattern)
_NAMED = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\", "\0": "\\0", "\x1b": "\\e"}
_LONGEST_SIMPLE_KEY = 250  # readers stop at 1024 bytes of UTF-8; beyond that a key needs "? "


class FlowDict(dict[str, Any]):
    """A mapping that is written on one line."""

    __slots__ = ()


class FlowList(list[Any]):
    """A list that is written on one line."""

    __slots__ = ()


def dump_yaml(mapping: Mapping[str, Any]) -> str:
    """A mapping as YAML text in block style, keys in their order, whatever is in a FlowDict or FlowList on one line.

    Takes None, bool, int, float, str, aware datetimes, and lists and mappings with string keys of them; TypeError
    for anything else. `load_yaml` gives the same values back.
    """
    if not mapping:
        return "{}\n"
    return "\n".join(_block_mapping(mapping, "")) + "\n"


def dump_scalar(value: object) -> str:
    """One scalar as YAML text on one line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        return _dump_float(float(value))
    if isinstance(value, str):
        return _dump_string(str(value))
    if isinstance(value, datetime):
        return _dump_instant(value)
    raise TypeError(f"YAML text of a {type(value).__name__}")


def _dump_float(value: float) -> str:
    if math.isnan(value):
        return ".nan"
    if math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    text = float.__repr__(value)
    # PyYAML reads 1e-05 as a string: its floats need a point.
    return text.replace("e", ".0e") if "e" in text and "." not in text else text


def _dump_instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise TypeError("YAML text of a datetime without a zone")
    return value.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def _dump_string(text: str) -> str:
    if _ESCAPED.search(text):
        return '"' + _TO_ESCAPE.sub(_escape, text) + '"'
    if text.casefold() not in _WORDS and not _NUMBER_LIKE.fullmatch(text) and _PLAIN.fullmatch(text):
        return text
    return "'" + text.replace("'", "''") + "'"


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    code = ord(character)
    return _NAMED.get(character) or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")


def _key_text(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"YAML text of a key of type {type(key).__name__}")
    return _dump_string(str(key))


def _inline(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_inline_key(key)}: {_inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return dump_scalar(value)


def _inline_key(key: object) -> str:
    text = _key_text(key)
    return text if len(text) <= _LONGEST_SIMPLE_KEY else f"? {text} "


def _is_block(value: object) -> bool:
    return bool(value) and isinstance(value, (dict, list, tuple)) and not isinstance(value, (FlowDict, FlowList))


def _block_mapping(mapping: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, value in mapping.items():
        text = _key_text(key)
        head = f"{indent}{text}:"
        if len(text) > _LONGEST_SIMPLE_KEY:
            yield f"{indent}? {text}"
            head = f"{indent}:"
        if _is_block(value):
            yield head
            yield from _block(value, indent + "  ")
        else:
            yield f"{head} {_inline(value)}"


def _block(value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, dict):
        yield from _block_mapping(value, indent)
        return
    for item in value:
        if _is_block(item):
            lines = _block(item, indent + "  ")
            yield f"{indent}- {next(lines)[len(indent) + 2 :]}"
            yield from lines
        else:
            yield f"{indent}- {_inline(item)}"
