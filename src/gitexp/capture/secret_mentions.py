"""What has the form of a secret and is none: the example in a manual, a word of a compiled program.

For those who only look: what is redacted is hidden all the same, since there a line too much costs nothing.
"""

from __future__ import annotations

import re

_USUAL = frozenset(
    b"pass passwd password pwd pw secret token key mypass mypassword yourpassword your_password your-password "
    b"example changeme change_me tiger pass123 password123".split()
)
_VARIABLE = re.compile(rb"[A-Z]{2,}(?:_[A-Z]+)*")
_TEMPLATE = re.compile(rb"[\[\]{}$%]")
_USER = re.compile(rb"://([^/@]{0,128}):\Z")
_SHORTEST = 3
_BEFORE = 140
_WITHIN_WORD = re.compile(rb"(?<!%[0-9A-Fa-f])[A-Za-z0-9]\Z")


def is_mention(data: bytes, start: int, end: int, kind: str) -> bool:
    """Whether what was found at a place is there to show a form, or is part of a longer word."""
    before = data[max(0, start - _BEFORE) : start]
    if kind == "GitHub token":  # 'ghs_' stands in 'Highs_', and the names of C++ symbols are long
        return _WITHIN_WORD.search(before) is not None
    if kind != "password in a URL":
        return False
    password, found = data[start:end], _USER.search(before)
    user = found[1] if found is not None else b""
    return (
        len(password) < _SHORTEST
        or password.lower() in _USUAL
        or password == user  # guest:guest, postgres:postgres
        or _VARIABLE.fullmatch(password) is not None
        or _TEMPLATE.search(user) is not None
    )
