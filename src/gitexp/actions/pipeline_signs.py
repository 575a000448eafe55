"""Whether a run is one of a DVC pipeline: by its command, by what DVC wrote, or by what DVC printed."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.actions.begun import Begun
    from gitexp.actions.params_found import Places
    from gitexp.actions.session import Session
    from gitexp.model.run import Run

PIPELINE = "dvc.yaml"
LOCK = "dvc.lock"

_COMMAND = re.compile(r"(?:^|[\s/\\])dvc(?:\.exe)?\s(?:[^\n;&|]*\s)?(?:repro|exp(?:eriments)?\s+run)(?=\s|$)")
_ELSEWHERE = re.compile(r"\s--(?:temp|queue|run-all)(?=\s|$)")
"""Options of ``dvc exp run`` that leave the working tree as it is."""
_PRINTED = re.compile(
    rb"Data and pipelines are up to date\.|Running stage '[^'\n]+'|Stage '[^'\n]+' (?:didn't change|is cached)"
)


def find_signs(prepared: Begun, run: Run, session: Session) -> bool:
    """Whether DVC reproduced a pipeline of the working tree in this run.

    Where no ``dvc.yaml`` lies in the folder of the command, the project's or at the top, and the command is not DVC's,
    nothing more is looked at.
    """
    words = " ".join(run.command)
    if is_of_pipeline(run.command):
        return _ELSEWHERE.search(words) is None
    folders = [one for one in list_folders(prepared.places) if os.path.lexists(os.path.join(one, PIPELINE))]
    if not folders:
        return False
    if any(is_changed(os.path.join(one, LOCK), prepared) for one in folders):
        return True
    return _PRINTED.search(read_printed(prepared, session)) is not None


def is_of_pipeline(command: Sequence[str]) -> bool:
    """Whether a command is DVC's own, which runs the stages of a pipeline."""
    return _COMMAND.search(" ".join(command)) is not None


def list_folders(places: Places) -> Sequence[str]:
    """Where a pipeline is looked for first: where the command ran, the project's folder, and the top."""
    return list(dict.fromkeys((places.here, places.project, places.top)))


def is_changed(path: str, prepared: Begun) -> bool:
    """Whether a file was written in the time of the run."""
    try:
        changed = os.stat(path).st_mtime
    except OSError:  # not there
        return False
    return prepared.run.started_at.timestamp() <= changed <= (prepared.until or changed)


def read_printed(prepared: Begun, session: Session) -> bytes:
    """What the command printed, as far as it was kept."""
    from gitexp.capture.spool import read_spool

    if session.journal is None or not prepared.request.capture:
        return b""
    return read_spool(session.journal.output).data
