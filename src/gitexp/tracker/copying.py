"""Copies of files and folders; where the file system can, a copy shares the bytes of what it is one of."""

from __future__ import annotations

import os
import stat

from gitexp.tracker.notices import Refusal, quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_PRIVATE = 0o700
_SHARE_BYTES = 0x40049409  # FICLONE of <linux/fs.h>
_CHUNK = 1 << 20
_READ = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
_MAKE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_KINDS = {
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
}


def copy_file(source: str, target: str) -> None:
    """Copies a file, or what a link stands for. Raises Refusal for what is no file, and OSError."""
    check_is_file(source, os.stat(source).st_mode)
    given = os.open(source, _READ)
    try:
        mode = os.fstat(given).st_mode
        check_is_file(source, mode)
        made = os.open(target, _MAKE, 0o600 | mode & 0o100)
        try:
            _copy_bytes(given, made)
        finally:
            os.close(made)
    finally:
        os.close(given)


def check_is_file(path: str, mode: int) -> None:
    """Raises Refusal for a FIFO, a socket or a device: reading one may take for ever."""
    if not stat.S_ISREG(mode):
        raise Refusal(f"{quote(path)} is left out: {_KINDS.get(stat.S_IFMT(mode), 'it')} is no file")


def copy_folder(source: str, target: str, tell: Callable[[str], None], own: os.stat_result | None = None) -> None:
    """Copies a folder with all files in it; ``tell`` is told what is left out of it, and why. Raises OSError.

    Links to files are followed, links to folders are not; ``.git`` is left out unsaid.
    """
    os.mkdir(target, _PRIVATE)
    own = own or os.stat(os.path.dirname(os.path.abspath(target)))  # where copies are made: never a part of one
    with os.scandir(source) as entries:
        found = list(entries)
    for entry in found:
        if entry.name.lower() == ".git":
            continue
        made = os.path.join(target, entry.name)
        try:
            if entry.is_dir(follow_symlinks=False):
                if not os.path.samestat(entry.stat(), own):
                    copy_folder(entry.path, made, tell, own)
            elif entry.is_dir():
                tell(f"{quote(entry.path)} is left out: a link to a folder")
            else:
                copy_file(entry.path, made)
        except Refusal as refusal:
            tell(str(refusal))
        except OSError as error:
            if error.filename != entry.path:  # it is the copy that cannot be written
                raise
            tell(f"{quote(entry.path)} is left out: {error.strerror}")


def _copy_bytes(given: int, made: int) -> None:
    if _share_bytes(given, made):
        return
    if hasattr(os, "copy_file_range"):
        try:
            while os.copy_file_range(given, made, 1 << 30):
                pass
        except OSError:  # not between these file systems; what came across stays, and the rest follows
            pass
    while chunk := os.read(given, _CHUNK):
        rest = memoryview(chunk)
        while rest:
            rest = rest[os.write(made, rest) :]


def _share_bytes(given: int, made: int) -> bool:
    try:
        import fcntl

        fcntl.ioctl(made, _SHARE_BYTES, given)
    except (ImportError, OSError):
        return False
    return True
