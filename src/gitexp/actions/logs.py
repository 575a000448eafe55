"""What a run printed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitexp.actions.named_run import find_run
from gitexp.errors import PartNotFound
from gitexp.model.run import Status
from gitexp.store.journal import local_folder
from gitexp.store.layout import OUTPUT

if TYPE_CHECKING:
    from gitexp.model.head import RunHead
    from gitexp.store.runs import RunStore


def read_output(store: RunStore, text: str, experiment: str | None = None) -> bytes:
    """The output of the run that a spec names, stdout and stderr as they came; so far, of one that is going.

    Raises PartNotFound.
    """
    head = find_run(store, text, experiment)
    output = store.read_part(head, OUTPUT)
    if output is not None:
        return output
    if head.status is Status.RUNNING:
        going = _read_going(store, head)
        if going is None:
            raise PartNotFound(head.name, "output here yet: it is recorded when the run ends")
        return going
    raise PartNotFound(head.name, "output", hint=f"exp show {head.id}  (says why, where that is known)")


def _read_going(store: RunStore, head: RunHead) -> bytes | None:
    """What a run that is going has written so far; None where another machine or user records it."""
    from gitexp.actions.going_output import read_going_output
    from gitexp.store.journal import read_start

    folder = local_folder(store.repository, "live", head.id)
    start = read_start(folder)
    if start is None:
        return None
    return read_going_output(store.repository, store.load(head), os.path.join(folder, "output"), start).data


def fold_output(output: bytes) -> bytes:
    """The output as a terminal showed it at the end: of each line that was redrawn, its last state."""
    from gitexp.capture.progress import fold_progress

    return fold_progress(output)


def last_lines(output: bytes, count: int) -> bytes:
    """The last lines of an output; a line end at its end counts no line of its own."""
    if count <= 0:
        return b""
    end = len(output) - output.endswith(b"\n")
    start = end
    for _ in range(count):
        start = output.rfind(b"\n", 0, start)
        if start < 0:
            return output
    return output[start + 1 :]
