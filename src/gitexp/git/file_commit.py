"""One file committed and nothing else: on the branch that is checked out, or on a new one that is not."""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import TYPE_CHECKING

from gitexp.errors import GitFailed
from gitexp.git.command import ANOTHER_REPOSITORY, run_git, start_git
from gitexp.git.refs import RefChange, resolve, update_refs
from gitexp.git.worktree import CHECKOUT_SETTINGS, remove_worktree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitexp.git.command import Output
    from gitexp.git.repository import Repository

HEADS = "refs/heads/"
_FILE = "100644"
_MOST_LINES = 12


def is_as_committed(repository: Repository, path: str) -> bool:
    """Whether a file is as HEAD has it, in the index too; one that is in neither is not there."""
    options = ("--porcelain=v2", "-z", "--untracked-files=all", "--ignored", "--no-renames")
    return not run_git(repository, "status", *options, "--", _only(path))


def is_branch_name(repository: Repository, name: str) -> bool:
    """Whether a branch can be called so."""
    if name.startswith("-"):
        return False
    return start_git(repository, "check-ref-format", HEADS + name).collect().status == 0


def present_branch(repository: Repository) -> str | None:
    """The branch that is checked out, be it without a commit; None on a detached HEAD."""
    found = (
        run_git(repository, "symbolic-ref", "--quiet", "HEAD", check=False).decode("utf-8", "surrogateescape").strip()
    )
    return found.removeprefix(HEADS) or None


def commit_file(repository: Repository, path: str, message: str) -> str:
    """Commits a file as it lies in the working tree, and nothing else, as ``git commit --only`` does; gives the commit.

    What is staged stays staged. Hooks run and the commit is signed as Git is configured. Raises GitFailed; the index
    is then as it was.
    """
    tracked = bool(run_git(repository, "ls-files", "-z", "--", _only(path)))
    if not tracked:
        run_git(repository, "add", "--intent-to-add", "--", _only(path))
    output = start_git(repository, "commit", "--quiet", f"--message={message}", "--only", "--", _only(path)).collect()
    if output.status:
        if not tracked:
            run_git(repository, "rm", "--cached", "--quiet", "--force", "--", _only(path))
        raise _fail(output)
    commit = resolve(repository, "HEAD", peel="commit")
    assert commit is not None, "it was made a moment ago"
    return commit


def commit_on_new_branch(
    repository: Repository, branch: str, base: str, path: str, content: bytes, message: str
) -> str:
    """Makes a branch of a commit with one file changed in a commit of its own; gives that commit.

    Neither HEAD nor index nor working tree is touched: HEAD and index of a worktree that has no files stand in for
    them, so that hooks run, and the commit is signed, as for any commit. Raises GitFailed; the branch is not there
    then.
    """
    with tempfile.TemporaryDirectory(prefix="exp-") as folder:
        place = os.path.join(folder, "worktree")
        arguments = ("worktree", "add", "--quiet", "--no-checkout", "--no-track", "-b", branch, place, base)
        run_git(repository, *arguments, settings=CHECKOUT_SETTINGS, environment={"GIT_INDEX_FILE": None})
        done = False
        try:
            environment = _borrow_files(repository, place)
            _stage(repository, path, content, environment)
            output = start_git(
                repository, "commit", "--quiet", f"--message={message}", environment=environment
            ).collect()
            if output.status:
                raise _fail(output)
            done = True
        finally:
            remove_worktree(repository, place)
            if not done:
                update_refs(repository, [RefChange(HEADS + branch, None, base)])
    commit = resolve(repository, HEADS + branch, peel="commit")
    assert commit is not None, "it was made a moment ago"
    return commit


def _borrow_files(repository: Repository, place: str) -> Mapping[str, str | None]:
    """The environment in which HEAD and index are a worktree's, and the files the user's."""
    found = run_git(place, "rev-parse", "--absolute-git-dir", environment=ANOTHER_REPOSITORY)
    git_dir = os.fsdecode(found.rstrip(b"\n"))
    environment = {**ANOTHER_REPOSITORY, "GIT_DIR": git_dir, "GIT_WORK_TREE": repository.top or place}
    index = os.path.join(git_dir, "index")
    if os.path.exists(repository.index_file):  # what it knows of the files spares reading them all
        shutil.copy2(repository.index_file, index)
        if start_git(repository, "read-tree", "--reset", "HEAD", environment=environment).collect().status == 0:
            return environment
        os.unlink(index)  # it was split, or is damaged
    run_git(repository, "read-tree", "HEAD", environment=environment)
    return environment


def _stage(repository: Repository, path: str, content: bytes, environment: Mapping[str, str | None]) -> None:
    listed = run_git(repository, "ls-files", "--stage", "-z", "--", _only(path), environment=environment)
    mode = listed.partition(b" ")[0].decode("ascii") or _FILE
    if not mode.startswith("100"):
        raise GitFailed("git update-index", 1, f"{path} is no plain file in HEAD")
    blob = run_git(repository, "hash-object", "-w", "--stdin", stdin=content, environment=environment).decode().strip()
    run_git(repository, "update-index", "--add", "--cacheinfo", f"{mode},{blob},{path}", environment=environment)


def _fail(output: Output) -> GitFailed:
    """What Git and its hooks said, on one line: a hook may say a lot."""
    lines = [line.strip() for line in output.words.splitlines() if line.strip()]
    more = f" … and {len(lines) - _MOST_LINES} more lines" if len(lines) > _MOST_LINES else ""
    return GitFailed("git commit", output.status, "; ".join(lines[:_MOST_LINES]) + more, hint="git status")


def _only(path: str) -> str:
    return f":(top,literal){path}"
