"""The user's editor, as Git would choose it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.git.command import start_git

if TYPE_CHECKING:
    from gitexp.git.repository import Repository


def editor_command(repository: Repository) -> str | None:
    """The editor as a shell command (GIT_EDITOR, core.editor, VISUAL, EDITOR, vi); None where there can be none."""
    # It fails on a dumb terminal where nothing is set: vi would not do there.
    output = start_git(repository, "var", "GIT_EDITOR").collect()
    command = output.out.decode("utf-8", "surrogateescape").strip()
    return command if output.status == 0 and command else None
