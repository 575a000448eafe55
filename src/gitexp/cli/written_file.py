"""A file that is there whole or not at all: written beside its place, and put there at the end."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from typing import TYPE_CHECKING, BinaryIO, cast

from gitexp.errors import UsageError
from gitexp.render.text import neutralise_output

if TYPE_CHECKING:
    from collections.abc import Iterator

STDOUT = "-"


def check_target(path: str) -> None:
    """Raises UsageError for a folder, or where there is none to write into."""
    if path == STDOUT:
        return
    if os.path.isdir(path):
        raise UsageError(f"-o {path}: it is a folder", hint=f"-o {os.path.join(path, 'runs.csv')}")
    folder = os.path.dirname(os.path.realpath(path))
    if not os.path.isdir(folder):
        raise UsageError(f"-o {path}: there is no folder {folder}", hint=f"mkdir -p {folder}")


@contextlib.contextmanager
def open_whole(path: str) -> Iterator[BinaryIO]:
    """A file to write; what is in it when the block ends comes to ``path``, and nothing where an exception ends it.

    ``-`` is standard output, where a terminal is given nothing that it would act upon. Raises UsageError as
    ``check_target`` does.
    """
    if path == STDOUT:
        with tempfile.TemporaryFile() as file:
            yield cast("BinaryIO", file)
            file.seek(0)
            _copy_out(cast("BinaryIO", file))
        return
    check_target(path)
    target = os.path.realpath(path)
    if os.path.exists(target) and not os.path.isfile(target):  # a pipe, or /dev/null
        with open(target, "wb") as device, tempfile.TemporaryFile() as file:
            yield cast("BinaryIO", file)
            file.seek(0)
            shutil.copyfileobj(file, device)
        return
    handle, made = tempfile.mkstemp(prefix=".exp-export-", dir=os.path.dirname(target))
    try:
        with os.fdopen(handle, "wb") as staged:
            yield staged
        os.chmod(made, _find_mode(target))
        os.replace(made, target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(made)
        raise


def _find_mode(target: str) -> int:
    with contextlib.suppress(OSError):
        return os.stat(target).st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _copy_out(file: BinaryIO) -> None:
    sys.stdout.flush()
    if sys.stdout.isatty():
        for line in file:
            sys.stdout.write(neutralise_output(line.decode("utf-8", "replace"), colour=False))
    else:
        shutil.copyfileobj(file, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    sys.stdout.flush()
