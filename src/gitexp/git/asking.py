"""Objects asked for one after another, where the next question depends on the last answer."""

from __future__ import annotations

import os
import tempfile
from typing import IO, TYPE_CHECKING

from gitexp.errors import GitFailed
from gitexp.git.command import open_git
from gitexp.git.reading import FoundObject

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Self

    from gitexp.git.repository import Repository

_AT_ONCE = 100
"""So many names fit into a pipe whose other end reads none of them until all are written."""
_MOST_DEATHS = 100
_PIECE = 1_000_000


class ObjectAsker:
    """One ``git cat-file --batch`` that stays open. Use it in a ``with`` statement."""

    __slots__ = ("_complaints", "_deaths", "_process", "_repository")

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._process: subprocess.Popen[bytes] | None = None
        self._complaints: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed with the process
        self._deaths = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()
        self._complaints.close()

    def read(self, name: str, most: int) -> FoundObject:
        """The object that a name stands for. One of more than ``most`` bytes has an id and no data.

        One that is missing or damaged has neither. Raises GitFailed where Git itself cannot go on.
        """
        if "\n" in name:
            raise ValueError(f"a line end in an object's name: {name!r}")
        return self.ask([name], most)[0]

    def ask(self, ids: Sequence[str], most: int | None = None) -> list[FoundObject]:
        """The objects with these ids, in order; one that is missing or damaged has no data.

        Raises GitFailed where Git itself cannot go on.
        """
        found: list[FoundObject] = []
        while len(found) < len(ids):
            asked = ids[len(found) : len(found) + _AT_ONCE]
            answers = self._ask_some(asked, most)
            found += answers
            if len(answers) < len(asked):  # Git died at one that is damaged
                self._bury()
                found.append(FoundObject(asked[len(answers)], None, None, None))
        return found

    def _ask_some(self, ids: Sequence[str], most: int | None) -> list[FoundObject]:
        if self._process is None:
            # A partial clone would fetch what it lacks, one object at a time.
            self._process = open_git(
                self._repository,
                "cat-file",
                "--batch",
                piped_input=True,
                environment={"GIT_NO_LAZY_FETCH": "1"},
                complaints=self._complaints,
            )
        process = self._process
        assert process.stdin is not None
        try:
            process.stdin.write("".join(f"{one}\n" for one in ids).encode("utf-8", "surrogateescape"))
            process.stdin.flush()
        except BrokenPipeError:
            return []
        answers = []
        for one in ids:
            answer = _read_answer(process, one, most)
            if answer is None:
                break
            answers.append(answer)
        return answers

    def _bury(self) -> None:
        self._deaths += 1
        status = self._end()
        if self._deaths > _MOST_DEATHS:  # not one object then: it is Git itself, or the whole disk
            self._complaints.seek(0)
            raise GitFailed("git cat-file", status, self._complaints.read(10_000).decode("utf-8", "replace"))

    def _end(self) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            try:
                pipe.close()
            except BrokenPipeError:  # it has ended before it read all
                continue
        return process.wait()


def _read_answer(process: subprocess.Popen[bytes], name: str, most: int | None) -> FoundObject | None:
    pipe = process.stdout
    assert pipe is not None
    header = pipe.readline()
    if not header.endswith(b"\n"):
        return None
    if header.endswith((b" missing\n", b" ambiguous\n")):
        return FoundObject(name, None, None, None)
    object_id, kind, length = header.decode("ascii").split()
    rest = int(length) + 1
    if most is not None and int(length) > most:
        while rest and (piece := len(pipe.read(min(rest, _PIECE)))):
            rest -= piece
        return FoundObject(name, object_id, kind, None) if not rest else None
    data = pipe.read(rest)
    return FoundObject(name, object_id, kind, data[:-1]) if len(data) == rest else None


def read_shallow(repository: Repository) -> frozenset[str]:
    """The commits at which a shallow clone is cut off: their parents are not here."""
    try:
        with open(os.path.join(repository.common_dir, "shallow"), encoding="ascii") as file:
            return frozenset(file.read().split())
    except FileNotFoundError:
        return frozenset()
