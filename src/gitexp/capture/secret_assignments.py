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
_JUDGED = 512
_QUOTES = b"\"'`"
# A value is judged by its first 512 bytes, so that a line of nothing but names costs no more than its length; when it
# is secret, the rest of it is too.
_PARTS: dict[str, bytes] = {
    "bare": rb"[^\s\"'`\x00-\x1f]",
    "escaped": rb"[^\\\n\"'`]",
    **{chr(quote): rb"(?:[^\\\n%c]|\\.)" % quote for quote in _QUOTES},
}
_FIRST = {kind: re.compile(part + rb"{0,%d}+" % _JUDGED) for kind, part in _PARTS.items()}
_REST = {kind: re.compile(part + rb"*+") for kind, part in _PARTS.items()}
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
        done = 0
        for match in _compile_head(head).finditer(lower):
            found = None if match.start() < done else _read_value(data, lower, match, prose=prose, classify=classify)
            if found is not None:
                yield found
                done = found[1]


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
    kind, start = _open_value(data, match.end())
    end = _end_value(data, kind, start)
    value = data[start:end].decode("latin-1")
    if not is_secret_value(secrecy, value):
        return None
    if kind == "bare":
        spaced = not sign or sign.strip() in {":", "=>"} or sign != sign.strip()
        if (
            is_code(value)
            or value.startswith("--" if sign else "-")
            or (prose and spaced and not looks_assigned(value))
        ):
            return None
    rest = _REST[kind].match(data, end) if end - start >= _JUDGED else None
    return start, rest.end() if rest else end


def _open_value(data: bytes, position: int) -> tuple[str, int]:
    """How the value at ``position`` is written, and where it begins behind its quote."""
    start = position
    while data[start : start + 1].lower() in {b"b", b"r", b"f", b"u"} and start < position + 2:
        start += 1
    quote = data[start : start + 1]
    if quote == b"\\" and data[start + 1 : start + 2] and data[start + 1] in _QUOTES:
        return "escaped", start + 2
    if quote and quote in _QUOTES:
        return quote.decode(), start + 1
    return "bare", position


def _end_value(data: bytes, kind: str, start: int) -> int:
    found = _FIRST[kind].match(data, start)
    end = found.end() if found else start
    if kind != "bare":
        return end
    cut = _NEXT_NAME.search(data, start, min(len(data), end + 80))
    if cut is not None and cut.start() < end:
        end = cut.start()
    return start + len(data[start:end].rstrip(b",;)]}"))
