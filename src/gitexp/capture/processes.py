"""The processes that a command consists of: what the operating system says of each."""

from __future__ import annotations

import os
import sys

_PROC = "/proc"
_CLOCK_SECONDS = 1.0
"""How exactly the system knows when a process began."""


def list_descendants(pid: int) -> list[int]:
    """The process and all that came from it, the nearest first; those that ended meanwhile are passed over.

    Linux names the children of each thread in ``/proc``, so that a few files are read and not those of every process
    of the machine; a kernel without those files, and any other system, is asked through psutil.
    """
    if not os.path.exists(f"{_PROC}/self/task/{os.getpid()}/children"):
        return _list_by_psutil(pid)
    found = [pid]
    for one in found:  # grows while it is walked: breadth first
        found.extend(list_children(one))
    return found


def list_children(pid: int) -> list[int]:
    """The children of a process as Linux names them; none elsewhere."""
    children: list[int] = []
    for thread in _list(f"{_PROC}/{pid}/task"):
        children.extend(int(word) for word in _read(f"{_PROC}/{pid}/task/{thread}/children").split())
    return children


def _list_by_psutil(pid: int) -> list[int]:
    import psutil

    try:
        return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
    except psutil.Error:
        return [pid]


def holds_file(pid: int, path: str) -> bool:
    """Whether a process has this very file open: what tells it from another one that was given its number."""
    if sys.platform != "linux":
        import psutil

        try:
            return any(os.path.samefile(file.path, path) for file in psutil.Process(pid).open_files())
        except (psutil.Error, OSError):
            return False
    try:
        wanted = os.stat(path)
    except OSError:
        return False
    for name in _list(f"{_PROC}/{pid}/fd"):
        try:
            found = os.stat(f"{_PROC}/{pid}/fd/{name}")
        except OSError:  # closed meanwhile
            continue
        if os.path.samestat(found, wanted):
            return True
    return False


def read_parent(pid: int) -> int | None:
    """The parent of a process; None where there is none."""
    import psutil

    try:
        parent: int = psutil.Process(pid).ppid()
    except psutil.Error:
        return None
    return parent


def began_before(pid: int, moment: float) -> bool:
    """Whether a process is older than a moment, in seconds since 1970: one that has got its number since is not."""
    import psutil

    try:
        return bool(psutil.Process(pid).create_time() <= moment + _CLOCK_SECONDS)
    except psutil.Error:
        return False


def read_owner(pid: int) -> int | None:
    """The user whose process it is; None where there is none, or where users have no numbers."""
    try:
        return os.stat(f"{_PROC}/{pid}").st_uid
    except OSError:
        return None


def read_arguments(pid: int) -> tuple[str, ...]:
    """The argument vector of a process as it stands now; empty when it ended or is not ours to see."""
    if sys.platform != "linux":
        import psutil

        try:
            return tuple(psutil.Process(pid).cmdline())
        except psutil.Error:
            return ()
    raw = _read(f"{_PROC}/{pid}/cmdline")
    return tuple(os.fsdecode(word) for word in raw.removesuffix(b"\0").split(b"\0")) if raw else ()


def read_variables(pid: int, names: frozenset[str]) -> dict[str, str] | None:
    """Those of the named variables that a process was started with; None when they are not ours to see."""
    if sys.platform != "linux":
        import psutil

        try:
            given = psutil.Process(pid).environ()
        except psutil.Error:
            return None
        return {name: given[name] for name in names if name in given}
    raw = _read(f"{_PROC}/{pid}/environ")
    if not raw:
        return None
    pairs = (os.fsdecode(entry).partition("=") for entry in raw.split(b"\0"))
    return {name: value for name, _, value in pairs if name in names}


def read_directory(pid: int) -> str | None:
    """The current folder of a process; None when it is not ours to see."""
    if sys.platform != "linux":
        import psutil

        try:
            return psutil.Process(pid).cwd()
        except psutil.Error:
            return None
    return _read_link(f"{_PROC}/{pid}/cwd")


def read_executable(pid: int) -> str | None:
    """The file that a process runs, symbolic links resolved; None when it is not ours to see."""
    if sys.platform != "linux":
        import psutil

        try:
            return psutil.Process(pid).exe() or None
        except psutil.Error:
            return None
    return _read_link(f"{_PROC}/{pid}/exe")


def runs_file(pid: int, path: str) -> bool:
    """Whether a process runs this very file, told by inode where the system allows it."""
    try:
        running = f"{_PROC}/{pid}/exe" if sys.platform == "linux" else read_executable(pid)
        return running is not None and os.path.samefile(running, path)
    except OSError:
        return False


def sees_other_files(pid: int) -> bool:
    """Whether a process lives in a file system tree of its own: a container. False where that cannot be told."""
    try:
        return os.stat(f"{_PROC}/{pid}/ns/mnt").st_ino != os.stat(f"{_PROC}/self/ns/mnt").st_ino
    except OSError:
        return False


def _read(path: str) -> bytes:
    try:
        with open(path, "rb", buffering=0) as file:
            return file.readall()
    except OSError:  # the process ended, or belongs to someone else
        return b""


def _read_link(path: str) -> str | None:
    try:
        return os.readlink(path)
    except OSError:
        return None


def _list(path: str) -> list[str]:
    try:
        return os.listdir(path)
    except OSError:
        return []
