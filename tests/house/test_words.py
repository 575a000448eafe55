"""What is tracked speaks of gitexp alone, spelt right."""

from __future__ import annotations

import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
# Written so that no pattern is found in this file.
FORBIDDEN = {
    "a folder of somebody's machine": re.compile(
        r"(?<![\w.])/(?:(?:hom[e]|User[s])/(?!ada\b)|roo[t]/|wor[k]/)[A-Za-z.]"
    ),
    "the host of a package registry": re.compile(r"py[p]i\.(?:org|python)|pythonhoste[d]|registry\.npm[j]s"),
    "work that is not finished": re.compile(r"\b(?:TOD[O]|FIXM[E]|XX[X])\b"),
}


def tracked_texts() -> dict[str, str]:
    """The text files that Git tracks here, by path."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.split(b"\0")
    texts = {}
    for name in filter(None, names):
        file = ROOT / name.decode()
        if file.is_file():
            content = file.read_bytes()
            if b"\0" not in content:
                texts[name.decode()] = content.decode("utf-8", "replace")
    return texts


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_tracked_file_holds(what: str) -> None:
    texts = tracked_texts()
    assert "pyproject.toml" in texts

    found = [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in texts.items()
        for number, line in enumerate(text.splitlines(), 1)
        if FORBIDDEN[what].search(line)
    ]

    assert found == []


@pytest.mark.parametrize("line", ["see /hom" + "e/bob/x", "index = py" + "pi.org", "# TO" + "DO later"])
def test_such_a_line_is_noticed(line: str) -> None:
    assert any(pattern.search(line) for pattern in FORBIDDEN.values())


def test_spelling() -> None:
    texts = sorted(tracked_texts())

    result = subprocess.run(
        [sys.executable, "-m", "codespell_lib", "--", *texts],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert result.returncode == 0, result.stdout
