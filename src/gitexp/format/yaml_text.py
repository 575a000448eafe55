"""The door to YAML: text to values by the rules of YAML 1.2, with nothing in it that can run or explode."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from gitexp.format.yaml_parsing import YamlError, decode_yaml, open_parser
from gitexp.format.yaml_writing import FlowDict, FlowList, dump_yaml
from gitexp.model.scalars import parse_plain

if TYPE_CHECKING:
    from collections.abc import Callable

    Path = tuple["str | int", ...]
    Lines = dict[Path, int]

__all__ = ["FlowDict", "FlowList", "YamlError", "dump_yaml", "load_yaml", "load_yaml_with_lines"]

MAX_BYTES = 16_000_000
MAX_DEPTH = 64
MAX_ALIASES = 100
MAX_ALIASED_NODES = 100_000

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[-+]\d\d:\d\d)", re.ASCII)
_TAG = "tag:yaml.org,2002:"


def load_yaml(
    data: bytes | str,
    *,
    what: str = "YAML",
    max_bytes: int = MAX_BYTES,
    max_depth: int = MAX_DEPTH,
    max_aliases: int = MAX_ALIASES,
    timestamps: bool = False,
) -> Any:
    """The one document of a YAML text as dicts, lists and scalars; None for an empty text.

    Keys are strings as they are written (``1:`` gives ``"1"``). With ``timestamps`` an unquoted instant that names
    its zone becomes an aware datetime. YamlError for what is not YAML, is too large or too deep, has a key twice, a
    tag beyond the core schema, or aliases that multiply.
    """
    return _Builder(data, what, max_bytes, max_depth, max_aliases, timestamps, None).document()


def load_yaml_with_lines(data: bytes | str, *, what: str = "YAML", max_bytes: int = MAX_BYTES) -> tuple[Any, Lines]:
    """The document as `load_yaml` gives it, and the line of each key and list item by its path."""
    lines: Lines = {}
    return _Builder(data, what, max_bytes, MAX_DEPTH, MAX_ALIASES, False, lines).document(), lines


class _Builder:
    """Builds values straight from PyYAML's events.

    Its composers are not used: the one in C recurses without a bound and dies of a segmentation fault at some tens
    of thousands of ``[``, and both apply the rules of YAML 1.1.
    """

    def __init__(
        self,
        data: bytes | str,
        what: str,
        max_bytes: int,
        max_depth: int,
        max_aliases: int,
        timestamps: bool,
        lines: Lines | None,
    ) -> None:
        import yaml

        self._what = what
        self._events = yaml.events
        self._error = yaml.error.YAMLError
        self._parser = open_parser(decode_yaml(data, what, max_bytes), what)
        self._max_depth = max_depth
        self._aliases_left = max_aliases
        self._aliased_nodes_left = MAX_ALIASED_NODES
        self._timestamps = timestamps
        self._lines = lines
        self._anchors: dict[str, Any] = {}
        self._tags: dict[str, Callable[[str], object]] = {"str": str, "null": parse_plain, "bool": parse_plain}
        self._tags |= {"int": parse_plain, "float": lambda text: _float(parse_plain(text))}

    def document(self) -> Any:
        self._next()  # the start of the stream
        event = self._next()
        if isinstance(event, self._events.StreamEndEvent):
            return None
        value = self._node(self._next(), (), self._max_depth)
        self._next()  # the end of the document
        after = self._next()
        if not isinstance(after, self._events.StreamEndEvent):
            raise self._refusal(after, "a second document; one is expected")
        return value

    def _next(self) -> Any:
        try:
            return self._parser.get_event()
        except self._error as error:
            mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
            why = getattr(error, "problem", None) or str(error)
            raise YamlError(self._what, mark.line + 1 if mark else None, str(why)) from None
        except (ValueError, OverflowError) as error:  # the parser in Python, at "\U00110000"
            raise YamlError(self._what, None, str(error)) from None

    def _refusal(self, event: Any, why: str) -> YamlError:
        return YamlError(self._what, event.start_mark.line + 1, why)

    def _node(self, event: Any, path: Path, depth: int) -> Any:
        if isinstance(event, self._events.ScalarEvent):
            value = self._scalar(event)
        elif isinstance(event, self._events.AliasEvent):
            return self._alias(event, depth)
        else:
            if depth <= 0:
                raise self._refusal(event, f"nested deeper than {self._max_depth} levels")
            kind = "map" if isinstance(event, self._events.MappingStartEvent) else "seq"
            if event.tag not in (None, "!", _TAG + kind):
                raise self._refusal(event, f"unknown tag {event.tag}")
            value = self._mapping(path, depth - 1) if kind == "map" else self._sequence(path, depth - 1)
        if event.anchor is not None:
            self._anchors[event.anchor] = value
        return value

    def _scalar(self, event: Any) -> object:
        tag, text = event.tag, event.value
        if tag is None and event.implicit[0]:
            if self._timestamps and _INSTANT.fullmatch(text):
                try:
                    return datetime.fromisoformat(text.upper())
                except ValueError as error:
                    raise self._refusal(event, str(error)) from None
            return parse_plain(text)
        if tag in (None, "!"):
            return text
        name = tag.removeprefix(_TAG)
        if name == tag or name not in self._tags:
            raise self._refusal(event, f"unknown tag {tag}")
        value = self._tags[name](text)
        kinds = {"str": str, "null": type(None), "bool": bool, "int": int, "float": float}
        if type(value) is not kinds[name]:
            raise self._refusal(event, f"{text!r} is not of type {name}")
        return value

    def _alias(self, event: Any, depth: int) -> Any:
        if event.anchor not in self._anchors:
            raise self._refusal(event, f"alias *{event.anchor} stands for nothing before it")
        self._aliases_left -= 1
        if self._aliases_left < 0:
            raise self._refusal(event, "too many aliases")
        return self._copy(self._anchors[event.anchor], event, depth)

    def _copy(self, value: Any, event: Any, depth: int) -> Any:
        self._aliased_nodes_left -= 1
        if self._aliased_nodes_left < 0:
            raise self._refusal(event, "aliases that multiply")
        if not isinstance(value, (dict, list)):
            return value
        if depth <= 0:
            raise self._refusal(event, f"nested deeper than {self._max_depth} levels")
        if isinstance(value, dict):
            return {key: self._copy(item, event, depth - 1) for key, item in value.items()}
        return [self._copy(item, event, depth - 1) for item in value]

    def _sequence(self, path: Path, depth: int) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := self._next(), self._events.SequenceEndEvent):
            inner = (*path, len(items))
            if self._lines is not None:
                self._lines[inner] = event.start_mark.line + 1
            items.append(self._node(event, inner, depth))
        return items

    def _mapping(self, path: Path, depth: int) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        merged: list[dict[str, Any]] = []
        while not isinstance(event := self._next(), self._events.MappingEndEvent):
            key = self._key(event)
            if key == "<<" and event.style in (None, ""):
                merged.extend(self._merged(event, path, depth))
                continue
            if key in mapping:
                raise self._refusal(event, f"key {key!r} stands twice")
            inner = (*path, key)
            if self._lines is not None:
                self._lines[inner] = event.start_mark.line + 1
            mapping[key] = self._node(self._next(), inner, depth)
        if not merged:
            return mapping
        whole: dict[str, Any] = {}
        for other in reversed(merged):  # what is merged first is stronger, and the mapping's own keys are strongest
            whole.update(other)
        whole.update(mapping)
        return whole

    def _key(self, event: Any) -> str:
        if isinstance(event, self._events.AliasEvent):
            value = self._alias(event, self._max_depth)
            if isinstance(value, str):
                return value
        elif isinstance(event, self._events.ScalarEvent):
            if event.anchor is not None:
                self._anchors[event.anchor] = event.value
            return str(event.value)
        raise self._refusal(event, "a key must be a word, not a list or mapping")

    def _merged(self, key: Any, path: Path, depth: int) -> list[dict[str, Any]]:
        value = self._node(self._next(), (*path, "<<"), depth)
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(one, dict) for one in values):
            raise self._refusal(key, "<< needs a mapping or a list of mappings")
        return values


def _float(value: object) -> object:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
