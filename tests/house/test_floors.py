"""The floors of the code hold, and what watches over them would notice if they did not."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]


def lint_imports(folder: pathlib.Path) -> subprocess.CompletedProcess[str]:
    """Runs import-linter on the copy of the package in folder."""
    return subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "src")},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        timeout=300,
    )


def test_imports_go_down_only() -> None:
    result = lint_imports(ROOT)

    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 broken" in result.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("model/ids.py", "from gitexp.format import offender", "Imports go down"),
        ("format/offender.py", "import gitexp.git", "Imports go down"),
        ("store/offender.py", "import gitexp.actions", "Imports go down"),
        ("offender.py", "", "Imports go down"),
        ("tracker/offender.py", "import gitexp.store", "Imports go down"),
        ("tracker/offender.py", "import gitexp.git", "A training script loads the standard library"),
        ("actions/offender.py", "import gitexp.integrations", "Imports go down"),
        ("integrations/offender.py", "import gitexp.cli", "Imports go down"),
        ("actions/offender.py", "import typer", "typer only in cli"),
        ("store/offender.py", "import dulwich", "dulwich only in git"),
        ("actions/offender.py", "import dvc_data", "DVC only in data"),
        ("capture/offender.py", "import yaml", "YAML and TOML only in format"),
        ("cli/offender.py", "import rich", "rich and tabulate only in render"),
        ("model/ids.py", "import time", "The model is pure"),
        ("format/offender.py", "import os", "The model is pure"),
    ],
)
def test_a_breach_is_noticed(tmp_path: pathlib.Path, file: str, line: str, contract: str) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "src" / "gitexp" / file).open("a", encoding="utf-8") as opened:
        opened.write(f"\n{line}\n")

    result = lint_imports(tmp_path)

    assert result.returncode != 0
    assert contract in result.stdout
    assert pathlib.PurePath(file).stem in result.stdout
