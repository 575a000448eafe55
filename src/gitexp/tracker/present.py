"""``gitexp.current``: the run that the script is part of."""

from __future__ import annotations

import os

from gitexp.tracker.writer import WRITER


class CurrentRun:
    """The run that is going. ``folder``: whatever lies there when the run ends is one of its artifacts."""

    __slots__ = ("folder", "id", "name")

    def __init__(self, id: str, name: str, folder: str) -> None:
        self.id = id
        self.name = name
        self.folder = folder

    def __repr__(self) -> str:
        return f"<gitexp run {self.name} ({self.id})>"


def current() -> CurrentRun | None:
    """The run that this process belongs to: its ``id``, its ``name``, and its ``folder``.

    The folder is absolute and there to be written into: each file in it when the run ends is an artifact, by its path
    in the folder. None outside a run, and once it has ended. Known on every process of a distributed training.
    """
    journal = WRITER.journal
    if journal is None:
        return None
    import json

    try:
        with open(os.path.join(journal, "start"), "rb") as file:
            name = str(json.loads(file.read()).get("name", ""))
    except (OSError, ValueError, AttributeError):  # gone: the run has ended
        return None
    return CurrentRun(os.path.basename(journal).removeprefix("gitexp-"), name, os.path.join(journal, "artifacts"))
