"""Text that any reader can read: no half characters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gitexp.model.values import Value

_SURROGATE = re.compile("[\ud800-\udfff]")


def replace_surrogates(text: str) -> str:
    """The text with each lone surrogate as an escape: ``\\xff`` for a byte that was not UTF-8, else ``\\ud800``."""
    return _SURROGATE.sub(_escape, text)


def replace_surrogates_in(value: Value) -> Value:
    """The same in every text of a value."""
    if isinstance(value, str):
        return replace_surrogates(value)
    if isinstance(value, list):
        return [replace_surrogates_in(one) for one in value]
    if isinstance(value, dict):
        return {replace_surrogates(key): replace_surrogates_in(one) for key, one in value.items()}
    return value


def _escape(match: re.Match[str]) -> str:
    number = ord(match[0])
    return f"\\x{number - 0xDC00:02x}" if 0xDC80 <= number <= 0xDCFF else f"\\u{number:04x}"
