"""A run's message said again, after an annotation: the same lines, but tags, experiment and hiding as they are now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.format.message import format_more, format_tags

if TYPE_CHECKING:
    from gitexp.model.annotations import State

MOVED = b"Run-Moved: "
HIDDEN = b"Run-Hidden: "
NO_SNAPSHOT = b"Run-Snapshot: none"
_TAG = b"Tag: "
_MORE = b"Run-More: "
_OF_STATE = (MOVED, HIDDEN, NO_SNAPSHOT, _TAG, _MORE)
_VALUES = (b"Param: ", b"Metric: ")


def bare_message(message: bytes) -> bytes:
    """The message without the lines that annotations decide: equal for all tips of a run that differ in these alone."""
    lines = message.split(b"\n")
    kept = [line for line in lines[2:] if not line.startswith(_OF_STATE[:4])]
    return b"\n".join([*lines[:2], *filter(None, map(_without_tags, kept))])


def restate_message(message: bytes, state: State, *, has_snapshot: bool = True) -> bytes:
    """The message with the lines that the state asks for. Restating twice is the same as once.

    Without a snapshot the first parent is an earlier tip, and a line says so.
    """
    first, *lines = message.split(b"\n")
    more: list[str] = []
    kept: list[bytes] = []
    for line in lines:
        if line.startswith(_MORE):
            more += [word for word in line[len(_MORE) :].decode("utf-8", "replace").split() if word != "tags"]
        elif line and not line.startswith(_OF_STATE):
            kept.append(line)
    place = next((at for at, line in enumerate(kept) if line.startswith(_VALUES)), len(kept))
    said = [MOVED + state.experiment.encode()] if state.experiment is not None else []
    said += [HIDDEN + b"true"] if state.hidden else []
    said += [] if has_snapshot else [NO_SNAPSHOT]
    tags, is_whole = format_tags(state.tags)
    if not is_whole:
        more.append("tags")
    body = [*kept[:place], *said, *kept[place:], *(line.encode("utf-8") for line in tags)]
    return b"\n".join([first, b"", *body, *(line.encode("utf-8") for line in format_more(more)), b""])


def _without_tags(line: bytes) -> bytes:
    if not line.startswith(_MORE):
        return line
    words = [word for word in line[len(_MORE) :].split() if word != b"tags"]
    return _MORE + b" ".join(words) if words else b""
