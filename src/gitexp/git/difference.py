"""The difference of two commits, as Git shows it; nothing of either is executed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.git.command import run_git

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.git.repository import Repository


def diff_commits(
    repository: Repository,
    before: str,
    after: str,
    *,
    colour: bool,
    stat: bool,
    paths: Sequence[bytes | str] = (),
    width: int | None = None,
) -> bytes:
    """What changed from one commit or tree to another, as a patch, or as a ``stat`` of ``width`` columns.

    ``paths`` are pathspecs relative to the top. External diff programs and text converters are not run: whoever wrote
    the commits could have chosen them.
    """
    options = ["--no-ext-diff", "--no-textconv", "--submodule=short", f"--color={'always' if colour else 'never'}"]
    if stat:
        options.append(f"--stat={width}" if width is not None else "--stat")
    # Prefixes and renames as everyone knows them, for the patch should apply with `git apply`.
    settings = (("diff.noprefix", "false"), ("diff.mnemonicPrefix", "false"), ("diff.renames", "true"))
    return run_git(repository, "diff", *options, before, after, "--", *paths, settings=settings)


def pager_command(repository: Repository) -> str | None:
    """The user's pager as a shell command; None where they want none."""
    command = run_git(repository, "var", "GIT_PAGER").decode("utf-8", "surrogateescape").strip()
    return None if command in ("", "cat") else command
