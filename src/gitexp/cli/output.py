"""What ``--json`` prints: one envelope, whatever the command."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.errors import ExpError

FORMAT = 1


def format_envelope(data: object, errors: Sequence[ExpError] = ()) -> str:
    """``{"format": 1, "data": …, "errors": [{code, message, hint}]}`` and a line end.

    Letters stand as they are; what a terminal would act upon stands as ``\\uXXXX``.
    """
    envelope: dict[str, Any] = {
        "format": FORMAT,
        "data": data,
        "errors": [{"code": error.code, "message": error.message, "hint": error.hint} for error in errors],
    }
    text = json.dumps(envelope, ensure_ascii=False, indent=2, allow_nan=False)
    return "\n".join(map(_escape, text.split("\n"))) + "\n"


def write_envelope(data: object, errors: Sequence[ExpError] = (), *, to_stderr: bool = False) -> None:
    """Prints the envelope on standard output, or on standard error where the former belongs to somebody else."""
    (sys.stderr if to_stderr else sys.stdout).write(format_envelope(data, errors))


def _escape(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else json.dumps(letter)[1:-1] for letter in text)
