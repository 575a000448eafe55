"""Which parts of a text are tokens by their form. detect-secrets is loaded only when one of its forms is there."""

from __future__ import annotations

import functools
import importlib
import re
from typing import TYPE_CHECKING, Any

from gitexp.capture.secret_forms import FORMS, Form, compile_form

if TYPE_CHECKING:
    from collections.abc import Iterator

_SMALL = 65_536
_LONG = 20
_BEFORE = 64
_MASK = bytes(
    b"a"[0] if chr(code).isascii() and (chr(code).isalnum() or chr(code) in "_-") else 0 for code in range(256)
)
_FEWEST_DIFFERENT = 8

_LITERALS = tuple((literal, form, 2 * form.spread + form.folded) for form in FORMS for literal in form.literals)
"""Each literal, its form, and where it is looked for: in long words or in all, and that in lower case or not."""
_PLAIN_LITERALS = tuple(row for row in _LITERALS if row[1].spread or not (b"_" in row[0] or b"-" in row[0]))
"""Those that can be there when the long words have neither '_' nor '-': tables of checksums, base64."""


def find_tokens(data: bytes, lower: bytes) -> Iterator[tuple[int, int, str]]:
    """Start, end and kind of each token in ``data``; ``lower`` is the same in lower case. They may overlap."""
    for form in _choose_forms(data, lower):
        for match in compile_form(form).finditer(lower if form.folded else data):
            start, end = match.span(1) if match.re.groups else match.span()
            if _is_token(form, data[match.start() : match.end()], data[start:end]):
                yield start, end, form.kind


def may_hold_token(data: bytes) -> bool:
    """Whether any form of token is there; False is certain for every detector used, but for NARROWER."""
    lower = data.lower()
    return any(
        compile_form(form).search(lower if form.folded else data) is not None for form in _choose_forms(data, lower)
    )


def _choose_forms(data: bytes, lower: bytes) -> list[Form]:
    """The forms that can be there at all, by their literals: each costs 8 ms for 10 MB where it is not found."""
    words = data if len(data) <= _SMALL else _join_long_words(data)
    places = (words, lower if words is data else words.lower(), data, lower)
    chosen: dict[Form, None] = {}
    for literal, form, place in _LITERALS if b"_" in words or b"-" in words else _PLAIN_LITERALS:
        if form in chosen or literal not in places[place] or len(words) < form.shortest:
            continue
        if form.shortest == 0 or compile_form(form).search(words) is not None:
            chosen[form] = None
    return list(chosen)


def _join_long_words(data: bytes) -> bytes:
    """Each different run of 20 and more characters that tokens are made of, with what stands before it.

    The mask makes that a search for 20 equal bytes, which looks at every twentieth: 20 ms for 10 MB.
    """
    mask = data.translate(_MASK)
    needle = b"a" * _LONG
    words: dict[bytes, None] = {}
    start, done = mask.find(needle), 0
    while start >= 0:
        end = mask.find(b"\0", start)
        end = len(data) if end < 0 else end
        words[data[max(done, start - _BEFORE) : end + 1]] = None
        start, done = mask.find(needle, end), end
    return b"\n".join(words)


def _is_token(form: Form, matched: bytes, secret: bytes) -> bool:
    if form.mixed and not _is_mixed(re.split(rb"[.:]", matched)[-1]):
        return False
    if form.detector is not None:
        if form.detector.startswith("jwt") and b"." not in matched:  # where the detector is quadratic, and says no
            return False
        if form.detector.startswith("aws") and len(set(secret)) < _FEWEST_DIFFERENT:
            return False
        if form.detector.startswith("azure"):
            matched = b"AccountKey=" + matched
        return _ask_detector(form.detector, matched)
    return not secret.startswith((b"$", b"{", b"%(", b"[redacted", b"***")) and set(secret) != {ord("x")}


def _is_mixed(part: bytes) -> bool:
    return part != part.lower() and part != part.upper() and any(48 <= byte <= 57 for byte in part)


def _ask_detector(name: str, text: bytes) -> bool:
    return next(iter(_load_detector(name).analyze_string(text.decode("latin-1"))), None) is not None


@functools.cache
def _load_detector(name: str) -> Any:
    module, _, plugin = name.partition(".")
    return getattr(importlib.import_module(f"detect_secrets.plugins.{module}"), plugin)()
