"""Objects read one after another, none larger than the caller can bear: what was read says what is asked for next."""

from __future__ import annotations

import tempfile
from typing import IO, TYPE_CHECKING

from gitexp.errors import GitFailed
from gitexp.git.command import open_git
from gitexp.git.reading import FoundObject

if TYPE_CHECKING:
    import subprocess
    from types import TracebackType
    from typing import Self

    from gitexp.git.repository import Repository

_PIECE = 1_000_000
_MOST_DEATHS = 100


class BoundedReader:
    """One ``git cat-file --batch`` that stays open. Use it in a ``with`` statement."""

    __slots__ = ("_complaints", "_deaths", "_process", "_repository")

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._process: subprocess.Popen[bytes] | None = None
        self._complaints: IO[bytes] | None = None
        self._deaths = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def read(self, name: str, most: int) -> FoundObject:
        """The object that a name stands for. One of more than ``most`` bytes has an id and no data.

        One that is missing or damaged has neither. Raises GitFailed where Git itself cannot go on.
        """
        if "\n" in name:
            raise ValueError(f"a line end in an object's name: {name!r}")
        process = self._process or self._begin()
        assert process.stdin is not None
        try:
            process.stdin.write(name.encode("utf-8", "surrogateescape") + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            return self._bury(name)
        return _read_answer(process, name, most) or self._bury(name)

    def _begin(self) -> subprocess.Popen[bytes]:
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115  closed with the process
        # A partial clone would fetch what it lacks, one object at a time.
        self._process = open_git(
            self._repository, "cat-file", "--batch", piped_input=True, environment={"GIT_NO_LAZY_FETCH": "1"},
            complaints=self._complaints,
        )  # fmt: skip
        return self._process

    def _bury(self, name: str) -> FoundObject:
        """Git dies at an object that is damaged; the next question gets a new process."""
        self._deaths += 1
        status, words = self._end()
        if self._deaths > _MOST_DEATHS:  # not one object then: it is Git itself, or the whole disk
            raise GitFailed("git cat-file", status, words)
        return FoundObject(name, None, None, None)

    def _end(self) -> tuple[int, str]:
        process, self._process = self._process, None
        complaints, self._complaints = self._complaints, None
        if process is None or complaints is None:
            return 0, ""
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            try:
                pipe.close()
            except BrokenPipeError:  # it has ended before it read all
                continue
        status = process.wait()
        with complaints:
            complaints.seek(0)
            return status, complaints.read(10_000).decode("utf-8", "replace")


def _read_answer(process: subprocess.Popen[bytes], name: str, most: int) -> FoundObject | None:
    pipe = process.stdout
    assert pipe is not None
    header = pipe.readline()
    if not header.endswith(b"\n"):
        return None
    if header.endswith((b" missing\n", b" ambiguous\n")):
        return FoundObject(name, None, None, None)
    object_id, kind, length = header.decode("ascii").split()
    rest = int(length) + 1
    if int(length) > most:
        while rest:
            piece = len(pipe.read(min(rest, _PIECE)))
            if not piece:
                return None
            rest -= piece
        return FoundObject(name, object_id, kind, None)
    data = pipe.read(rest)
    return FoundObject(name, object_id, kind, data[:-1]) if len(data) == rest else None
