"""Objects read in bulk, through one pipe of ``git cat-file --batch``."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import BrokenObject, GitFailed, GitMissing
from gitexp.git.command import open_git, run_git, start_git
from gitexp.git.commits import Person, RawCommit, parse_commit
from gitexp.git.refs import list_refs

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterable, Iterator, Sequence

    from gitexp.git.repository import Repository

__all__ = [
    "BrokenObject",
    "FoundObject",
    "ListedEntry",
    "Person",
    "RawCommit",
    "RefCommit",
    "find_absent",
    "find_missing",
    "list_tree",
    "parse_commit",
    "read_commits",
    "read_commits_of",
    "read_objects",
    "read_path",
    "read_sizes",
]

_MOST_DEATHS = 100
_MOST_OF_A_COMMIT = 16_000_000
_PIECE = 1_000_000


class FoundObject(NamedTuple):
    """One answer: all but ``name`` are None where the repository has no such object."""

    name: str
    id: str | None
    type: str | None
    data: bytes | None


class RefCommit(NamedTuple):
    """A ref, the id it holds, and that commit's bytes; None where they are missing, damaged or no commit."""

    ref: str
    id: str
    data: bytes | None
    is_damaged: bool = False


class ListedEntry(NamedTuple):
    """One path in a tree. ``size`` is None for what is not a file, and for one that is damaged."""

    mode: int
    type: str
    id: str
    size: int | None
    path: bytes


def read_objects(repository: Repository, names: Iterable[str], most: int | None = None) -> Iterator[FoundObject]:
    """The objects that the names stand for, in order, one at a time in memory.

    A name is anything Git resolves (an id, ``<commit>:<path>``) without a line end in it. One of more than
    ``most`` bytes has no data. Raises GitFailed when the pipe breaks, as it does at an object whose bytes are damaged.
    """
    process = open_git(repository, "cat-file", "--batch", "--buffer", piped_input=True)
    # Git writes while it reads: names and answers go at the same time, or both sides wait for the other for ever.
    asked = _Asked(process, names)
    feeder = threading.Thread(target=asked.feed, daemon=True)
    listener = threading.Thread(target=asked.listen, daemon=True)
    feeder.start()
    listener.start()
    try:
        yield from _answers(process, asked, most)
        feeder.join()
        listener.join()
        if asked.error is not None:
            raise asked.error
        status = process.wait()
        if status or asked.pending:
            raise GitFailed("git cat-file", status, asked.complaints.decode("utf-8", "replace"))
    finally:
        process.kill()
        feeder.join()
        listener.join()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def read_sizes(repository: Repository, ids: Sequence[str]) -> dict[str, int]:
    """The sizes of objects, by id; nothing of one that is missing or damaged. Raises GitFailed."""
    if not ids:
        return {}
    question = ("cat-file", "--batch-check=%(objectname) %(objectsize)", "--buffer")
    answers = run_git(repository, *question, stdin="\n".join(ids).encode() + b"\n")
    found = (line.split(" ") for line in answers.decode("ascii", "replace").splitlines())
    return {one[0]: int(one[1]) for one in found if len(one) == 2 and one[1].isdigit()}


class _Asked:
    """The names on their way to git, and what it complains of."""

    __slots__ = ("_names", "_process", "complaints", "error", "pending")

    def __init__(self, process: subprocess.Popen[bytes], names: Iterable[str]) -> None:
        self._process = process
        self._names = names
        self.pending: deque[str] = deque()
        self.complaints = b""
        self.error: BaseException | None = None

    def feed(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        try:
            for name in self._names:
                line = _line(name)
                self.pending.append(name)
                pipe.write(line)
            pipe.close()
        except BrokenPipeError:
            return  # git has ended: its status and words tell why
        except BaseException as error:  # noqa: BLE001  carried over to the reading thread, which raises it
            self.error = error
        finally:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()

    def listen(self) -> None:
        pipe = self._process.stderr
        assert pipe is not None
        self.complaints = pipe.read()
        pipe.close()


def _line(name: str) -> bytes:
    if "\n" in name:
        raise ValueError(f"a line end in an object's name: {name!r}")
    return name.encode("utf-8", "surrogateescape") + b"\n"


def _answers(process: subprocess.Popen[bytes], asked: _Asked, most: int | None) -> Iterator[FoundObject]:
    pipe = process.stdout
    assert pipe is not None
    while header := pipe.readline():
        name = asked.pending.popleft()
        if header.endswith((b" missing\n", b" ambiguous\n")):
            yield FoundObject(name, None, None, None)
            continue
        object_id, kind, size = header.decode("ascii").split()
        rest, data = int(size) + 1, b""
        is_whole = most is None or rest <= most + 1
        while rest and (data := pipe.read(rest if is_whole else min(rest, _PIECE))):
            rest -= len(data)
        if rest:
            asked.pending.appendleft(name)
            return
        yield FoundObject(name, object_id, kind, data[:-1] if is_whole else None)


def read_commits(repository: Repository, prefixes: Sequence[str]) -> Iterator[RefCommit]:
    """The commits that the refs below the prefixes hold, in order of the refs' names."""
    return read_commits_of(repository, list_refs(repository, *prefixes))


def read_commits_of(repository: Repository, refs: Sequence[tuple[str, str]]) -> Iterator[RefCommit]:
    """The commits of refs given as (name, id), in order. Git dies at one that is damaged; the next one goes on."""
    done, deaths = 0, 0
    while done < len(refs):
        rest = refs[done:]
        try:
            for (name, object_id), found in zip(
                rest, read_objects(repository, (object_id for _, object_id in rest), _MOST_OF_A_COMMIT), strict=True
            ):
                done += 1
                yield RefCommit(name, object_id, found.data if found.type == "commit" else None)
        except GitMissing:
            raise
        except GitFailed:
            deaths += 1
            if deaths > _MOST_DEATHS:  # not one object then: it is Git itself, or the whole disk
                raise
            name, object_id = refs[done]
            done += 1
            yield RefCommit(name, object_id, None, is_damaged=True)


def read_path(repository: Repository, treeish: str, path: bytes | str, most: int | None = None) -> bytes | None:
    """The content of one file in a tree; None where there is none, or a folder, or more than ``most`` bytes."""
    raw = path if isinstance(path, bytes) else path.encode("utf-8", "surrogateescape")
    if b"\n" in raw:
        entries = [entry for entry in list_tree(repository, treeish, raw) if entry.path == raw]
        name = entries[0].id if entries else ""
    else:
        name = f"{treeish}:{raw.decode('utf-8', 'surrogateescape')}"
    for found in read_objects(repository, [name] if name else [], most):
        return found.data if found.type == "blob" else None
    return None


def list_tree(
    repository: Repository, treeish: str, path: bytes | str = b"", *, recursive: bool = True
) -> list[ListedEntry]:
    """The files below a path of a tree, with sizes; nothing where the path is not there.

    Not ``recursive``: the entries of that one folder. Raises GitFailed when there is no such tree.
    """
    raw = (path if isinstance(path, bytes) else path.encode("utf-8", "surrogateescape")).rstrip(b"/")
    options = ["-r"] if recursive else []
    where = [raw + b"/" if not recursive else raw] if raw else []
    listing = run_git(repository, "ls-tree", "-z", "-l", "--full-tree", *options, treeish, "--", *where)
    entries = []
    for line in listing.split(b"\0")[:-1]:
        head, _, name = line.partition(b"\t")
        mode, kind, object_id, size = head.decode("ascii").split()
        # '-' for what is no file, 'BAD' for one that is damaged.
        entries.append(ListedEntry(int(mode, 8), kind, object_id, int(size) if size.isdigit() else None, name))
    return entries


def find_absent(repository: Repository, ids: Sequence[str]) -> list[str]:
    """Those of the ids that the repository has no object of."""
    asked = "".join(f"{one}\n" for one in ids).encode("ascii")
    answers = run_git(repository, "cat-file", "--batch-check=%(objectname)", "--buffer", stdin=asked)
    return [line.split()[0].decode("ascii") for line in answers.splitlines() if line.endswith(b" missing")]


def find_missing(repository: Repository, tip: str, *known: str) -> list[str]:
    """The ids of objects that ``tip`` needs and the repository lacks, apart from what ``known`` commits hold."""
    arguments = [tip, *(f"^{commit}" for commit in known)]
    output = start_git(repository, "rev-list", "--objects", "--missing=print", *arguments).collect()
    if output.status:
        raise GitFailed("git rev-list", output.status, output.words)
    return [line[1:].decode("ascii") for line in output.out.splitlines() if line.startswith(b"?")]
