"""A Git repository: where its parts lie and how it stores them."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from gitexp.errors import NotARepository
from gitexp.git.command import RunningGit, run_git, start_git
from gitexp.model.paths import unquote_path

if TYPE_CHECKING:
    from gitexp.git.command import Output
    from gitexp.model.paths import TreePath

_QUESTIONS = (
    "--path-format=absolute",
    "--git-dir",
    "--git-common-dir",
    "--git-path",
    "objects",
    "--git-path",
    "index",
    "--show-object-format",
    "--is-shallow-repository",
    # An older Git prints the name of an option that it does not know; it cannot open a reftable repository either.
    "--show-ref-format",
    "--show-prefix",
    # Last, for it is the one that fails where there is no working tree; the answers before it still come.
    "--show-toplevel",
)
_ANSWERS = 9
_DUBIOUS = re.compile(r"detected dubious ownership in repository at '(.*)'")


class Repository(NamedTuple):
    """A repository as Git sees it from one folder. All paths are absolute.

    ``top`` is the root of the working tree: None in a bare repository and inside ``.git``. ``prefix`` is the folder
    it was opened from, relative to ``top``, with a slash at its end, or ''. ``environment`` is what a command has to
    be told because GIT_DIR and its like were set, perhaps relative to the folder it was opened from.
    """

    top: str | None
    git_dir: str
    common_dir: str
    object_format: Literal["sha1", "sha256"]
    ref_format: Literal["files", "reftable"]
    is_shallow: bool
    prefix: str
    objects_dir: str
    index_file: str
    environment: tuple[tuple[str, str], ...] = ()

    @property
    def folder(self) -> str:
        """Where commands run: the top of the working tree, else the Git folder."""
        return self.top if self.top is not None else self.git_dir

    @property
    def id_length(self) -> int:
        """How many hexadecimal digits an object id has."""
        return 40 if self.object_format == "sha1" else 64

    @property
    def zero_id(self) -> str:
        """The id that stands for no object."""
        return "0" * self.id_length

    def path_of(self, path: bytes) -> bytes:
        """The absolute path of a path in the working tree."""
        return os.path.join(os.fsencode(self.folder), path)

    def path_of_manifest(self, path: TreePath) -> bytes:
        """The absolute path of a path as manifests write it."""
        return self.path_of(unquote_path(path))


def open_repository(folder: str = ".") -> Repository:
    """The repository that a folder lies in, by one git process.

    GIT_DIR and its like are honoured. Raises NotARepository with Git's own reason, also where Git does not trust it.
    """
    folder = absolute_folder(folder)
    return read_answers(folder, start_questions(folder).collect())


def absolute_folder(folder: str) -> str:
    """A folder's absolute path. Raises NotARepository where the current folder has been removed."""
    try:
        return os.path.abspath(folder)
    except FileNotFoundError:
        raise NotARepository(folder, "the current folder is not there any more", hint="cd to one that is") from None


def start_questions(folder: str) -> RunningGit:
    """Starts the process that tells where a repository's parts lie."""
    return start_git(folder, "rev-parse", *_QUESTIONS)


def read_answers(folder: str, output: Output) -> Repository:
    """Makes a repository of what that process said. Raises NotARepository."""
    lines = output.out.split(b"\n")[:-1]
    bare = output.status != 0 and len(lines) == _ANSWERS - 1
    if output.status != 0 and not bare:
        raise _refusal(folder, output.words)
    if len(lines) != _ANSWERS - bare:
        lines = _ask_one_by_one(folder)
        bare = len(lines) == _ANSWERS - 1
    git_dir, common_dir, objects, index, object_format, shallow, ref_format, prefix = map(os.fsdecode, lines[:8])
    top = None if bare else os.path.abspath(os.fsdecode(lines[8]))
    if object_format not in ("sha1", "sha256"):
        raise NotARepository(
            folder, f"objects are named by {object_format}, which gitexp does not know", hint="exp doctor"
        )
    return Repository(
        top=top,
        git_dir=os.path.abspath(git_dir),
        common_dir=os.path.abspath(common_dir),
        object_format="sha1" if object_format == "sha1" else "sha256",
        ref_format="reftable" if ref_format == "reftable" else "files",
        is_shallow=shallow == "true",
        prefix=prefix,
        objects_dir=os.path.abspath(objects),
        index_file=os.path.abspath(index),
        environment=_inherited(git_dir, common_dir, top, objects, index),
    )


def _inherited(git_dir: str, common_dir: str, top: str | None, objects: str, index: str) -> tuple[tuple[str, str], ...]:
    # Commands run at the top, so what was said relative to another folder is said again as absolute paths. Where
    # nothing was said nothing is: a filter that works in another repository must not meet our GIT_DIR.
    found: dict[str, str] = {}
    if "GIT_DIR" in os.environ or "GIT_WORK_TREE" in os.environ:
        found["GIT_DIR"] = git_dir
        if top is not None:
            found["GIT_WORK_TREE"] = top
    others = (
        ("GIT_COMMON_DIR", common_dir),
        ("GIT_OBJECT_DIRECTORY", objects),
        ("GIT_INDEX_FILE", index),
    )
    found.update((name, value) for name, value in others if name in os.environ)
    return tuple(found.items())


def _ask_one_by_one(folder: str) -> list[bytes]:
    """The answers where one of them has a line end inside: a path can."""
    answers = []
    questions: list[list[str]] = []
    for argument in _QUESTIONS[1:]:
        if argument.startswith("--"):
            questions.append([argument])
        else:
            questions[-1].append(argument)
    for question in questions:
        output = start_git(folder, "rev-parse", _QUESTIONS[0], *question).collect()
        if output.status == 0:
            answers.append(output.out[:-1])
        elif question[0] != "--show-toplevel":
            raise _refusal(folder, output.words)
    return answers


def _refusal(folder: str, words: str) -> NotARepository:
    dubious = _DUBIOUS.search(words)
    if dubious:
        return NotARepository(
            folder,
            "the repository belongs to another user, and Git does not trust it",
            hint=f"git config --global --add safe.directory {_quoted(dubious[1])}",
        )
    first = words.strip().partition("\n")[0].removeprefix("fatal: ")
    if not first or first.startswith("not a git repository (or any"):
        return NotARepository(folder)
    return NotARepository(folder, first, hint="git status  (says the same; Git has to be able to use the repository)")


def _quoted(path: str) -> str:
    return path if re.fullmatch(r"[\w@%+=:,./-]+", path) else "'" + path.replace("'", "'\\''") + "'"


def git_version(folder: str = ".") -> tuple[int, ...]:
    """The version of the git binary, such as (2, 39, 5)."""
    found = re.search(rb"(\d+)\.(\d+)(?:\.(\d+))?", run_git(folder, "version"))
    return tuple(int(part) for part in found.groups(b"0")) if found else (0,)
