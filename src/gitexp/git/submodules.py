"""Submodules of a working tree, looked at and not touched."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitexp.git.command import ANOTHER_REPOSITORY, NO_FSMONITOR, start_git

if TYPE_CHECKING:
    from collections.abc import Sequence


def list_present(folder: str, paths: Sequence[bytes]) -> list[str | None]:
    """The commit that is checked out in each submodule of a working tree; None where there is none."""
    return [_find_head(os.path.join(os.fsencode(folder), path)) for path in paths]


def _find_head(place: bytes) -> str | None:
    if not os.path.lexists(os.path.join(place, b".git")) or os.path.islink(place):
        return None
    question = ("rev-parse", "--verify", "--quiet", "HEAD")
    output = start_git(
        os.fsdecode(place), *question, environment=ANOTHER_REPOSITORY, settings=(NO_FSMONITOR,)
    ).collect()
    return output.out.decode("ascii", "replace").strip() or None


def list_configured(folder: str) -> frozenset[bytes]:
    """The paths of submodules that ``.gitmodules`` of a working tree has a URL for."""
    file = os.path.join(folder, ".gitmodules")
    if not os.path.isfile(file) or os.path.islink(file):
        return frozenset()
    question = ("config", "-z", "--no-includes", "--file", file, "--get-regexp", r"^submodule\..*\.path$")
    listing = start_git(folder, *question, environment=ANOTHER_REPOSITORY).collect().out
    return frozenset(item.partition(b"\n")[2] for item in listing.split(b"\0")[:-1])
