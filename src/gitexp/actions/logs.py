"""What a run printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.actions.named_run import find_run
from gitexp.errors import PartNotFound
from gitexp.model.run import Status
from gitexp.store.layout import OUTPUT

if TYPE_CHECKING:
    from gitexp.store.runs import RunStore


def read_output(store: RunStore, text: str, experiment: str | None = None) -> bytes:
    """The output of the run that a spec names, stdout and stderr as they came. Raises PartNotFound."""
    head = find_run(store, text, experiment)
    output = store.read_part(head, OUTPUT)
    if output is not None:
        return output
    if head.status is Status.RUNNING:
        raise PartNotFound(head.name, "output yet: it is recorded when the run ends")
    raise PartNotFound(head.name, "output", hint=f"exp show {head.id}  (says why, where that is known)")


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
