"""Pointers: what a ``.dvc`` file says of a file or folder that is too large for Git."""

from __future__ import annotations

import re
from typing import NamedTuple

POINTER_SUFFIX = ".dvc"
MD5 = "md5"
MD5_BEFORE_DVC_3 = "md5-dos2unix"

_MD5 = re.compile(r"[0-9a-f]{32}(\.dir)?")


class Pointer(NamedTuple):
    """One output of a ``.dvc`` file. ``path`` is relative to the folder of the pointer."""

    path: str
    md5: str
    """32 hexadecimal digits, with ``.dir`` behind them for a folder."""
    bytes: int | None
    files: int | None = None
    """How many files a folder holds; None for a file."""
    hash: str = MD5
    """``md5``; DVC before version 3 hashed text with the line ends of Unix: ``md5-dos2unix``."""


class DvcFile(NamedTuple):
    """A ``.dvc`` file: the paths of ``outs`` are relative to ``folder``, and that to the folder of the file."""

    folder: str
    outs: tuple[Pointer, ...]


def is_md5(text: str) -> bool:
    """Whether a text is the id of a file or folder as DVC writes it."""
    return _MD5.fullmatch(text) is not None
