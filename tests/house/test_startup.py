"""What is not needed is not imported: start-up is what every command costs."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import pytest

from gitexp.cli.commands import COMMANDS

SOURCE = pathlib.Path(__file__).parents[2] / "src"
HEAVY = (
    "dulwich",
    "dvc",
    "dvc_data",
    "dvc_objects",
    "rich.table",
    "tabulate",
    "yaml",
    "detect_secrets",
    "psutil",
    "importlib.metadata",
)
IN_A_SCRIPT = ("json", "threading", "typing", "pathlib", "subprocess", "dataclasses")


def modules_after(code: str, *options: str) -> set[str]:
    """The modules loaded in a fresh interpreter once it has run the code."""
    program = f"import sys\ntry:\n    {code}\nexcept SystemExit:\n    pass\nprint()\nprint(*sys.modules)\n"
    result = subprocess.run(
        [sys.executable, *options, "-c", program],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=120,
    )
    return set(result.stdout.splitlines()[-1].split())


def test_a_training_script_does_not_notice_the_import() -> None:
    before, after = modules_after("pass", "-S"), modules_after("import gitexp", "-S")
    assert "gitexp" in after

    assert sorted(after - before) == ["gitexp"]
    assert sorted(after.intersection(IN_A_SCRIPT)) == []


@pytest.mark.parametrize("line", ["--version", "--help", "ls --help", "run --help"])
def test_a_command_imports_only_what_it_uses(line: str) -> None:
    loaded = modules_after(f"sys.argv[1:] = {line.split()!r}; from gitexp.__main__ import main; main()")
    assert "gitexp.cli.app" in loaded

    assert sorted(loaded.intersection(HEAVY)) == []


def test_a_command_imports_no_other_command() -> None:
    loaded = modules_after("sys.argv[1:] = ['ls', '--help']; from gitexp.__main__ import main; main()")
    assert "gitexp.cli.ls" in loaded

    others = {f"gitexp.cli.{entry.name}" for entry in COMMANDS} - {"gitexp.cli.ls"}
    assert sorted(loaded & others) == []
