"""Paths inside a tree: bytes in Git, text in a manifest.

Git's paths are bytes. In a manifest a path that is UTF-8 stands as it is; any other one stands in Git's own quoted
form (``"caf\\351.txt"``, with the quotes), which no plain path can be mistaken for.
"""

from __future__ import annotations

import re
from typing import NewType

from gitexp.errors import InvalidValue

TreePath = NewType("TreePath", str)
"""A path in a manifest: relative, '/' between its parts, no '..', no control character unless quoted."""

_QUOTED = {7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", 34: '"', 92: "\\"}
_UNQUOTED = {value: key for key, value in _QUOTED.items()}
_ESCAPE = re.compile(r"\\([0-3][0-7]{2}|[abtnvfr\"\\])")


def quote_path(path: bytes) -> TreePath:
    """The manifest's form of Git's path."""
    try:
        text = path.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    if text is not None and not text.startswith('"') and text.isprintable():
        return TreePath(text)
    return TreePath('"' + "".join(_quote_byte(byte) for byte in path) + '"')


def _quote_byte(byte: int) -> str:
    if byte in _QUOTED:
        return "\\" + _QUOTED[byte]
    return chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}"


def unquote_path(path: str) -> bytes:
    """Git's path of the manifest's form. Raises InvalidValue when the quotes are not closed."""
    if not path.startswith('"'):
        return path.encode("utf-8", "surrogateescape")
    if len(path) < 2 or not path.endswith('"'):
        raise InvalidValue("path", path, "a quote that is not closed")
    return _ESCAPE.sub(_unquote_match, path[1:-1]).encode("latin-1", "replace")


def _unquote_match(match: re.Match[str]) -> str:
    escape = match[1]
    return chr(_UNQUOTED[escape]) if escape in _UNQUOTED else chr(int(escape, 8))


def check_tree_path(path: str) -> TreePath:
    """Holds a path that came from outside against the rules.

    Raises InvalidValue: absolute, an empty part, '.', '..' or '.git', a control character.
    """
    raw = unquote_path(path)
    parts = raw.split(b"/")
    if not raw or raw.startswith(b"/") or b"\0" in raw or re.match(rb"[A-Za-z]:", raw):
        raise InvalidValue("path", path, "not a relative path inside the repository")
    if any(part in (b"", b".", b"..") or part.lower() == b".git" for part in parts):
        raise InvalidValue("path", path, "has an empty part, '.', '..' or '.git'")
    if not path.startswith('"') and not path.isprintable():
        raise InvalidValue("path", path, "has a control character")
    return TreePath(path)
