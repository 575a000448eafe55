"""What a bare word means: the rules by which ``0.1``, ``true`` or ``1e-5`` become typed values."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gitexp.model.values import Scalar

_INT = re.compile(r"[-+]?[0-9]+(?:_[0-9]+)*")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:_[0-9]+)*(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((f"{sign}{word}" for sign in ("", "+") for word in (".inf", ".Inf", ".INF")), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}
_FIRST = frozenset("0123456789+-.~tTfFnN")
_DIGITS = 4300  # Python refuses to read an int of more digits: quadratic time


def parse_plain(text: str) -> Scalar:
    """The value of an unquoted YAML scalar by the core schema of YAML 1.2.

    Beyond the schema, digits may be grouped by ``_`` (``1_000``), as Python, OmegaConf and DVC read them. ``no``,
    ``on``, ``1:30`` and dates are strings; ``012`` is 12.
    """
    if text and text[0] not in _FIRST:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text) if len(text) <= _DIGITS else text
    if _FLOAT.fullmatch(text):
        return float(text)
    if _BASED.fullmatch(text) and len(text) <= _DIGITS:
        return int(text, 0)
    return text
