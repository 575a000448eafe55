"""Small files of a journal: which processes the run consists of, who stopped it, and how its command ended."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from gitexp.store.journal import write_file

if TYPE_CHECKING:
    from gitexp.store.journal import Journal


_STOPPED = "stopped"


class ProcessNote(NamedTuple):
    """The processes of a run, by id; a keeper of None is none. All are of the machine that began the journal."""

    recorder: int
    keeper: int | None
    command: int


class EndNote(NamedTuple):
    """How the command ended: as ``Ending`` has it. ``ended`` is in seconds since 1970."""

    status: int
    exit_code: int | None
    signal: str | None
    not_started: str | None
    received: tuple[str, ...]
    seconds: float
    ended: float
    preempted: str | None = None
    """What a scheduler says of it, where it says that it preempted the run."""


class StopNote(NamedTuple):
    """That ``exp stop`` ended the run: the name of the signal that it sent last, and who gave the command."""

    signal: str
    by: str


def write_processes(journal: Journal, note: ProcessNote) -> None:
    """Names the run's processes. Raises OSError."""
    write_file(journal.child, json.dumps(note._asdict()).encode())


def read_processes(journal: Journal) -> ProcessNote | None:
    """The run's processes; None where the command has not started, or nothing readable says so."""
    found = _read(journal.child)
    try:
        keeper = found["keeper"]
        return ProcessNote(int(found["recorder"]), None if keeper is None else int(keeper), int(found["command"]))
    except (KeyError, TypeError, ValueError):
        return None


def write_stop(journal: Journal, note: StopNote) -> None:
    """Says that the run is being stopped. Raises OSError."""
    write_file(os.path.join(journal.folder, _STOPPED), json.dumps(note._asdict()).encode())


def read_stop(journal: Journal) -> StopNote | None:
    """Who stopped the run; None where nobody did."""
    found = _read(os.path.join(journal.folder, _STOPPED))
    try:
        return StopNote(str(found["signal"]), str(found["by"]))
    except KeyError:
        return None


def write_end(journal: Journal, note: EndNote) -> None:
    """Says how the command ended. Raises OSError."""
    write_file(journal.ended, json.dumps(note._asdict()).encode())


def read_end(journal: Journal) -> EndNote | None:
    """How the command ended; None where it has not, or nobody lived to see it."""
    found = _read(journal.ended)
    try:
        return EndNote(
            status=int(found["status"]),
            exit_code=None if found["exit_code"] is None else int(found["exit_code"]),
            signal=None if found["signal"] is None else str(found["signal"]),
            not_started=None if found["not_started"] is None else str(found["not_started"]),
            received=tuple(map(str, found["received"])),
            seconds=float(found["seconds"]),
            ended=float(found["ended"]),
            preempted=None if found.get("preempted") is None else str(found["preempted"]),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _read(path: str) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:
            found = json.loads(file.read())
    except (OSError, ValueError):  # not written yet, or torn: nothing is known
        return {}
    return found if isinstance(found, dict) else {}
