"""The look at everything that recording and sharing stand on, one small check after the other."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

from gitexp.errors import ExpError, NotARepository
from gitexp.git.repository import git_version, open_repository
from gitexp.model.checkup import Finding, judge_exp, judge_git

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gitexp.git.repository import Repository
    from gitexp.model.checkup import Check


def examine(*, ask_remote: bool, may_ask: bool, tell: Callable[[str], None]) -> Iterator[Finding]:
    """The findings, as they come. Never raises: a check that fails is a problem that it found.

    ``ask_remote``: whether the remote with the runs is tried, by a push of two refs that are taken away again;
    ``may_ask``: whether Git may ask for a password. ``tell`` is told what takes long.
    """
    yield from attempt("git", lambda: [judge_git(git_version())])
    yield from attempt("python", lambda: [_look_at_python()])
    yield from attempt("exp", lambda: [_look_for_exp()])
    found: list[Repository] = []
    yield from attempt("repository", lambda: _open(found))
    if not found:
        return
    from gitexp.actions.remote_checks import check_remote
    from gitexp.actions.repository_checks import CHECKS

    for name, check in CHECKS:
        yield from attempt(name, lambda check=check: check(found[0]))  # type: ignore[misc]
    yield from attempt("remote", lambda: check_remote(found[0], probe=ask_remote, may_ask=may_ask, tell=tell))


def attempt(name: Check, check: Callable[[], list[Finding]]) -> list[Finding]:
    """What a check finds; where it fails, that."""
    try:
        return check()
    except ExpError as error:
        return [Finding(name, "problem", "; ".join(error.message.splitlines()), error.hint)]
    except Exception as error:  # noqa: BLE001  the reader is told, and the other checks go on
        return [Finding(name, "problem", f"could not be looked at: {type(error).__name__}: {error}")]


def _open(found: list[Repository]) -> list[Finding]:
    from gitexp.git.config import read_config
    from gitexp.git.housekeeping import describe_kind

    try:
        repository = open_repository()
    except NotARepository as error:
        if error.fields["why"] != NotARepository("").fields["why"]:
            raise
        return [Finding("repository", "advice", error.message, "git init")]
    found.append(repository)
    kinds = describe_kind(repository, read_config(repository))
    return [Finding("repository", "ok", ", ".join([repository.folder, *kinds]))]


def _look_at_python() -> Finding:
    from gitexp import __version__

    return Finding("python", "ok", f"{sys.version.split()[0]}, gitexp {__version__}, {sys.executable}")


def _look_for_exp() -> Finding:
    found = shutil.which("exp")
    ours = os.path.dirname(sys.executable)
    return judge_exp(found, ours, is_ours=found is not None and _starts_us(found, ours))


def _starts_us(program: str, ours: str) -> bool:
    """Whether a program is the script of our own environment, or one that names our interpreter."""
    if os.path.realpath(program) == os.path.realpath(sys.argv[0]):
        return True
    if os.path.realpath(os.path.dirname(program)) == os.path.realpath(ours):
        return True
    with open(program, "rb") as file:
        first = file.read(1000).partition(b"\n")[0]
    interpreter = os.fsdecode(first.removeprefix(b"#!").strip().strip(b'"'))
    return os.path.dirname(interpreter) == ours
