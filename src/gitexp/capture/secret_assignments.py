"""Secrets that a name gives away inside a text: ``API_KEY=…``, ``"password": "…"``, ``--token …``, ``?token=…``."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from gitexp.capture.secret_names import HEADS, Secrecy, classify_name
from gitexp.capture.secret_values import is_code, is_secret_value, looks_assigned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_NAME = b"abcdefghijklmnopqrstuvwxyz0123456789_.-"
_LONGEST_NAME = 64
_LONGEST_VALUE = 4096
_QUOTES = b"\"'`"
_ESCAPES = re.compile(rb"\x1b\[[0-9;]*m")
_UNQUOTED = re.compile(rb"[^\s\"'`\x00-\x1f]{1,4096}")
_QUOTED = {quote: re.compile(rb"(?:[^\\\n%c]|\\.){0,4096}+" % quote) for quote in _QUOTES}
_ESCAPED = re.compile(rb"[^\\\n\"'`]{0,4096}+")
_NEXT_NAME = re.compile(rb"[,;&](?=\s*[\w.\"'-]{1,64}\s?[=:])")


def find_assigned(
    data: bytes,
    lower: bytes,
    *,
    prose: bool,
    classify: Callable[[str], Secrecy] = classify_name,
    heads: tuple[str, ...] = HEADS,
) -> Iterator[tuple[int, int]]:
    """Start and end of each value that stands behind a telling name.

    ``prose`` is for what people and programs print: there the word after ``password:`` must not look like the next
    word of a sentence.
    """
    for head in heads:
        if head.encode() not in lower:
            continue
        for match in _compile_head(head).finditer(lower):
            found = _read_value(data, lower, match, prose=prose, classify=classify)
            if found is not None:
                yield found


@functools.cache
def _compile_head(head: str) -> re.Pattern[bytes]:
    # Possessive: no part of it is tried twice, so that a long line costs no more than its length.
    return re.compile(
        re.escape(head.encode())
        + rb"[\w-]{0,32}+(?:\\?[\"'`]|\]){0,3}+"
        + rb"(?:(?P<sign>[ \t]{0,4}+(?::=|=>|={1,3}|:)[ \t]{0,4}+)|(?P<gap>[ \t]{1,4}+))"
    )


def _read_value(
    data: bytes, lower: bytes, match: re.Match[bytes], *, prose: bool, classify: Callable[[str], Secrecy]
) -> tuple[int, int] | None:
    before = lower[max(0, match.start() - _LONGEST_NAME) : match.start()]
    name_start = match.start() - (len(before) - len(before.rstrip(_NAME)))
    name = data[name_start : match.end()].decode("latin-1")
    sign = name[match.start("sign") - name_start :] if match["sign"] is not None else ""
    if not sign and not name.startswith("-"):
        return None
    name = name[: len(name) - len(match["sign"] or match["gap"])].rstrip("\"'`]\\").lstrip("-.")
    secrecy = classify(name)
    if secrecy is Secrecy.NO:
        return None
    start, end, quoted = _measure_value(data, match.end())
    value = data[start:end].decode("latin-1")
    if not is_secret_value(secrecy, value):
        return None
    if not quoted and (is_code(value) or value.startswith("--" if sign else "-")):
        return None
    spaced = not sign or sign.strip() in {":", "=>"} or sign != sign.strip()
    if prose and not quoted and spaced and not looks_assigned(value):
        return None
    return start, end


def _measure_value(data: bytes, position: int) -> tuple[int, int, bool]:
    """Start, end and whether it is quoted, of the value that begins at ``position``."""
    start = position
    while data[start : start + 1] in (b"b", b"r", b"f", b"u", b"B", b"R", b"F", b"U") and start < position + 2:
        start += 1
    escaped = data[start : start + 1] == b"\\"
    quote = data[start + 1 : start + 2] if escaped else data[start : start + 1]
    if quote and quote in _QUOTES:
        start += 2 if escaped else 1
        found = (_ESCAPED if escaped else _QUOTED[quote[0]]).match(data, start)
        return start, found.end() if found else start, True
    found = _UNQUOTED.match(data, position)
    if found is None:
        return position, position, False
    end = found.end()
    cut = _NEXT_NAME.search(data, position, min(len(data), end + 80))
    if cut is not None and cut.start() < end:
        end = cut.start()
    return position, position + len(data[position:end].rstrip(b",;)]}")), False
