"""A part of ``registry.yaml`` with its place: whatever is wrong with it is told by line and key."""

from __future__ import annotations

import difflib
import re
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from gitexp.errors import BrokenRegistry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gitexp.format.yaml_text import Path, YamlError

LONGEST_TEXT = 20_000
_LONGEST_KEY = 128
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
_CONFLICT = re.compile(rb"^<{7}(?: .*)?\r?$", re.MULTILINE)
_TAB = "found character that cannot start any token"  # as the parser says it
_LARGEST = int(sys.float_info.max)


class Place(NamedTuple):
    """A file with the line of each of its keys and items."""

    file: str
    lines: Mapping[Path, int]

    def line(self, path: Path) -> int | None:
        """The line of a path, or of the nearest above it that has one."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[:-1]
        return None


class Node(NamedTuple):
    """A value in the file. Every method that reads it raises BrokenRegistry where it is not of that form."""

    value: Any
    path: Path
    place: Place

    def wrong(self, why: str, *, hint: str | None = None, key: str | None = None) -> BrokenRegistry:
        """What is wrong with the value, or with one of its keys."""
        path = self.path if key is None else (*self.path, key)
        words = map(str, path)
        shown = ".".join(word if len(word) <= _LONGEST_KEY else f"{word[:_LONGEST_KEY]}…" for word in words)
        return BrokenRegistry(self.place.file, self.place.line(path), shown, why, hint=hint)

    def mapping(self, known: Iterable[str] | None = None) -> dict[str, Any]:
        """A mapping, with no keys but the known ones."""
        if not isinstance(self.value, dict):
            raise self.wrong(f"{show_value(self.value)} where keys with values are expected")
        if known is not None:
            words = list(known)
            for key in self.value:
                if key not in words:
                    near = difflib.get_close_matches(key, words, n=1, cutoff=0.5)
                    hint = f"did you mean {near[0]}?" if near else "one of " + ", ".join(words)
                    raise self.wrong("unknown key", hint=hint, key=key)
        return self.value

    def items(self) -> Iterator[tuple[str, Node]]:
        """The keys of a mapping with their values; none where nothing is written."""
        if self.value is None:
            return
        for key, value in self.mapping().items():
            yield key, Node(value, (*self.path, key), self.place)

    def each(self) -> Iterator[Node]:
        """The items of a list; none where nothing is written."""
        if self.value is None:
            return
        if not isinstance(self.value, list):
            raise self.wrong(f"{show_value(self.value)} where a list is expected")
        for place, value in enumerate(self.value):
            yield Node(value, (*self.path, place), self.place)

    def get(self, key: str) -> Node | None:
        """The value of a key; None where it is not there, or null."""
        value = self.value.get(key)
        return None if value is None else Node(value, (*self.path, key), self.place)

    def need(self, key: str) -> Node:
        """The value of a key that must be there."""
        found = self.get(key)
        if found is None:
            raise self.wrong(f"{key} is missing")
        return found

    def text(self) -> str:
        """One line of text that is not empty."""
        if not isinstance(self.value, str) or not self.value or len(self.value) > LONGEST_TEXT:
            raise self.wrong(f"{show_value(self.value)} where a text is expected")
        if "\0" in self.value or any("\ud800" <= letter <= "\udfff" for letter in self.value):
            raise self.wrong("a NUL or half of a character in a text")
        return self.value

    def line(self) -> str:
        """A text of one line, without control characters."""
        if _CONTROL.search(self.text()):
            raise self.wrong(f"{show_value(self.value)} where one line of plain text is expected")
        return str(self.value)

    def flag(self) -> bool:
        """``true`` or ``false``."""
        if not isinstance(self.value, bool):
            raise self.wrong(f"{show_value(self.value)} where true or false is expected")
        return self.value

    def count(self, least: int = 0) -> int:
        """A whole number."""
        if isinstance(self.value, bool) or not isinstance(self.value, int) or not least <= self.value < 10**15:
            raise self.wrong(f"{show_value(self.value)} where a whole number from {least} on is expected")
        return self.value

    def number(self) -> int | float:
        """A number."""
        if isinstance(self.value, bool) or not isinstance(self.value, (int, float)):
            raise self.wrong(f"{show_value(self.value)} where a number is expected")
        if isinstance(self.value, int) and abs(self.value) > _LARGEST:
            raise self.wrong(f"{show_value(self.value)} where a number is expected")
        return self.value

    def texts(self) -> tuple[str, ...]:
        """A list of texts, or one text."""
        if isinstance(self.value, str):
            return (self.text(),)
        return tuple(one.text() for one in self.each())


def explain_no_yaml(data: bytes, file: str, error: YamlError) -> BrokenRegistry:
    """Why a file cannot be read at all, in words of what people do to it: they merge, and they indent with tabs."""
    conflict = _CONFLICT.search(data)
    if conflict is not None:
        place = data.count(b"\n", 0, conflict.start()) + 1
        merge = f"git diff {file}  (keep one side of it, and promote the other one again)"
        return BrokenRegistry(file, place, "", "here begins a conflict that a merge has left", hint=merge)
    hint = "spaces, no tabs" if error.why == _TAB and b"\t" in data else None
    return BrokenRegistry(file, error.line, "", error.why, hint=hint)


def show_value(value: object) -> str:
    """A value as an error tells it, cut to a part of a line."""
    shown = "nothing" if value is None else repr(value)
    return shown if len(shown) <= 60 else shown[:59] + "…"
