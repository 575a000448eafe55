"""A page written into a file: whole or not at all, and never over something that is not ours."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from gitexp.errors import Refused, StorageFailed
from gitexp.render.html_page import is_own_page

if TYPE_CHECKING:
    from collections.abc import Callable

_BEGINNING = 4096


def check_page_file(path: str, *, force: bool, is_own: Callable[[bytes], bool] = is_own_page) -> None:
    """Whether a page may be written there. Raises Refused where a folder or somebody else's file is in the way."""
    if os.path.isdir(path):
        raise Refused(f"{path} is a folder", hint=f"-o {os.path.join(path, 'report.html')}")
    try:
        with open(path, "rb") as opened:
            beginning = opened.read(_BEGINNING)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StorageFailed(path, os.strerror(error.errno or 0)) from error
    if beginning and not force and not is_own(beginning):
        raise Refused(f"{path} is there, and is no page of gitexp", hint=f"-o another-name{_suffix(path)}, or --force")


def write_page_file(path: str, text: str) -> int:
    """Writes the page and returns how many bytes it has. Raises StorageFailed."""
    data = text.encode()
    target = os.path.realpath(path)
    unfinished = f"{target}.{os.getpid()}.part"
    try:
        with open(unfinished, "wb") as opened:
            opened.write(data)
        os.replace(unfinished, target)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(unfinished)
        raise StorageFailed(path, os.strerror(error.errno or 0)) from error
    return len(data)


def _suffix(path: str) -> str:
    return os.path.splitext(path)[1] or ".html"
