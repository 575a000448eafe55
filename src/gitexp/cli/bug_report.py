"""The report of a bug of our own: enough to find it, nothing of what was typed."""

from __future__ import annotations

import os
import platform
import re
import sys
import tempfile
import traceback
from typing import TYPE_CHECKING

from gitexp import __version__
from gitexp.errors import ExpError

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHORTEST_SECRET = 4


def make_bug_report(error: Exception, argv: Sequence[str]) -> ExpError:
    """Writes a report to the folder for temporary files and returns the error that names it."""
    text = format_bug_report(error, argv)
    kind = type(error).__name__
    try:
        handle, path = tempfile.mkstemp(prefix="gitexp-bug-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError as failure:
        sys.stderr.write(text)
        return ExpError(f"a bug in gitexp: {kind}; its report could not be written: {failure.strerror}")
    return ExpError(f"a bug in gitexp: {kind}", hint=f"please report it with {path}  (it holds no value you typed)")


def format_bug_report(error: Exception, argv: Sequence[str]) -> str:
    """Versions, the traceback and the shape of the command line, every value in it replaced by ``…``."""
    lines = [
        f"gitexp {__version__}, Python {platform.python_version()}, {platform.platform()}",
        f"command line: exp {' '.join(hide_values(argv))}",
        "",
        "".join(traceback.format_exception(error)),
    ]
    text = "\n".join(lines)
    for secret in sorted(_values(argv), key=len, reverse=True):
        text = text.replace(secret, "…")
    return text


def hide_values(argv: Sequence[str]) -> list[str]:
    """A command line with its options and first word alone."""
    shown: list[str] = []
    for place, word in enumerate(argv):
        if re.fullmatch(r"--|-[A-Za-z]|--[A-Za-z][A-Za-z-]*", word):
            shown.append(word)
        elif re.match(r"--[A-Za-z][A-Za-z-]*=", word):
            shown.append(word.partition("=")[0] + "=…")
        elif place == 0 and re.fullmatch(r"[a-z]+", word):
            shown.append(word)
        else:
            shown.append("…")
    return shown


def _values(argv: Sequence[str]) -> set[str]:
    words = {word for word in argv[1:] if not word.startswith("-")}
    words |= {word.partition("=")[2] for word in argv}
    words |= {word[2:] for word in argv if word.startswith("-") and not word.startswith("--")}
    return {word for word in words if len(word) >= _SHORTEST_SECRET}
