"""A place below a folder, gone to without following a link that leads out of it."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from typing import TYPE_CHECKING

from gitexp.errors import Refused, StorageFailed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_CAN_STAY = os.open in os.supports_dir_fd and os.mkdir in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")
_HANDLES = "/proc/self/fd"
_GIT = ".git"


def find_landing(root: str, parts: Sequence[str], shown: str) -> str:
    """Where the path ``parts`` lies below a folder, the links above its last part resolved.

    ``shown`` names it in errors. Raises Refused where a link leads out of the folder or into Git's own in it, and
    where a file stands in the way of a folder.
    """
    real = os.path.realpath(root)
    above = os.path.realpath(os.path.join(real, *parts[:-1]))
    if not os.path.join(above, "").startswith(os.path.join(real, "")):
        raise Refused(f"{shown} lies behind a link that leads out of {root}: {above}", hint=f"ls -l {root}")
    step = real
    for part in _split(real, above):
        step = os.path.join(step, part)
        if part.lower() == _GIT:  # what is written there is obeyed by the next command of Git
            raise Refused(f"{shown} lies behind a link that leads into {step}", hint=f"ls -l {root}")
        if os.path.lexists(step) and not os.path.isdir(step):
            raise _refuse_file(shown, step)
    return os.path.join(above, parts[-1])


@contextlib.contextmanager
def enter_above(root: str, parts: Sequence[str], shown: str) -> Iterator[str]:
    """The path to write to for ``parts`` below a folder; the folders above it are made where they are not there.

    Where the system can, that path stays in the folder that was checked, whatever is put in that one's place
    meanwhile. Raises Refused as ``find_landing`` does, StorageFailed where a folder cannot be made.
    """
    target = find_landing(root, parts, shown)
    real = os.path.realpath(root)
    if not _CAN_STAY or not (sys.platform == "linux" and os.path.isdir(_HANDLES)):
        try:
            os.makedirs(os.path.dirname(target), exist_ok=True)
        except OSError as error:
            raise StorageFailed(os.path.dirname(target), error.strerror or str(error)) from error
        yield target
        return
    handle = _descend(real, _split(real, os.path.dirname(target)), shown)
    try:
        yield f"{_HANDLES}/{handle}/{parts[-1]}"
    except StorageFailed as error:
        raise StorageFailed(target, str(error.fields["why"]), hint=error.hint) from error
    finally:
        os.close(handle)


def _descend(real: str, parts: Sequence[str], shown: str) -> int:
    """Opens the last of some folders, one in the other, no link among them; what is not there is made."""
    step = real
    try:
        os.makedirs(real, exist_ok=True)
        handle = os.open(real, os.O_RDONLY | os.O_DIRECTORY)
        for part in parts:
            step = os.path.join(step, part)
            above, handle = handle, -1
            try:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(part, dir_fd=above)
                handle = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=above)
            finally:
                os.close(above)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):  # came there since it was looked at
            raise _refuse_file(shown, step) from error
        raise StorageFailed(step, error.strerror or str(error)) from error
    return handle


def _split(real: str, below: str) -> list[str]:
    inside = os.path.relpath(below, real)
    return [] if inside == os.curdir else inside.split(os.sep)


def _refuse_file(shown: str, place: str) -> Refused:
    return Refused(f"{place} is no folder, and {shown} would lie in it", hint=f"mv {place} ELSEWHERE")
