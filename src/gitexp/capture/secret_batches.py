"""Many texts searched for secrets at once: those that hold nothing suspicious are dismissed together.

Asking of one small text whether it holds a token takes 35 µs, most of it the same for an empty one; 5,000 texts of
800 bytes take 0.22 s one by one and 0.03 s joined.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from gitexp.capture.credential_files import CREDENTIAL_MARKS
from gitexp.capture.private_keys import MARK
from gitexp.capture.secret_detector import find_tokens
from gitexp.capture.secret_findings import Finding, find_secrets
from gitexp.capture.secret_spans import find_known, find_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BATCH_BYTES = 250_000
"""How much is worth joining: larger batches are not faster."""
_BETWEEN = b"\n\0\n"
"""What no form of token reaches over, so that each is found as in its own text; it ends words and lines alike."""
_MARKS = tuple(dict.fromkeys((MARK, *(mark for mark in CREDENTIAL_MARKS if MARK not in mark))))
_WINDOW = 1 << 24
_OVERLAP = 1 << 17
"""Longer than any secret that is found by form."""
_OWN_PATTERN = "a pattern of redaction.patterns"


def find_suspects(texts: Sequence[bytes], patterns: Sequence[str] = ()) -> list[int]:
    """Which of the texts may hold a secret; those that are not named hold none that ``find_all_secrets`` knows."""
    if not texts:
        return []
    joined = _BETWEEN.join(texts)
    ends = list(accumulate(len(text) + len(_BETWEEN) for text in texts))
    found: set[int] = set()
    for start, end in _find_spans(joined, patterns):
        found.update(range(bisect_right(ends, start), min(bisect_left(ends, end) + 1, len(texts))))
    return sorted(found)


def _find_spans(joined: bytes, patterns: Sequence[str]) -> Iterator[tuple[int, int]]:
    for window, offset in _cut(joined):
        for start, end, _ in find_tokens(window, window.lower()):
            yield offset + start, offset + end
    yield from find_known(joined, _MARKS)
    for pattern in patterns:
        yield from find_pattern(pattern, joined)


def find_all_secrets(data: bytes, patterns: Sequence[str] = ()) -> list[Finding]:
    """The tokens and private keys in a text, by form and by a project's own patterns, in order of their lines."""
    found: set[Finding] = set()
    for window, offset in _cut(data):
        lines = data.count(b"\n", 0, offset)
        found.update(Finding(lines + one.line, one.kind) for one in find_secrets(window))
    for pattern in patterns:
        found.update(
            Finding(data.count(b"\n", 0, start) + 1, _OWN_PATTERN)
            for start, end in find_pattern(pattern, data)
            if start < end
        )
    return sorted(found, key=lambda one: (one.line, one.kind))


def _cut(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Parts of a large text that overlap, each with its place: what is asked of them needs several times their size."""
    if len(data) <= _WINDOW + _OVERLAP:
        yield data, 0
        return
    for start in range(0, len(data) - _OVERLAP, _WINDOW):
        yield data[start : start + _WINDOW + _OVERLAP], start


def read_text(data: bytes) -> bytes:
    """A file's content, as UTF-8 where it is UTF-16, which PowerShell's ``>`` writes."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace").encode("utf-8", "replace")
    head = data[:64]
    if b"\0" in head and len(head) % 2 == 0 and head[0] + head[1]:
        for encoding, high, low in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
            if not any(high) and all(low):
                return data.decode(encoding, "replace").encode("utf-8", "replace")
    return data
