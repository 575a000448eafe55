"""Programs that a remote's settings would start: those that a repository brought along are not run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from gitexp.errors import NoStorage

if TYPE_CHECKING:
    from collections.abc import Mapping

_FILES = ("configpath", "credentialpath")
_PROGRAM = "credential_process"
_OWN = os.path.join("~", ".aws")
_MOST_BYTES = 1_000_000


def refuse_programs(name: str, settings: Mapping[str, Any], outer: Mapping[str, Any]) -> None:
    """Holds the files of AWS that a remote's settings name against those of the user: none may name a program.

    ``outer`` is the configuration that no repository can write to: what it names is the user's own, and so is what
    lies in ``~/.aws``. Who clones a repository, or puts a run's code here, has run nothing of it yet. Raises NoStorage.
    """
    trusted = {str(remote.get(key)) for remote in outer.get("remote", {}).values() for key in _FILES}
    own = os.path.join(os.path.realpath(os.path.expanduser(_OWN)), "")
    for key in _FILES:
        path = settings.get(key)
        if not path or str(path) in trusted or os.path.realpath(str(path)).startswith(own):
            continue
        if _names_program(str(path)):
            raise NoStorage(
                f"{name}: {key} in .dvc names {path}, which would start a program ({_PROGRAM})",
                hint="where you trust it: AWS_CONFIG_FILE=FILE with the same command, and no such setting in .dvc",
            )


def _names_program(path: str) -> bool:
    try:
        with open(os.path.expanduser(path), encoding="utf-8", errors="replace") as file:
            text = file.read(_MOST_BYTES + 1)
    except OSError:  # no file, or not to be read: nobody else reads it either
        return False
    return len(text) > _MOST_BYTES or _PROGRAM in text.lower()
