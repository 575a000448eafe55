"""The environment of a run, made anew from its list of packages, and kept for the next time."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
from typing import TYPE_CHECKING, NamedTuple

from gitexp.capture.virtual_environment import (
    BIN,
    BuildFailed,
    build_environment,
    find_python,
    link_package,
    read_requirements,
)
from gitexp.errors import Refused, StorageFailed
from gitexp.store.file_lock import try_lock
from gitexp.store.journal import local_folder
from gitexp.store.layout import ENVIRONMENT, PACKAGES

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitexp.capture.virtual_environment import FoundPython, Requirements
    from gitexp.model.head import RunHead
    from gitexp.model.run import Run
    from gitexp.store.runs import RunStore

_PLACE = "environments"
_COMPLETE = "complete"
_DIGITS = 16


class BuiltEnvironment(NamedTuple):
    """A virtual environment: its folder, and what has to be said of it, in sentences."""

    folder: str
    notes: tuple[str, ...]

    @property
    def programs(self) -> str:
        """The folder of its programs."""
        return os.path.join(self.folder, BIN)


def make_environment(
    store: RunStore, head: RunHead, run: Run, *, tell: Callable[[str], None], is_talkative: bool = False
) -> BuiltEnvironment:
    """The environment of a run, from ``<git common dir>/exp/environments`` where it was made before.

    ``tell`` hears that one is being made. Raises Refused where it is not known or cannot be made.
    """
    wanted, source = _read_wanted(store, head, run)
    python = find_python(run.environment.python)
    notes = _describe(wanted, python, run)
    key = "\n".join((python.version, platform.system(), platform.machine(), *sorted(wanted.lines)))
    name = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
    folder = local_folder(store.repository, _PLACE, name)
    mark = os.path.join(folder, _COMPLETE)
    try:
        os.makedirs(os.path.dirname(folder), exist_ok=True)
        lock = os.open(f"{folder}.lock", os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
    except OSError as error:
        raise StorageFailed(folder, error.strerror or str(error)) from error
    try:
        if not os.path.exists(mark):
            if not try_lock(lock):
                raise Refused(
                    "another process makes the environment of this run now", hint=f"exp reproduce {run.id} --env"
                )
            if not os.path.exists(mark):
                tell(f"making the environment from {source}, once: {python.path}, {len(wanted.lines)} packages")
                _build(folder, python, wanted, run, is_talkative=is_talkative)
        if wanted.has_gitexp:
            link_package(folder, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    except OSError as error:
        raise StorageFailed(folder, error.strerror or str(error)) from error
    finally:
        os.close(lock)
    return BuiltEnvironment(folder, tuple(notes))


def _build(folder: str, python: FoundPython, wanted: Requirements, run: Run, *, is_talkative: bool) -> None:
    try:
        build_environment(folder, python.path, wanted.lines, is_talkative=is_talkative)
        with open(os.path.join(folder, _COMPLETE), "w", encoding="utf-8"):
            pass
    except BuildFailed as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise Refused(
            f"the environment of {run.name} could not be made: {error}",
            hint=f"exp reproduce {run.id}  (in the present one)",
        ) from error
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _read_wanted(store: RunStore, head: RunHead, run: Run) -> tuple[Requirements, str]:
    """What was installed, by its list; where there is none what a requirements file asked for. Raises Refused."""
    for path in (PACKAGES, *(ENVIRONMENT + name.encode() for name in run.environment.locks if name.endswith(".txt"))):
        data = store.read_part(head, path)
        if data is not None:
            return read_requirements(data.decode("utf-8", "replace")), path.decode().rpartition("/")[2]
    why = f" ({run.environment.unknown})" if run.environment.unknown is not None else ""
    raise Refused(
        f"{run.name} has no list of packages{why}", hint=f"exp reproduce {run.id}  (in the present environment)"
    )


def _describe(wanted: Requirements, python: FoundPython, run: Run) -> list[str]:
    notes = []
    recorded = run.environment.python
    if recorded is not None and not python.is_recorded:
        notes.append(
            f"there is no Python {'.'.join(recorded.split('.')[:2])} on PATH: the environment has {python.version}"
        )
    if wanted.passed_over:
        more = f" and {len(wanted.passed_over) - 3} more" if len(wanted.passed_over) > 3 else ""
        notes.append(f"not installed, for pip cannot: {', '.join(wanted.passed_over[:3])}{more}")
    if wanted.has_gitexp:
        notes.append("gitexp in it is the one that runs now")
    return notes
