"""Pages of the documentation, typed word for word.

A page is Markdown. Its ``console`` blocks are typed line by line into one folder; a block of another language under
``<!-- file: NAME -->`` is first saved as that file; ``<!-- given: NAME -->`` says what the folder holds before;
``<!-- fails -->`` above a console block says that its last command exits with another status than 0.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.terminal import Terminal

if TYPE_CHECKING:
    import pathlib

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NOTE = re.compile(r"<!-- (file|given|fails)(?:: (.+?))? -->\s*\Z")
_GIVEN = re.compile(r"^<!-- given: (.+) -->$", re.MULTILINE)

_ID_START = re.compile(r"[ghjkmnpqrstvwxyz][0-9a-z]{3,9}")

# What differs from one recording to the next stands as one word on both sides of a comparison.
_VOLATILE = (
    (re.compile(r"\b[a-z]+-[a-z]+-[0-9a-z]{4}\b"), "NAME"),
    (re.compile(r"\b[ghjkmnpqrstvwxyz][0-9a-z]{9}\b"), "ID"),
    (re.compile(r"\b(?:[0-9a-f]{40}|(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{7,16})\b"), "COMMIT"),
    (re.compile(r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"), "DATE"),
    (re.compile(r"\b(?:just now|(?:\d+ ?(?:s|sec|seconds?|m|min|minutes?) ago))"), "AGO"),
    (re.compile(r"\b\d+(?:\.\d+)? ?(?:ms|s|seconds)\b"), "TIME"),
    (re.compile(r"[-+]?\d+\.\d+"), "NUMBER"),
    (re.compile(r"[─━═-]{3,}"), "RULE"),
    (re.compile(r"\s+"), " "),
)


@dataclass(frozen=True)
class Typed:
    """One command of a page: what is typed, what the page says comes back, and whether it may fail."""

    command: str
    expected: tuple[str, ...]
    fails: bool


@dataclass(frozen=True)
class Saved:
    """A file that the page tells its reader to save."""

    name: str
    content: str


@dataclass(frozen=True)
class Page:
    """What a page makes its reader do, in order."""

    given: str | None
    steps: tuple[Typed | Saved, ...]


def parse_page(text: str) -> Page:
    """Reads a page. Raises ValueError where a console block does not begin with a command."""
    given = _GIVEN.search(text)
    steps: list[Typed | Saved] = []
    for block in _BLOCK.finditer(text):
        note = _NOTE.search(text[: block.start()])
        if block[1] == "console":
            steps += _parse_console(block[2], fails=note is not None and note[1] == "fails")
        elif note is not None and note[1] == "file":
            steps.append(Saved(note[2], block[2]))
    return Page(given[1] if given else None, tuple(steps))


def _parse_console(text: str, *, fails: bool) -> list[Typed]:
    commands: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            commands.append((line[2:], []))
        elif not commands:
            raise ValueError(f"a console block begins with a command, not with {line!r}")
        elif commands[-1][0].endswith("\\") and not commands[-1][1]:
            commands[-1] = (f"{commands[-1][0]}\n{line.removeprefix('> ')}", [])
        else:
            commands[-1][1].append(line)
    return [
        Typed(command, tuple(expected), fails and number == len(commands))
        for number, (command, expected) in enumerate(commands, 1)
    ]


class Reader:
    """Somebody who types a page into a shell; the folder is theirs from one command to the next."""

    def __init__(self, folder: pathlib.Path, state: pathlib.Path) -> None:
        self.folder = str(folder)
        self._state = state

    def follow(self, page: Page) -> None:
        """Does what the page says. Raises AssertionError where something else comes of it."""
        for step in page.steps:
            if isinstance(step, Saved):
                with open(os.path.join(self.folder, step.name), "w", encoding="utf-8") as file:
                    file.write(step.content)
            else:
                self._type(step)

    def _type(self, step: Typed) -> None:
        environment = {**os.environ, "PAGER": "cat", "GIT_PAGER": "cat", "TERM": "dumb"}
        environment.pop("COLUMNS", None)
        command = ["bash", "-c", f"trap 'pwd > \"{self._state}\"' EXIT\n{step.command}\n"]
        with Terminal(command, cwd=self.folder, env=environment, rows=50, columns=100) as terminal:
            status = terminal.wait()
        said = terminal.screen.decode("utf-8", "replace").replace("\r\n", "\n")
        self.folder = self._state.read_text().rstrip("\n")
        shown = f"$ {step.command}\n{said}"
        assert (status != 0) == step.fails, f"exit status {status} of\n{shown}"
        missing = find_missing(step.expected, said, self._find_ids())
        assert missing is None, f"the page promises the line\n{missing}\nwhich does not come there in\n{shown}"

    def _find_ids(self) -> frozenset[str]:
        refs = subprocess.run(
            ["git", "for-each-ref", "--format=%(refname:lstrip=3)", "refs/runs"],
            cwd=self.folder,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        return frozenset(refs.stdout.split())


def find_missing(expected: tuple[str, ...], actual: str, ids: frozenset[str] = frozenset()) -> str | None:
    """The first expected line that does not come in its turn, or None.

    Volatile words count as equal, as do the beginnings of ids, of which ``ids`` are those that there really are. Other
    lines may come in between; ``...`` alone stands for any number of them, and at a line's end for the rest of it.
    """
    coming = iter([_settle(line) for line in actual.splitlines()])
    for line in expected:
        wanted = _settle(line)
        if wanted in {"", "..."}:
            continue
        if not any(_agree(wanted.split(" "), came.split(" "), ids) for came in coming):
            return line
    return None


def _agree(wanted: list[str], came: list[str], ids: frozenset[str]) -> bool:
    if wanted[-1] == "...":
        wanted = wanted[:-1]
        came = came[: len(wanted)]
    return len(wanted) == len(came) and all(
        want == come or (_ID_START.fullmatch(want) is not None and any(one.startswith(come) for one in ids))
        for want, come in zip(wanted, came, strict=True)
    )


def _settle(line: str) -> str:
    for pattern, word in _VOLATILE:
        line = pattern.sub(word, line)
    return line.strip()
