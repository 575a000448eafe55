"""Names that users give to runs, and tags."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gitexp.errors import InvalidValue
from gitexp.model.params import parse_value
from gitexp.model.values import Scalar, is_scalar

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAME = re.compile(r"[\w][\w.+=-]*")
_LONGEST = 100
_TAKEN = {"last"}


def parse_name(text: str) -> str:
    """Reads a name given to a run: letters, digits and ``. _ + = -``, as it has to be typed again. InvalidValue."""
    if not _NAME.fullmatch(text) or len(text) > _LONGEST or text in _TAKEN:
        near = re.sub(r"[^\w.+=-]+", "-", text).strip("-.+=")[:_LONGEST]
        why = "is what a run spec calls the newest run" if text in _TAKEN else "letters, digits and . _ + = - only"
        raise InvalidValue("name", text, why, hint=f"--name {near}" if near and near not in _TAKEN else None)
    return text


def parse_tags(texts: Iterable[str]) -> dict[str, Scalar]:
    """Reads ``key`` (which is true) and ``key=value``; the last word on a key counts. InvalidValue."""
    tags: dict[str, Scalar] = {}
    for text in texts:
        key, equals, word = text.partition("=")
        if not key.strip():
            raise InvalidValue("tag", text, "has no name", hint="--tag baseline --tag team=fraud")
        value = parse_value(word) if equals else True
        tags[key.strip()] = value if is_scalar(value) else word
    return tags
