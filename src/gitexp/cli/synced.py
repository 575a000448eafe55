"""What push and pull both say."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from gitexp.cli.terminal import say, warn
from gitexp.render.sync import list_refusals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.git.remotes import Remote
    from gitexp.model.sync import SyncedRef


def is_attended() -> bool:
    """Whether somebody sits there who can be asked: never in a pipe, nor where a job runs unattended."""
    return sys.stdin.isatty() and sys.stderr.isatty() and not os.environ.get("CI")


def tell_refusals(refs: Sequence[SyncedRef]) -> None:
    """One line for each reason, and what to type."""
    for message, hint in list_refusals(refs):
        warn(message)
        if hint is not None:
            say(f"hint: {hint}")


def describe_remote(remote: Remote) -> str:
    """A remote by its name and URL; by the latter alone where it has no name."""
    return remote.url if remote.name == remote.url else f"{remote.name} ({remote.url})"
