"""Places in a text that are to be hidden, as spans, and the text with them replaced."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def find_known(data: bytes, secrets: Iterable[bytes]) -> Iterator[tuple[int, int]]:
    """Start and end of each place where one of these secrets stands; a number only where it is the whole number."""
    for secret in secrets:
        start = data.find(secret)
        while start >= 0:
            end = start + len(secret)
            if not (secret.isdigit() and (data[start - 1 : start].isdigit() or data[end : end + 1].isdigit())):
                yield start, end
            start = data.find(secret, end)


def replace_spans(data: bytes, spans: Iterable[tuple[int, int]], replacement: bytes) -> tuple[bytes, int]:
    """The text with each span replaced, touching ones as one, and how many there were."""
    ordered = sorted(span for span in spans if span[0] < span[1])
    if not ordered:
        return data, 0
    parts: list[bytes] = []
    done, count = 0, 0
    for start, end in _merge_spans(data, ordered):
        parts += (data[done:start], replacement)
        done, count = end, count + 1
    parts.append(data[done:])
    return b"".join(parts), count


def _merge_spans(data: bytes, ordered: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    start, end = ordered[0]
    for next_start, next_end in ordered[1:]:
        if next_start <= end:
            end = max(end, next_end)
        else:
            yield start, _end_character(data, end)
            start, end = next_start, next_end
    yield start, _end_character(data, end)


def _end_character(data: bytes, end: int) -> int:
    """The end moved behind the rest of a UTF-8 character that it would cut, at most 3 bytes."""
    limit = min(len(data), end + 3)
    while end < limit and data[end] & 0xC0 == 0x80:
        end += 1
    return end


def find_pattern(pattern: str, data: bytes) -> Iterator[tuple[int, int]]:
    """Start and end of each match of a project's own pattern."""
    # A pattern is of characters, its spans are wanted in bytes: surrogates keep what is not UTF-8.
    text = data.decode("utf-8", "surrogateescape")
    done, offset = 0, 0
    for match in re.finditer(pattern, text, re.MULTILINE):
        offset += len(text[done : match.start()].encode("utf-8", "surrogateescape"))
        yield offset, offset + len(match[0].encode("utf-8", "surrogateescape"))
        done = match.start()
