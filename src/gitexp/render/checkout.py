"""What a checkout says of the files beside the code."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

from gitexp.render.numbers import format_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitexp.model.run import LeftOut, Submodule

_NAMED = 5


def list_some(paths: Sequence[str]) -> str:
    """The first paths by name, the rest by their number."""
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return ", ".join(paths[:_NAMED]) + more


def describe_left_out(absent: Sequence[LeftOut], run: str) -> Iterator[str]:
    """A line for each file that is not there, until there are many."""
    for item in absent[:_NAMED]:
        size = f", {format_bytes(item.bytes)}" if item.bytes is not None else ""
        yield f"not in the snapshot: {item.path}{size} ({item.why})"
    if len(absent) > _NAMED:
        yield f"and {len(absent) - _NAMED} more: exp show {run}"


def describe_submodule(submodule: Submodule, present: str | None, folder: str, *, is_configured: bool) -> str:
    """What is wrong with a submodule, and the command that mends it, where one does."""
    ran = f"submodule {submodule.path}, at {submodule.commit[:12]} in the run, "
    if present is not None:
        place = shlex.quote(os.path.join(folder, submodule.path))
        return f"{ran}is at {present[:12]}: git -C {place} checkout {submodule.commit[:12]}"
    if not is_configured:
        return f"{ran}is not there, and .gitmodules does not say where it comes from"
    return f"{ran}is not there: git -C {shlex.quote(folder)} submodule update --init {shlex.quote(submodule.path)}"


def count_files(count: int, what: str) -> str:
    """``3 files written``."""
    return f"{count} file{'s' * (count != 1)} {what}"
